"""Suppliers that tell wrongly, each in one way."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any
from uuid import uuid4

from tests.broken.layer import Break, Tell

ENTITIES = (
    "provideServiceOrder", "modifyServiceOrder", "ceaseServiceOrder", "ethernetServiceOrder", "serviceTest",
    "serviceProblem",
)  # fmt: skip
ORDER = "provideServiceOrder"

Kci = Any
Change = Callable[[Kci, Any], None]


def about(kci: Kci) -> Any:
    """What it is about."""
    return next(kci[name] for name in ENTITIES if name in kci)


def says(change: Change, *reasons: str, of: str = "") -> Callable[[], Tell]:
    """Changes the KCIs with one of these reasons (all, if there are none), of one kind of entity (any, if empty)."""

    def tell(kci: Kci) -> None:
        if (not reasons or kci["reasonCode"] in reasons) and (not of or of in kci):
            change(kci, about(kci))

    return lambda: tell


def instead(give: Callable[[Kci], Iterable[Kci]], *reasons: str, of: str = "") -> Callable[[], Tell]:
    """Sends other KCIs in place of one."""

    def tell(kci: Kci) -> Iterable[Kci] | None:
        return give(kci) if kci["reasonCode"] in reasons and (not of or of in kci) else None

    return lambda: tell


def head(**members: Any) -> Change:
    """Has other members in the envelope; None leaves one out."""
    return lambda kci, _about: _set(kci, members)


def body(**members: Any) -> Change:
    """Has other members in the entity; None leaves one out."""
    return lambda _kci, entity: _set(entity, members)


def both(*parts: Change) -> Change:
    """One after the other."""

    def change(kci: Kci, entity: Any) -> None:
        for each in parts:
            each(kci, entity)

    return change


def _set(target: Any, members: dict[str, Any]) -> None:
    for name, value in members.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = deepcopy(value)


def _plain_id(kci: Kci, _about: Any) -> None:
    kci["id"] = kci["id"].replace("-", "")


def _number(change: Callable[[int], Any]) -> Change:
    return lambda kci, _about: kci.update(sequenceNumber=change(kci["sequenceNumber"]))


def _no_offset(kci: Kci, _about: Any) -> None:
    kci["issuedOn"] = kci["issuedOn"].removesuffix("Z")


def _slot_without_offset(_kci: Kci, entity: Any) -> None:
    slot = entity.get("appointmentTimeslot")
    if slot:
        slot["timeslotStartDateTime"] = slot["timeslotStartDateTime"].removesuffix("Z")


def _other_number(_kci: Kci, entity: Any) -> None:
    entity["id"] += 1_000_000


def _other_reference(_kci: Kci, entity: Any) -> None:
    entity["supplierOrderReference"] += "B"


def _no_service(_kci: Kci, entity: Any) -> None:
    item = entity["serviceOrderItem"]
    item["serviceCharacteristics"] = [each for each in item["serviceCharacteristics"] if each["name"] != "SERVICE_ID"]


def _acknowledges_again(kci: Kci, entity: Any) -> None:
    if kci["sequenceNumber"] == 1:
        kci["reasonCode"], entity["status"] = "ACKNOWLEDGED", "ACKNOWLEDGED"


def _and_then(kci: Kci) -> Iterable[Kci]:
    more = deepcopy(kci) | {"id": str(uuid4()), "sequenceNumber": kci["sequenceNumber"] + 1, "reasonCode": "UPDATE"}
    return [kci, more]


def _refused_cancellation(kci: Kci, entity: Any) -> None:
    if "serviceOrderCancellationId" in kci:
        kci["reasonCode"], entity["status"] = "CANCELLATION_REJECTED", "IN_PROGRESS"


def _unasked(kci: Kci, _about: Any) -> None:
    _set(kci, {"serviceOrderCancellationId": None, "serviceOrderCancellationReference": None})


AMENDMENT = {"serviceOrderAmendmentId": None, "serviceOrderAmendmentReference": None}
ELSEWHERE = {"id": "999900000097", "type": "UPRN"}
LATER = "2031-01-01T00:00:00Z"

BREAKS = (
    Break("KCI-001", "ids are no UUIDs", tell=says(_plain_id)),
    Break("KCI-002", "a number is a text", tell=says(_number(str), "ADDITIONAL", of=ORDER), trips={
        "KCI-041": "what is no number cannot follow another"}),
    Break("KCI-003", "issuedOn has no offset", tell=says(_no_offset, "COMPLETED")),
    Break("KCI-004", "a reason of its own", tell=says(head(reasonCode="EXTRA"), "ADDITIONAL")),
    Break("KCI-005", "speaks of two things at once", tell=says(
        head(serviceTest={"id": 1, "tenant": "TENANT1", "status": "IN_PROGRESS"}), "ADDITIONAL")),
    Break("KCI-006", "does not say whose order it is", tell=says(body(tenant=None), "COMMITTED")),
    Break("KCI-007", "does not say which order it is", tell=says(
        body(id=None, supplierOrderReference=None), "WARNING")),
    Break("KCI-008", "a status of its own", tell=says(body(status="DOING_WELL"), "WARNING")),
    Break("KCI-009", "a problem code of its own", tell=says(head(problemCode="BAD_WEATHER"), "DELAY")),
    Break("KCI-010", "warns of nothing", tell=says(head(problemCode=None), "WARNING")),
    Break("KCI-011", "is late for no reason", tell=says(head(problemCode=None), "DELAY")),
    Break("KCI-012", "comes another day for no reason", tell=says(head(problemCode=None), "REAPPOINT")),
    Break("KCI-013", "gives up for no reason", tell=says(head(problemCode=None), "CANCELLED")),
    Break("KCI-014", "asks without a question", tell=says(head(text=None), "INFORMATION_REQUIRED")),
    Break("KCI-015", "rejects without a word", tell=says(head(text=None), "ORDER_REJECTED")),
    Break("KCI-016", "OTHER, and no word of what", tell=says(head(text=None), "DELAY")),
    Break("KCI-017", "commits without a target", tell=says(body(targetDate=None), "COMMITTED")),
    Break("KCI-018", "commits without going on", tell=says(body(status="ACKNOWLEDGED"), "COMMITTED")),
    Break("KCI-019", "acknowledges and says that it works already", tell=says(
        body(status="IN_PROGRESS"), "ACKNOWLEDGED")),
    Break("KCI-020", "is held up and goes on", tell=says(body(status="IN_PROGRESS"), "DELAY")),
    Break("KCI-021", "goes on and is held up", tell=says(body(status="HELD"), "RESUMED")),
    Break("KCI-022", "is done and goes on", tell=says(body(status="IN_PROGRESS"), "COMPLETED", of=ORDER)),
    Break("KCI-023", "rejects by cancelling", tell=says(body(status="CANCELLED"), "ORDER_REJECTED")),
    Break("KCI-024", "is cancelled and goes on", tell=says(body(status="IN_PROGRESS"), "CANCELLED", of=ORDER)),
    Break("KCI-025", "asks and does not wait", tell=says(body(status="IN_PROGRESS"), "INFORMATION_REQUIRED")),
    Break("KCI-026", "amends something", tell=says(head(**AMENDMENT), "AMENDED", of=ORDER)),
    Break("KCI-027", "refuses to amend something", tell=says(head(**AMENDMENT), "AMENDMENT_REJECTED")),
    Break("KCI-028", "refuses to cancel something", tell=says(_unasked, "CANCELLATION_REJECTED")),
    Break("KCI-029", "tests without result", tell=says(body(result=None), "COMPLETED", of="serviceTest")),
    Break("KCI-030", "resolves it somehow", tell=says(body(serviceProblemResolution=None), "RESOLVED")),
    Break("KCI-031", "ends some service", tell=says(body(serviceId=None), "CREATED")),
    Break("KCI-032", "a slot has no offset", tell=says(_slot_without_offset, "COMMITTED")),
    Break("KCI-033", "notes are one text", tell=says(head(supplierNotes="On the way"), "ADDITIONAL")),
    Break("KCI-034", "moves the visit to no time", tell=says(
        body(targetDate=None, appointmentTimeslot=None), "REAPPOINTED")),
    Break("KCI-035", "is late for want of capacity", tell=says(head(problemCode="CAPACITY_ISSUE"), "DELAY")),
    Break("KCI-040", "begins to count with five", tell=says(_number(lambda number: number + 4))),
    Break("KCI-041", "leaves a number out", tell=says(_number(lambda number: number + 1), "COMPLETED", of=ORDER)),
    Break("KCI-042", "uses an id twice", tell=says(
        head(id="1f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1d0f"), "COMPLETED", of=ORDER)),
    Break("KCI-043", "commits to what it has not acknowledged", tell=says(
        head(reasonCode="UPDATE"), "ACKNOWLEDGED", of=ORDER)),
    Break("KCI-044", "goes on talking after the end", tell=instead(_and_then, "COMPLETED", of=ORDER)),
    Break("KCI-045", "moves the committed date", tell=says(body(committedDate=LATER), "COMPLETED", of=ORDER)),
    Break("KCI-046", "goes on, and is later for it", tell=says(body(targetDate=LATER), "RESUMED")),
    Break("KCI-047", "takes one order for another", tell=says(_other_number, "COMMITTED", of=ORDER)),
    Break("KCI-048", "calls an order something else", tell=says(_other_reference, "COMPLETED", of=ORDER)),
    Break("KCI-049", "acknowledges again", tell=says(_acknowledges_again, "COMMITTED")),
    Break("KCI-050", "says nothing of what it rejects", tell=instead(lambda _kci: [], "ORDER_REJECTED")),
    Break("KCI-051", "delivers next door", tell=says(body(address=ELSEWHERE), "COMMITTED", of=ORDER)),
    Break("KCI-053", "is done before it began", tell=says(head(issuedOn="2001-01-01T00:00:00Z"), "COMPLETED")),
    Break("KCI-054", "mixes the tenants up", tell=says(body(tenant="TENANT9"), "COMMITTED")),
    Break("KCI-055", "does not tell the service's id", tell=says(_no_service, "ADDITIONAL", "COMPLETED", of=ORDER)),
    Break("KCI-056", "refuses what it has amended", tell=says(
        head(reasonCode="AMENDMENT_REJECTED"), "AMENDED", of=ORDER)),
    Break("KCI-057", "has amended what it refuses", tell=says(head(reasonCode="AMENDED"), "AMENDMENT_REJECTED")),
    Break("KCI-058", "refuses what it has cancelled", tell=says(_refused_cancellation, "CANCELLED", of=ORDER)),
    Break("KCI-059", "does not say what it was asked", tell=says(_unasked, "CANCELLED", of=ORDER)),
    Break("KCI-060", "has cancelled what it refuses", tell=says(both(
        head(reasonCode="CANCELLED", problemCode="OTHER"), body(status="CANCELLED")), "CANCELLATION_REJECTED")),
    Break("KCI-061", "amends something else", tell=says(body(notes="Bring a cake."), "AMENDED", of=ORDER)),
    Break("KCI-063", "never ends a test", tell=instead(lambda _kci: [], "COMPLETED", of="serviceTest")),
)  # fmt: skip
