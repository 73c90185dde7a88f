"""Every broken endpoint of a tenant, and how one is examined. The correct one is `tests.foreign.tenant`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from sandbox.conformance.profile import Profile
from sandbox.conformance.setup import Setup
from tests.broken.layer import Break, Call, Said, adds_header, has, lacks, layered, refusals
from tests.broken.playing import Outcome, examine, in_process
from tests.broken.watch import Watch
from tests.foreign import tenant

REFUSED = {"code": "INVALID_REQUEST", "messages": ["No."]}
When = Callable[[Any], bool]


def refuses(when: When) -> Any:
    """Refuses KCIs that it should take."""

    def answer(call: Call, said: Said) -> None:
        if said.status == 204 and when(call.body):
            said.status, said.body = 422, {"uuid": "1f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1d0f", **REFUSED}

    return answer


def takes(when: Callable[[Call], bool]) -> Any:
    """Takes what it should refuse."""

    def answer(call: Call, said: Said) -> None:
        if said.status in (400, 401) and when(call):
            said.status, said.body = 204, None

    return answer


def of(*kinds: str) -> When:
    return lambda kci: kci.get("entityType") in kinds


def about(kci: Any) -> Any:
    return kci.get("information") or kci.get("action") or {}


def _nothing_first() -> When:
    first: list[str] = []

    def when(kci: Any) -> bool:
        first.append(str(kci["id"]))
        return str(kci["id"]) == first[0]

    return when


def _nothing_twice() -> When:
    seen: set[str] = set()

    def when(kci: Any) -> bool:
        known = kci["id"] in seen
        seen.add(kci["id"])
        return known

    return when


def _no_more_of_the_same() -> When:
    """Refuses the sixteenth KCI in a row that differs by its id alone."""
    run: list[Any] = []

    def when(kci: Any) -> bool:
        same = {**kci, "id": ""}
        run[:] = [*run, same] if run and run[-1] == same else [same]
        return len(run) > 15

    return when


def _backwards(kci: Any) -> bool:
    return bool(kci["entity"]["id"] == 770_001 and kci["sequenceNumber"] == 3)


def _right_signature(call: Call, when: datetime) -> str:
    return str(Webhook(tenant.SECRET).sign(call.headers.get("webhook-id", ""), when, call.raw.decode()))


def _compares_nothing(call: Call) -> None:
    if "webhook-timestamp" in call.headers:
        when = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
        call.headers["webhook-signature"] = _right_signature(call, when)


def _reads_no_clock(call: Call) -> None:
    if "webhook-timestamp" not in call.headers:
        return
    when, now = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC), datetime.now(UTC)
    if call.headers["webhook-signature"] == _right_signature(call, when):
        call.headers["webhook-timestamp"] = str(int(now.timestamp()))
        call.headers["webhook-signature"] = _right_signature(call, now)


def _two_hundred(_call: Call, said: Said) -> None:
    said.status = 200 if said.status == 204 else said.status


def _fails(call: Call, said: Said) -> None:
    if call.raw == b'{"id": ':
        said.status, said.body = 500, None


def breaks(watch: Watch | None = None) -> dict[str, Break]:
    """All of them, fresh for one run, whose clock is this."""
    clock = watch or Watch()

    def slow(_call: Call, _said: Said) -> None:
        clock.time += 0.95

    def hurried(_call: Call, said: Said) -> None:
        if clock.rested > 1:  # it came in pieces
            said.status, clock.rested = 408, 0

    every = (
        Break("TEN-001", "does not take the first", answer=refuses(_nothing_first()), trips={
            "TEN-017": "what was refused was not answered 204"}),
        Break("TEN-002", "knows no TERMINATED", answer=refuses(lambda kci: about(kci).get("type") == "TERMINATED")),
        Break("TEN-003", "does not act", answer=refuses(lambda kci: about(kci).get("text") == "Please act.")),
        Break("TEN-004", "takes no errors", answer=refuses(
            lambda kci: kci.get("updateType") == "ERROR" and not of("SERVICE_TEST")(kci))),
        Break("TEN-005", "knows no modify orders", answer=refuses(of("MODIFY_ORDER"))),
        Break("TEN-006", "knows only orders of its own", answer=refuses(of("UNSOLICITED_CEASE_ORDER"))),
        Break("TEN-007", "knows no Ethernet", answer=refuses(of("PROVIDE_ETHERNET_ORDER"))),
        Break("TEN-008", "knows no service tests", answer=refuses(
            lambda kci: of("SERVICE_TEST")(kci) and kci["updateType"] != "ERROR")),
        Break("TEN-009", "knows no service problems", answer=refuses(of("SERVICE_PROBLEM"))),
        Break("TEN-010", "minds what it does not know", answer=refuses(lambda kci: "colourOfTheDoor" in kci)),
        Break("TEN-011", "minds new words", answer=refuses(
            lambda kci: about(kci).get("type") == "ENGINEER_ON_THE_WAY")),
        Break("TEN-012", "takes nothing twice", answer=refuses(_nothing_twice())),
        Break("TEN-013", "takes nothing out of order", answer=refuses(_backwards)),
        Break("TEN-014", "takes nothing late", answer=refuses(lambda kci: kci.get("deliveredOn", "")[:4] == "2020")),
        Break("TEN-015", "wants a time of issue", answer=refuses(
            lambda kci: "issuedOn" not in kci and about(kci).get("type") == "COMMITTED")),
        Break("TEN-016", "grows tired", answer=refuses(_no_more_of_the_same())),
        Break("TEN-017", "answers 200", answer=_two_hundred),
        Break("TEN-018", "waits for nobody", answer=hurried),
        Break("TEN-020", "takes what it cannot read", answer=takes(lambda call: call.raw == b'{"id": ')),
        Break("TEN-021", "needs no id", answer=takes(lambda call: "entity" in call.body and "id" not in call.body)),
        Break("TEN-022", "needs no entity", answer=takes(lambda call: "id" in call.body and "entity" not in call.body)),
        Break("TEN-023", "lets anybody in", ask=adds_header("Authorization", tenant.TOKEN)),
        Break("TEN-024", "sends no messages", answer=refusals(lacks("messages"))),
        Break("TEN-025", "calls everything invalid", answer=refusals(has(code="INVALID_REQUEST"))),
        Break("TEN-026", "needs nearly all of the gateway's patience", answer=slow),
        Break("TEN-027", "fails at what it cannot read", answer=_fails, trips={"TEN-020": "a failure is no refusal"}),
        Break("SBX-001", "compares no signatures", ask=_compares_nothing),
        Break("SBX-002", "does not look at the time of a signature", ask=_reads_no_clock),
    )  # fmt: skip
    return {each.requirement: each for each in every}


BREAKS = breaks()


def examined(broken: Break | None = None) -> Outcome:
    """What the suite says of the correct endpoint, or of one that is broken so."""
    watch = Watch()
    layer = breaks(watch)[broken.requirement] if broken else Break("", "")
    profile = Profile(
        "tenant", "Somebody else's endpoint", "http://target.example/hook",
        auth={"kind": "bearer", "token": "known-to-both"}, signing=tenant.SECRET, answer=1,
    )  # fmt: skip
    return examine(Setup(profile, connect=in_process(layered(tenant.endpoint, layer)), now=watch, rest=watch.rest))
