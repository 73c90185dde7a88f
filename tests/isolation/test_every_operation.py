"""Two tenants, every operation, every id of the other: nothing is told of it, and nothing of it is changed.

The operations are those of the documents, so one that is added is tried as it comes.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.portal import steering
from sandbox.spec.documents import NAMES, load_document
from sandbox.store import entities, terms
from tests.contracts.reading import nodes
from tests.isolation.lives import FAR, far_numbers, leaves, live, own_supplier, shown
from tests.isolation.probing import Probe, probes
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox, sign_up
from tests.wire.asking import EVERY, JSON

# What belongs to a whole world: in a shared one it is the other's too, and is left out of what is tried there.
WORLDS_OWN = {
    "setClock", "advanceClock", "stepClock", "drainClock", "resetWorld", "restoreSnapshot", "handleOrderUpdate",
}  # fmt: skip

# What is recorded are each tenant's own calls: here they would tell, later, what was tried before.
UNHEARD: dict[str, Any] = {"check_responses": False, "push_timeout": 100, "recording_bytes": 0}
SHARED = {"/_sandbox/suppliers"}  # what those in one world see alike, and each may add to


@dataclass
class Pair:
    """Two tenants, of whom `one` tries everything with what it should not know of `other`."""

    sandbox: Sandbox
    one: Tenant
    other: Tenant
    tokens: dict[str, str]
    before: dict[str, Json]
    ids: list[str | int]

    def ask(self, probe: Probe) -> tuple[int, str]:
        """(status, body) of the answer."""
        asked, name = probe.asked, probe.asked.document.name
        headers = {**asked.headers, "Authorization": f"Bearer {self.tokens.get(name, '')}"}
        if asked.data() is not None:
            headers["Content-Type"] = asked.operation.media_type or JSON
        answer = Client(self.sandbox.app).open(
            asked.path, method=asked.operation.method, query_string=asked.query, headers=headers, data=asked.data()
        )
        return answer.status_code, answer.get_data(as_text=True)


def open_pair(sandbox: Sandbox, one: Tenant, other: Tenant) -> Pair:
    """The two with their lives behind them; the one's credentials for every door are made before they are needed."""
    world = other.get("/_sandbox/clock")["world"]
    sandbox.parts.store.transact(lambda connection: far_numbers(connection, world, other.code))
    live(one)
    live(other)
    tokens = {"tenant": one.token, "control": one.token}
    for name, kind, more in (("supplier-updates", "supplier", {"supplier": "CEDAR"}), ("supplier", "gateway", {})):
        tokens[name] = token_for(one, kind, more)
    known = {value for _, value in leaves(shown(one))} | words()
    before = shown(other)
    own: dict[str, str | int] = {}
    for member, value in leaves(before):
        if value not in known and is_an_id(value):
            own.setdefault(f"{member} {type(value).__name__}", value)
    private = [other.client_id] if other.secret else []  # a demo tenant's is published
    return Pair(sandbox, one, other, tokens, before, [*own.values(), *private])


def words() -> set[str]:
    """What the documents say of everybody."""
    found = (node.get("enum", ()) for name in NAMES for _, node in nodes(load_document(name).data))
    return {word for enumerated in found for word in enumerated}


def is_an_id(value: str | int) -> bool:
    """Whether nobody could have come to this by chance: no words, no time, no number that may be a count or a size."""
    if isinstance(value, int):
        return value >= FAR
    return len(value) >= 6 and " " not in value and not value.startswith("2027-")


def token_for(tenant: Tenant, kind: str, more: Json) -> str:
    """A token of another kind for the tenant; a demo tenant has the published clients."""
    form = {"client_id": {"supplier": "cedar3"}.get(kind, kind), "client_secret": ""}
    form["client_secret"] = form["client_id"] + "-secret"
    if tenant.secret:
        made = tenant.post(f"/_sandbox/tenants/{tenant.code}/credentials", {"kind": kind, **more})
        form = {"client_id": made["id"], "client_secret": made["secret"]}
    form["grant_type"] = "client_credentials"
    status, body = tenant.send("POST", "/v1/auth/supplier/access-token", form=form)
    assert status == 200, body
    return str(body["access_token"])


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two partners' tenants, each in a world of its own."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("apart"), **UNHEARD)
    yield open_pair(sandbox, sign_up(in_process(sandbox)), sign_up(in_process(sandbox)))
    sandbox.close()


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two tenants in one world."""
    pair = in_one_world(tmp_path_factory.mktemp("together"))
    yield pair
    pair.sandbox.close()


def in_one_world(folder: Path) -> Pair:
    """TENANT3 and TENANT4, each at addresses of its own."""
    sandbox = open_sandbox(folder, **UNHEARD)
    one, other = (Tenant(in_process(sandbox), f"tenant{n}", code=f"TENANT{n}").sign_in() for n in (3, 4))
    other.free_addresses.reverse()
    return open_pair(sandbox, one, other)


def tells(body: str, thing: int | str) -> bool:
    """Whether an answer says this id. A number may also stand within a uuid, and is none there."""
    return re.search(rf"(?<![\w-]){thing}(?!\w)", body) is not None if isinstance(thing, int) else thing in body


def check_everything(pair: Pair, name: str, operation: str, *, whole: bool) -> None:
    """Every probe of the operation: no answer tells anything of the other, who then sees all as it was."""
    if operation in WORLDS_OWN:
        pair.one.post("/_sandbox/reset")  # its clock may be jumped often: nothing of its own is to be played then
    tried = 0
    for probe in probes(name, operation, pair.ids, pair.one.code, pair.other.code, whole=whole):
        status, body = pair.ask(probe)
        tried += 1
        assert status < 500, (probe, body)
        told = [each for each in pair.ids if tells(body, each) and str(each) not in sent(probe)]
        assert told == [], (probe.place, probe.tried, status, body)
    assert tried > 0
    assert {path: seen for path, seen in shown(pair.other).items() if path not in SHARED} == {
        path: seen for path, seen in pair.before.items() if path not in SHARED
    }


LONG = [False, pytest.param(True, marks=pytest.mark.prove)]


@pytest.mark.parametrize("whole", LONG)
@pytest.mark.parametrize(("name", "operation"), EVERY)
def test_of_another_world_nothing_is_told_and_nothing_changed(
    apart: Pair, name: str, operation: str, whole: bool
) -> None:
    check_everything(apart, name, operation, whole=whole)


@pytest.mark.parametrize("whole", LONG)
@pytest.mark.parametrize(("name", "operation"), [each for each in EVERY if each[1] not in WORLDS_OWN])
def test_of_another_tenant_in_the_same_world_neither(together: Pair, name: str, operation: str, whole: bool) -> None:
    """But for what the published interface shows of a neighbour: its lines."""
    check_everything(together, name, operation, whole=whole)


def test_the_ids_are_of_every_kind(apart: Pair) -> None:
    """So that what is tried is worth trying."""
    numbers = {each // 1_000 for each in apart.ids if isinstance(each, int)}
    assert len(numbers) >= 3
    text = " ".join(map(str, apart.ids))
    for each in (apart.other.code, apart.other.client_id, own_supplier(apart.other), f"of-{apart.other.code}"):
        assert each in text
    assert len(apart.ids) > 20


def test_a_leak_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the gateway forgets whose an order is, and once anybody may steer any tenant."""
    pair = in_one_world(tmp_path)
    find = entities.find
    with monkeypatch.context() as forgetful:
        forgetful.setattr(entities, "find", lambda tx, _owner, ref, **more: find(tx, "TENANT4", ref, **more))
        with pytest.raises(AssertionError):
            check_everything(pair, "tenant", "handleGetOrder", whole=False)
    check_everything(pair, "tenant", "handleGetOrder", whole=False)
    with monkeypatch.context() as trusting:
        trusting.setattr(steering, "agreed_with", lambda connection, _call, code: terms.of_tenant(connection, code))
        trusting.setattr(steering, "check_operator", lambda _call, _why: None)
        with pytest.raises(AssertionError):
            check_everything(pair, "control", "changeTenant", whole=False)
    pair.sandbox.close()


def sent(probe: Probe) -> str:
    """All that the request itself says."""
    asked = probe.asked
    return json.dumps([asked.path, asked.query, dict(asked.headers), asked.body], default=str)
