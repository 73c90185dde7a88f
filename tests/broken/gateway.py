"""Every broken gateway, and how one is examined. The correct one is the sandbox itself, in this process."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from sandbox.cli.conform import filled
from sandbox.conformance.profile import profile_from
from sandbox.conformance.setup import Setup
from sandbox.shipped import folder
from sandbox.spec.requirements import load_profile
from sandbox.wire.courier import Parcel, Reply
from tests.broken.layer import Break, Call, Said, adds_header, changes, has, lacks, layered, refusals, replies
from tests.broken.playing import Outcome, examine, in_process
from tests.broken.supplier_answers import refuses
from tests.support.sandboxes import open_sandbox

AVAILABLE, SLOTS, RESERVE = "/v1/service-availability", "/v1/available-appointments", "/v1/appointments"
ORDERS, CANCEL, KCIS, INBOX = "/v1/service-orders", "/v1/service-order-cancellations", "/v1/kcis", "/_sandbox/inbox"


def body(**members: Any) -> Callable[[Call], bool]:
    return lambda call: all(call.body.get(name) == value for name, value in members.items())


def lacking(name: str) -> Callable[[Call], bool]:
    return lambda call: name not in call.body and bool(call.body)


def tells(change: Callable[[int, Any], None]) -> Any:
    """Changes the KCIs of the mailbox, where it is read on and on: by their number, from 1."""

    def answer(call: Call, said: Said) -> None:
        if call.path == INBOX and said.status == 200 and "after" in call.query:
            for item in said.body["items"]:
                change(item["kci"]["sequenceNumber"], item["kci"])

    return answer


def reads(change: Callable[[Any], None]) -> Any:
    """Changes what is read of an order."""

    def answer(call: Call, said: Said) -> None:
        if call.method == "GET" and call.path.startswith(f"{ORDERS}/") and said.status == 200:
            change(said.body)

    return answer


def at(number: int, change: Callable[[Any], None]) -> Any:
    return tells(lambda place, kci: change(kci) if place == number else None)


def _kept(kci: Any) -> None:
    kci["entity"]["committedDate"] = "2031-01-01T00:00:00.000Z"


def _order_unread(call: Call) -> bool:
    return call.raw == b'{"orderType": '


def _one(call: Call, said: Said) -> None:
    if call.path == AVAILABLE and said.status == 200:
        said.body = {"suppliers": said.body}


REFUSED = {"uuid": "1f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1d0f", "code": "INVALID_REQUEST", "messages": ["No."]}
SHAPE = {"GAT-032": "it is a success without the documented shape"}

Send = Callable[[Parcel], int]
Push = Callable[[Parcel, Send], int]  # how a gateway that is broken so pushes, and what it takes the answer for


def _rewriting() -> Push:
    """What is pushed again has other bytes."""
    before: set[str] = set()

    def push(parcel: Parcel, send: Send) -> int:
        again = parcel.headers["webhook-id"] in before
        before.add(parcel.headers["webhook-id"])
        return send(replace(parcel, body=(parcel.body or b"") + b" ") if again else parcel)

    return push


def _hurrying() -> Push:
    """Goes on with the next, whatever was said to the last, and repeats that then."""
    late: list[Parcel] = []

    def push(parcel: Parcel, send: Send) -> int:
        status = send(parcel)
        if status == 503:
            late.append(parcel)
            return 204
        while late:
            send(late.pop())
        return status

    return push


def _unsigned() -> Push:
    """Signs with another secret."""
    return lambda parcel, send: send(replace(parcel, headers={**parcel.headers, "webhook-signature": "v1,bm9uZQ=="}))


PUSHES: dict[str, Callable[[], Push]] = {"SBX-010": _rewriting, "SBX-011": _hurrying, "SBX-012": _unsigned}


def _instead(push: Push) -> Callable[[Parcel], Reply | None]:
    def send(parcel: Parcel) -> int:
        return httpx.post(parcel.url, content=parcel.body, headers=dict(parcel.headers)).status_code

    return lambda parcel: Reply(push(parcel, send), {}, b"")


def _unread(call: Call, said: Said) -> None:
    """A mailbox that is read from its beginning lacks the last."""
    if call.path == INBOX and said.status == 200 and "after" not in call.query:
        said.body["items"] = said.body["items"][:-1]


BREAKS = {each.requirement: each for each in (
    Break("GAT-001", "answers with an object", answer=_one, trips=SHAPE),
    Break("GAT-002", "answers for no address", answer=replies(
        AVAILABLE, 200, [], lambda call: not call.query and "x-conversation-id" in call.headers
        and call.headers["x-conversation-id"] != "greeting")),
    Break("GAT-003", "lets anybody in", answer=replies(
        AVAILABLE, 200, [], lambda call: "authorization" not in call.headers)),
    Break("GAT-004", "does not mind a missing X-Request-ID", ask=adds_header("X-Request-ID")),
    Break("GAT-005", "does not mind a missing X-Conversation-ID", ask=adds_header("X-Conversation-ID")),
    Break("GAT-006", "looks for nothing", answer=replies("/v1/addresses", 200, [])),
    Break("GAT-010", "lists slots as if they were new", answer=lambda call, said: (
        setattr(said, "status", 201) if call.path == SLOTS and said.status == 200 else None)),
    Break("GAT-011", "reserves without a number", answer=changes(RESERVE, has(id="R1")), trips={
        **SHAPE, "GAT-020": "the order claims a number that is none"}),
    Break("GAT-012", "has slots of nobody", answer=replies(
        SLOTS, 200, {"supplier": "NOBODY", "address": {"id": "1", "type": "UPRN"},
        "serviceSpecification": {"id": "FTTP"}, "availableTimeslots": []},
        lambda call: call.query.get("supplier") == "NOBODY")),
    Break("GAT-020", "creates no order", answer=refuses(ORDERS)),
    Break("GAT-021", "does not say how an order stands", answer=changes(ORDERS, lacks("status")), trips=SHAPE),
    Break("GAT-022", "reads another order", answer=reads(has(id=77))),
    Break("GAT-023", "finds what is not there", answer=lambda call, said: (
        said.__dict__.update(status=422, body=REFUSED) if said.status == 404 else None)),
    Break("GAT-024", "needs no contact", answer=lambda call, said: (
        said.__dict__.update(status=422, body=REFUSED) if call.path == ORDERS and lacking("primaryContact")(call)
        else None)),
    Break("GAT-025", "calls a barter unreadable", answer=replies(
        ORDERS, 400, REFUSED | {"code": "MALFORMED_REQUEST"}, body(orderType="BARTER"))),
    Break("GAT-026", "calls an unknown supplier unreadable", answer=replies(
        ORDERS, 400, REFUSED | {"code": "MALFORMED_REQUEST"}, body(supplier="NOBODY"))),
    Break("GAT-027", "reads what cannot be read", answer=replies(ORDERS, 422, REFUSED, _order_unread)),
    Break("GAT-028", "cannot read a cancellation of nothing", answer=replies(
        CANCEL, 400, REFUSED | {"code": "MALFORMED_REQUEST"}, body(reasonCode="OTHER"))),
    Break("GAT-029", "cannot read a reason", answer=replies(
        CANCEL, 400, REFUSED | {"code": "MALFORMED_REQUEST"}, body(reasonCode="BORED"))),
    Break("GAT-030", "sends no messages", answer=refusals(lacks("messages"))),
    Break("GAT-031", "calls everything invalid", answer=refusals(has(code="INVALID_REQUEST"))),
    Break("GAT-032", "does not say from whom an order is", answer=reads(lacks("supplier"))),
    Break("GAT-033", "fails at a lookup of nothing", answer=replies("/v1/addresses", 500, None), trips={
        "GAT-006": "a failure is no refusal"}),
    Break("GAT-040", "begins to count with two", answer=tells(
        lambda place, kci: kci.update(sequenceNumber=place + 1))),
    Break("GAT-041", "uses an id twice", answer=tells(lambda place, kci: kci.update(id=REFUSED["uuid"])), trips={
        "GAT-045": "the history has the right ids"}),
    Break("GAT-042", "begins with the acknowledgement", answer=at(
        1, lambda kci: kci["entity"].update(status="ACKNOWLEDGED"))),
    Break("GAT-043", "does not say when it delivered", answer=at(2, lacks("deliveredOn"))),
    Break("GAT-044", "ends in the middle", answer=tells(lambda place, kci: kci["entity"].update(
        status="IN_PROGRESS") if kci["entity"]["status"] == "COMPLETED" else None)),
    Break("GAT-045", "forgets the last KCI", answer=reads(lambda order: order["updates"].pop())),
    Break("GAT-046", "moves the committed date", answer=at(4, _kept)),
    Break("GAT-050", "takes KCIs from anybody", answer=replies(
        KCIS, 204, None, lambda call: "authorization" not in call.headers)),
    Break("GAT-051", "needs no reason", answer=replies(KCIS, 204, None, lacking("reasonCode"))),
    Break("GAT-052", "takes KCIs about nothing", answer=lambda call, said: (
        said.__dict__.update(status=204, body=None) if call.path == KCIS and said.status == 422 else None)),
    Break("GAT-053", "takes what it cannot read", answer=replies(KCIS, 204, None, lambda call: call.raw == b"{")),
    Break("SBX-010", "repeats itself in other words", trips={"SBX-012": "signed are the words of the first attempt"}),
    Break("SBX-011", "does not wait until a KCI is taken", trips={
        "SBX-013": "the mailbox has them in the right order"}),
    Break("SBX-012", "signs with another secret"),
    Break("SBX-013", "loses the last KCI of the mailbox", answer=_unread),
    Break("GAT-054", "is late for no reason", answer=replies(KCIS, 204, None, body(reasonCode="DELAY"))),
)}  # fmt: skip


def examined(broken: Break | None = None) -> Outcome:
    """What the suite says of the sandbox, or of one that is broken so."""
    shipped = load_profile(Path(folder("contracts")) / "profiles" / "SANDBOX.yaml")
    profile = profile_from({**filled(shipped, "http://target.example"), "patience": 0.01})
    with TemporaryDirectory() as place:
        sandbox = open_sandbox(Path(place))
        if broken is not None and broken.requirement in PUSHES:
            sandbox.parts.courier.instead = _instead(PUSHES[broken.requirement]())
        try:
            app = layered(sandbox.app, broken or Break("", ""))
            return examine(Setup(profile, connect=in_process(app)))
        finally:
            sandbox.close()
