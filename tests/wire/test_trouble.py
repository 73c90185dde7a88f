"""Whatever fails inside, every operation says so in the published way. Failures are planted: they do not come else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from sandbox import app
from sandbox.domain.errors import (
    GATEWAY_FAULT,
    INVALID_REQUEST,
    NOT_AUTHORISED,
    SUPPLIER_FAULT,
    SUPPLIER_TIMED_OUT,
    TENANT_FAULT,
    Problem,
)
from sandbox.spec.library import load_library
from sandbox.store.store import Unavailable, Uncertain
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.edge import Door
from tests.support.sandboxes import open_sandbox
from tests.wire.asking import EVERY, Asker, code_of, sound, told

SECRET = "what nobody outside has to know"
# What goes wrong while an operation is at work, by the status that it then answers.
FAILURES: dict[str, Exception] = {
    "429": Problem(INVALID_REQUEST, ("wait for an answer to one of your calls first",), 429, retry_after=1),
    "500": RuntimeError(SECRET),
    "503": Unavailable(SECRET),
}
# Published for operations that ask no supplier here, so that only a planted failure shows them.
OF_A_SUPPLIER: dict[str, Exception] = {
    "502": Problem(SUPPLIER_FAULT, ("ALDER sent an invalid response",)),
    "504": Problem(SUPPLIER_TIMED_OUT, ("ALDER gave no timely response",)),
}
ASKS_NO_SUPPLIER = ("handleAddressLookup", "handleGetOrder", "handleGetEthernetOrder")
# Published for a tenant's endpoint, which here forbids nobody anything.
OF_A_TENANT: dict[str, Exception] = {"403": Problem(NOT_AUTHORISED, ("this sender may not come in",), 403)}
OWN = {"supplier": SUPPLIER_FAULT, "tenant-updates": TENANT_FAULT}  # whose failure it is; the gateway's for all others

CASES = [
    (name, operation, status)
    for name, operation in EVERY
    for status in sound(name, operation).operation.answers
    if status in FAILURES
    or (status in OF_A_SUPPLIER and operation in ASKS_NO_SUPPLIER)
    or (status in OF_A_TENANT and name == "tenant-updates")
]


class Planted:
    """What every handler raises instead of doing its work; None leaves it alone."""

    failure: Exception | None = None

    def handle(self, handler: Handler, call: Call) -> Answer:
        if self.failure is not None:
            raise self.failure
        return handler(call)

    def make_app(self, make: Callable[..., Any], name: str, doors: list[Door], *more: Any, **named: Any) -> Any:
        """An app whose handlers do as is planted."""
        failing = [
            replace(door, handlers={key: partial(self.handle, handler) for key, handler in door.handlers.items()})
            for door in doors
        ]
        return make(name, failing, *more, **named)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory, planted: Planted) -> Iterator[Asker]:
    """One sandbox for all: nothing of what fails is kept."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "make_app", partial(planted.make_app, vars(app)["make_app"]))
        sandbox = open_sandbox(tmp_path_factory.mktemp("trouble"))
    asker = Asker(sandbox)
    for client in ("tenant1", "gateway", "alder1", "operator"):
        asker.token(client)
    yield asker
    sandbox.close()


@pytest.mark.parametrize(("name", "operation", "status"), CASES)
def test_a_planted_failure_is_told_as_documented(
    asker: Asker, planted: Planted, monkeypatch: pytest.MonkeyPatch, name: str, operation: str, status: str
) -> None:
    """In the error body, with whose failure it is, and with nothing of the inside."""
    failure = (FAILURES | OF_A_SUPPLIER | OF_A_TENANT)[status]
    monkeypatch.setattr(planted, "failure", failure)
    answer = asker.ask(sound(name, operation), failing=True)
    assert answer.status_code == int(status)
    assert code_of(answer) == (failure.code if isinstance(failure, Problem) else OWN.get(name, GATEWAY_FAULT))
    assert ("Retry-After" in answer.headers) == (status in ("429", "503"))
    assert all(told(answer))
    assert SECRET not in answer.text


def test_nobody_is_told_to_send_again_what_may_have_been_kept(
    asker: Asker, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planted, "failure", Uncertain(SECRET))
    answer = asker.ask(sound("tenant", "handleCreateOrder"), failing=True)
    assert (answer.status_code, code_of(answer)) == (503, GATEWAY_FAULT)
    assert "Retry-After" not in answer.headers
    assert "look before you send it again" in told(answer)[0]
    assert SECRET not in answer.text


@pytest.fixture(scope="module")
def unassured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """A sandbox in which ALDER neither tests services nor takes problems."""
    library = load_library()
    suppliers = {**library.suppliers, "ALDER": replace(library.suppliers["ALDER"], assurance=False)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "load_library", lambda *_folders: replace(library, suppliers=suppliers))
        sandbox = open_sandbox(tmp_path_factory.mktemp("unassured"))
    yield Asker(sandbox)
    sandbox.close()


@pytest.mark.parametrize(
    ("name", "operation"), [each for each in EVERY if each[0] == "supplier" and "501" in sound(*each).operation.answers]
)
def test_what_a_supplier_has_not_implemented(unassured: Asker, name: str, operation: str) -> None:
    """Tests and problems are what a supplier need not have."""
    answer = unassured.ask(sound(name, operation), failing=True)
    assert (answer.status_code, code_of(answer)) == (501, "NOT_IMPLEMENTED")
    assert "ALDER" in told(answer)[0]
