"""docs/coverage.md has every status and every step, and each is named with a test that there is and that shows it."""

import ast
from collections import Counter
from functools import cache

import pytest

from sandbox.domain.lifecycles import TABLES
from sandbox.spec.documents import NAMES
from tests.architecture.checkout import ROOT
from tests.docs.coverage_page import PAGE, answers, check_shown, chosen, facts, render, rows, steps
from tests.support import showing
from tests.support.sandboxes import Tenant
from tests.support.showing import Answered, Fact, Stepped

ROWS = list(rows(PAGE.read_text(encoding="utf-8")))
CREATED = Answered("tenant", "handleCreateOrder", "201")
SENT = Stepped("order", "RECEIVED_BY_GATEWAY", "SENT", "SENT_TO_SUPPLIER")


def test_there_is_one_row_for_every_status_and_every_step() -> None:
    assert Counter(fact for fact, _ in ROWS) == Counter(facts())
    assert {fact.document for fact in facts() if isinstance(fact, Answered)} == set(NAMES)
    assert {fact.kind for fact in facts() if isinstance(fact, Stepped)} == set(TABLES)
    assert all(answers(name) for name in NAMES)
    assert all(steps(kind) for kind in TABLES)


def test_no_row_is_without_a_test() -> None:
    assert [fact for fact, test in ROWS if not test] == []


def test_the_page_is_as_make_coverage_writes_it() -> None:
    assert render(dict(ROWS)) == PAGE.read_text(encoding="utf-8")


@cache
def functions(file: str) -> set[str]:
    """The names of the functions of a module of tests."""
    found = ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    return {node.name for node in found if isinstance(node, ast.FunctionDef)}


def whole_name(item: pytest.Item) -> str:
    """Without the group that a run on several workers writes behind it."""
    group = item.get_closest_marker("xdist_group")
    return item.nodeid.removesuffix(f"@{group.args[0]}") if group else item.nodeid


def test_every_named_test_is_there(request: pytest.FixtureRequest) -> None:
    """By its whole name, where its module was collected with this one: in `make test` all are."""
    there = {whole_name(item) for item in request.session.items}
    collected = {name.partition("::")[0] for name in there}
    for test in {test for _, test in ROWS}:
        file, _, name = test.partition("::")
        assert name.partition("[")[0] in functions(file), test
        assert file not in collected or test in there, test


def test_what_a_test_does_is_noted(tenant: Tenant) -> None:
    showing.seen.clear()
    tenant.place("ORDER_REJECTED", "BIRCH")
    tenant.call("PUT", "/v1/service-orders")
    assert CREATED in showing.seen
    assert Answered("tenant", "handleCreateOrder", "405") in showing.seen
    assert SENT not in showing.seen
    tenant.drain()
    assert {SENT, SENT._replace(state="SENT_TO_SUPPLIER", event="ORDER_REJECTED", after="REJECTED")} < showing.seen
    assert Answered("supplier", "handleCreateOrder", "422") in showing.seen


def test_a_test_that_does_not_show_what_it_is_named_for_has_failed() -> None:
    claimed: dict[str, set[Fact]] = {"tests/test_x.py::test_x": {CREATED, SENT}}
    check_shown(claimed, "tests/test_x.py::test_x", {CREATED, SENT})
    check_shown(claimed, "tests/test_x.py::test_y", set())
    with pytest.raises(AssertionError, match="SENT_TO_SUPPLIER"):
        check_shown(claimed, "tests/test_x.py::test_x", {CREATED})


def test_the_test_that_was_named_stays_as_long_as_it_shows_the_fact() -> None:
    recorded: dict[str, set[Fact]] = {"tests/a.py::much": {CREATED, SENT}, "tests/a.py::little": {CREATED}}
    assert chosen(recorded, {})[CREATED] == "tests/a.py::little"
    before: dict[Fact, str] = {CREATED: "tests/a.py::much", SENT: "tests/a.py::gone"}
    assert chosen(recorded, before) == {CREATED: "tests/a.py::much", SENT: "tests/a.py::much"}
    assert chosen({"tests/b.py::other": {SENT}}, before) == before  # its module was not run
