"""Suppliers that answer wrongly, each in one way. The correct one is `tests.foreign.supplier`."""

import json
from collections.abc import Callable
from typing import Any

from tests.broken.layer import Break, Call, Said, adds_header, always, changes, has, lacks, refusals, replies

AVAILABLE, SLOTS, RESERVE = "/service-availability", "/available-appointments", "/appointments"
ORDERS, AMEND, CANCEL = "/service-orders", "/service-order-amendments", "/service-order-cancellations"
QUOTE, ETHERNET = "/quote", "/ethernet/service-orders"
TESTS, PROBLEMS = "/service-tests", "/service-problems"
AMEND_PROBLEM, CANCEL_PROBLEM = "/service-problem-amendments", "/service-problem-cancellations"
SHAPE = {"SUP-024": "it is a success, and what is wrong with it is its shape"}
REFUSED = {"uuid": "1f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1d0f", "code": "INVALID_REQUEST", "messages": ["No."]}
RESERVED = {"supplierReference": "R1"}
NOWHERE = {"address": {"identifier": {"id": "9", "type": "UPRN"}}, "unavailabilityReasons": [{"code": "NONE"}]}
DECIDED = {
    "supplierReference": "F1",
    "status": "ACCEPTED",
    "resolvedDate": "2027-01-01T00:00:00Z",
    "resolutionDetails": {"resolutionCode": "OTHER"},
}
NOBODY = 999_999_999_999


def asks_for(number: int) -> Any:
    """The availability of one of the served addresses."""
    return lambda call: f"9999000000{number:02}" in call.query.get("address", "")


def body(**members: Any) -> Callable[[Call], bool]:
    return lambda call: all(call.body.get(name) == value for name, value in members.items())


def without(name: str) -> Any:
    return lambda call: name not in call.body


def again(call: Call) -> bool:
    return call.repeats > 0


def outcome(name: str) -> Any:
    return lambda call: call.headers.get("x-outcome") == name


def refuses(path: str, when: Any = always) -> Any:
    """Refuses what it should take, and says so properly."""

    def answer(call: Call, said: Said) -> None:
        if call.path == path and said.status < 300 and when(call):
            said.status, said.body = 422, REFUSED | {"uuid": f"1f9f3f2e-6f3b-4c53-9a36-{id(said):012x}"[:36]}

    return answer


def fills_query(name: str, value: Any) -> Any:
    """Does not mind a missing or wrong query parameter."""
    text = value if isinstance(value, str) else json.dumps(value)

    def ask(call: Call) -> None:
        if call.path == SLOTS:
            call.query[name] = call.query.get(name, text) if name != "appointmentPurpose" else text

    return ask


def ignores(name: str) -> Any:
    def ask(call: Call) -> None:
        call.query.pop(name, None)

    return ask


def one_slot(change: Any, which: Any) -> Any:
    """Changes one slot of every list, if there is one like it."""

    def answer(listed: Any) -> None:
        for slot in [each for each in listed["availableTimeslots"] if which(each)][:1]:
            change(slot)

    return changes(SLOTS, answer)


def _saturday(slot: Any) -> bool:
    return str(slot["classification"]).startswith("SATURDAY")


def _afternoon(slot: Any) -> bool:
    return str(slot["classification"]) == "SATURDAY_PM"


def _no_zone(slot: Any) -> None:
    slot["timeslotEndDateTime"] = slot["timeslotEndDateTime"].removesuffix("Z")


def _backwards(slot: Any) -> None:
    slot["timeslotEndDateTime"] = slot["timeslotStartDateTime"]


def _text(_call: Call, said: Said) -> None:
    if said.status == 200:
        said.content_type = "text/plain"


def _no_profiles(found: Any) -> None:
    for each in found.get("serviceSpecifications", []):
        each["serviceCharacteristics"][0]["values"] = []


def _numbered_name(found: Any) -> None:
    for each in found.get("serviceSpecifications", []):
        each["name"] = 5


def _any_token(call: Call) -> None:
    if call.headers.get("authorization") not in (None, "Bearer known-to-both"):
        call.headers["authorization"] = "Bearer known-to-both"


def _two_tenants(call: Call) -> bool:
    return body(orderType="NEW")(call) and call.headers.get("tenant") != call.body.get("tenant")


def _unreadable(call: Call) -> Any:
    return call.raw.startswith(b'{"orderType": "NEW", ') and not call.body


def _asked_rightly(call: Call) -> bool:
    return "serviceSpecification" in call.query and call.query.get("appointmentPurpose") == "PROVIDE"


def _made_up(call: Call) -> bool:
    return not call.headers.get("x-conversation-id", "conformance").startswith("conformance")


FEW_MADE_UP = {"examples": 2, "offers": frozenset(["ORDERS"])}  # operations for which requests are made up

BREAKS = (
    Break("SUP-001", "a service's name is a number", answer=changes(AVAILABLE, _numbered_name)),
    Break("SUP-002", "answers for the neighbours", answer=changes(AVAILABLE, has(
        address={"identifier": {"id": "999900000098", "type": "UPRN"}}), asks_for(1))),
    Break("SUP-003", "has neither services nor reasons", answer=changes(
        AVAILABLE, lacks("serviceSpecifications"), asks_for(1))),
    Break("SUP-004", "does not say why nothing can be had", answer=changes(
        AVAILABLE, lacks("unavailabilityReasons"))),
    Break("SUP-005", "answers for no address at all", answer=replies(
        AVAILABLE, 200, NOWHERE, lambda call: "address" not in call.query)),
    Break("SUP-006", "answers for an address that it cannot read", answer=replies(
        AVAILABLE, 200, NOWHERE, lambda call: call.query.get("address") == '{"id": "999')),
    Break("SUP-007", "answers for half an address", answer=replies(
        AVAILABLE, 200, NOWHERE, lambda call: call.query.get("address") == '{"type": "UPRN"}')),
    Break("SUP-008", "lists no line profiles", answer=changes(AVAILABLE, _no_profiles)),
    Break("SUP-010", "lets anybody in", ask=adds_header("Authorization", "Bearer known-to-both")),
    Break("SUP-011", "takes any token for a good one", ask=_any_token),
    Break("SUP-012", "does not mind a missing X-Request-ID", ask=adds_header("X-Request-ID")),
    Break("SUP-013", "does not mind a missing X-Conversation-ID", ask=adds_header("X-Conversation-ID")),
    Break("SUP-014", "does not mind a missing Tenant", ask=adds_header("Tenant")),
    Break("SUP-015", "sends no messages with a refusal", answer=refusals(lacks("messages"))),
    Break("SUP-016", "calls everything malformed", answer=refusals(has(code="MALFORMED_REQUEST"))),
    Break("SUP-017", "gives every refusal the same uuid", answer=refusals(has(uuid=REFUSED["uuid"]))),
    Break("SUP-018", "says nothing in its messages", answer=refusals(has(messages=[]))),
    Break("SUP-019", "calls its JSON plain text", answer=_text),
    Break("SUP-021", "fails at one address", answer=replies(
        AVAILABLE, 500, REFUSED | {"code": "SUPPLIER_FAULT"}, asks_for(3))),
    Break("SUP-022", "answers with a status of its own", answer=replies(AVAILABLE, 418, None, asks_for(3))),
    Break("SUP-023", "takes what it cannot read", answer=replies(ORDERS, 202, None, _unreadable)),
    Break("SUP-024", "leaves out when a problem was resolved", answer=lambda call, said: (
        said.body.pop("resolvedDate") if call.method == "PATCH" and said.status == 200 else None)),
    Break("SUP-030", "lists no slots just now", answer=replies(SLOTS, 503, None, _asked_rightly)),
    Break("SUP-031", "a slot has no offset", answer=one_slot(_no_zone, _afternoon), trips=SHAPE),
    Break("SUP-032", "a slot ends when it begins", answer=one_slot(_backwards, _afternoon)),
    Break("SUP-033", "a Saturday is a weekday", answer=one_slot(has(classification="WEEKDAY_AM"), _saturday)),
    Break("SUP-034", "lists all classes", ask=ignores("classifications")),
    Break("SUP-035", "lists all days", ask=ignores("appointmentFromDate")),
    Break("SUP-036", "lists slots for no service", ask=fills_query("serviceSpecification", {"id": "GPON"})),
    Break("SUP-037", "lists slots for no purpose", ask=lambda call: (
        call.query.setdefault("appointmentPurpose", "PROVIDE"), None)[1]),
    Break("SUP-038", "lists slots for any purpose", ask=lambda call: (
        call.query.update(appointmentPurpose="PROVIDE") if "appointmentPurpose" in call.query else None)),
    Break("SUP-040", "gives a reservation no reference", answer=changes(
        RESERVE, lacks("supplierReference")), trips=SHAPE),
    Break("SUP-041", "confirms another number", answer=changes(RESERVE, has(id=7))),
    Break("SUP-042", "reserves anew when asked again", answer=changes(
        RESERVE, has(supplierReference="another"), again)),
    Break("SUP-043", "moves a reservation by its number", answer=lambda call, said: (
        _take(said, 201, RESERVED) if call.path == RESERVE and _taken_already(said) else None)),
    Break("SUP-044", "reserves what it never offered", answer=replies(
        RESERVE, 201, RESERVED, lambda call: "2099-12-25" in call.raw.decode())),
    Break("SUP-045", "reserves no slot", answer=replies(RESERVE, 201, RESERVED, without("timeslot"))),
    Break("SUP-046", "a reservation is over when it begins", answer=changes(
        RESERVE, has(expiryDateTime="2020-01-01T00:00:00Z"))),
    Break("SUP-047", "guesses the zone of a slot", answer=lambda call, said: (
        _take(said, 201, RESERVED) if call.path == RESERVE and "no zone" in str(said.body) else None)),
    Break("SUP-050", "takes no order that goes well", answer=replies(
        ORDERS, 503, None, lambda call: body(orderType="NEW")(call) and outcome("well")(call))),
    Break("SUP-051", "acknowledges without a reference", answer=changes(
        ORDERS, lacks("supplierOrderReference")), trips=SHAPE),
    Break("SUP-052", "commits without a target date", answer=changes(
        ORDERS, lacks("targetDate"), outcome("at-once-committed")), trips=SHAPE),
    Break("SUP-054", "answers otherwise when asked again", answer=replies(
        ORDERS, 201, {"supplierOrderReference": "S1", "status": "ACKNOWLEDGED"}, again)),
    Break("SUP-055", "takes another order under the same number", answer=lambda call, said: (
        _take(said, 202, None) if call.path == ORDERS and _taken_already(said) else None)),
    Break("SUP-056", "needs no contact", answer=replies(
        ORDERS, 202, None, lambda call: body(orderType="NEW")(call) and without("primaryContact")(call))),
    Break("SUP-057", "barters", answer=replies(ORDERS, 202, None, body(orderType="BARTER"))),
    Break("SUP-058", "takes any reservation", answer=replies(
        ORDERS, 202, None, body(appointmentReservationId=NOBODY))),
    Break("SUP-059", "takes any service", answer=replies(
        ORDERS, 202, None, body(serviceOrderItem={"serviceSpecification": {"id": "NO-SUCH-SERVICE"}}))),
    Break("SUP-060", "takes orders where it has nothing", answer=replies(
        ORDERS, 202, None, body(address={"id": "999900000099", "type": "UPRN"}))),
    Break("SUP-061", "does not compare the tenants", answer=replies(ORDERS, 202, None, _two_tenants)),
    Break("SUP-062", "restarts no line in particular", answer=replies(
        ORDERS, 202, None, lambda call: body(orderType="START")(call) and "LINE_ID" not in call.raw.decode())),
    Break("SUP-063", "minds what it does not know", answer=refuses(
        ORDERS, lambda call: "colourOfTheDoor" in call.body)),
    Break("SUP-064", "lets a slot be claimed twice", answer=lambda call, said: (
        _take(said, 202, None) if "claimed already" in str(said.body) and not body(
            appointmentReservationId=NOBODY)(call) else None)),
    Break("SUP-065", "takes nothing over", answer=refuses(ORDERS, body(orderType="TAKEOVER"))),
    Break("SUP-066", "transfers nothing", answer=refuses(ORDERS, body(orderType="TRANSFER"))),
    Break("SUP-067", "starts nothing again", answer=refuses(ORDERS, body(orderType="START"))),
    Break("SUP-070", "amends nothing", answer=refuses(AMEND)),
    Break("SUP-071", "answers an amendment otherwise when asked again", answer=replies(AMEND, 201, {}, again)),
    Break("SUP-072", "amends what is not there", answer=replies(AMEND, 202, None, body(orderId=NOBODY))),
    Break("SUP-073", "amends nothing in particular", answer=replies(AMEND, 202, None, without("orderId"))),
    Break("SUP-074", "amends what is done", answer=lambda call, said: (
        _take(said, 202, None) if call.path == AMEND and _nothing_to_change(call, said) else None)),
    Break("SUP-080", "cancels nothing", answer=refuses(CANCEL)),
    Break("SUP-081", "answers a cancellation otherwise when asked again", answer=replies(CANCEL, 201, {}, again)),
    Break("SUP-082", "cancels what is not there", answer=replies(CANCEL, 202, None, body(
        orderId=NOBODY, reasonCode="NO_LONGER_REQUIRED"))),
    Break("SUP-083", "cancels without reason", answer=replies(CANCEL, 202, None, without("reasonCode"))),
    Break("SUP-084", "cancels for any reason", answer=replies(CANCEL, 202, None, body(reasonCode="BORED"))),
    Break("SUP-085", "cancels what is done", answer=lambda call, said: (
        _take(said, 202, None) if call.path == CANCEL and _nothing_to_change(call, said) else None)),
    Break("SUP-090", "modifies nothing", answer=refuses(ORDERS, body(orderType="MODIFY"))),
    Break("SUP-091", "modifies what is not there", answer=replies(ORDERS, 202, None, body(
        orderType="MODIFY", serviceId="NO-SUCH-SERVICE"))),
    Break("SUP-092", "ends nothing", answer=refuses(ORDERS, body(orderType="CEASE"))),
    Break("SUP-093", "ends what is not there", answer=replies(ORDERS, 202, None, body(
        orderType="CEASE", serviceId="NO-SUCH-SERVICE"))),
    Break("SUP-094", "ends a service on no day", answer=replies(ORDERS, 202, None, lambda call: (
        body(orderType="CEASE")(call) and without("requestedCompletionDate")(call)))),
    Break("SUP-100", "quotes only for a tenant", answer=replies(
        QUOTE, 503, None, lambda call: "tenant" not in call.headers), trips={
            "SUP-101": "there is no quote, so none has a name",
            "SUP-102": "the question is not looked at", "SUP-103": "the question is not looked at"}),
    Break("SUP-101", "names a quote by a number", answer=changes(QUOTE, has(id=12)), trips=SHAPE),
    Break("SUP-102", "quotes for half a line", answer=lambda call, said: (
        _take(said, 201, {"id": "Q1"}) if call.path == QUOTE and "two ends" in str(said.body) else None)),
    Break("SUP-103", "quotes without a contract", answer=replies(
        QUOTE, 201, {"id": "Q1"}, without("contractDetails"))),
    Break("SUP-104", "takes no order by a quote", answer=refuses(ETHERNET)),
    Break("SUP-105", "takes any quote", answer=replies(
        ETHERNET, 202, None, body(supplierQuoteId="NO-SUCH-QUOTE"))),
    Break("SUP-110", "tests nothing", answer=refuses(TESTS)),
    Break("SUP-111", "tests anew when asked again", answer=changes(TESTS, has(supplierReference="T0"), again)),
    Break("SUP-112", "tests what is not there", answer=replies(TESTS, 201, {"id": 1}, body(
        serviceId="NO-SUCH-SERVICE", problemType="OUTAGE"))),
    Break("SUP-113", "tests for nothing in particular", answer=replies(TESTS, 201, {"id": 1}, without("problemType"))),
    Break("SUP-120", "mends nothing", answer=refuses(PROBLEMS)),
    Break("SUP-121", "mends what is not there", answer=replies(PROBLEMS, 202, None, lambda call: (
        body(serviceId="NO-SUCH-SERVICE")(call) and len(call.body.get("problemText", "")) > 9))),
    Break("SUP-122", "needs no words", answer=replies(PROBLEMS, 202, None, without("problemText"))),
    Break("SUP-123", "understands a word", answer=replies(PROBLEMS, 202, None, body(problemText="Broken"))),
    Break("SUP-124", "amends no problem", answer=refuses(AMEND_PROBLEM)),
    Break("SUP-125", "amends a problem that is not there", answer=replies(
        AMEND_PROBLEM, 202, None, body(serviceProblemId=NOBODY))),
    Break("SUP-126", "cancels no problem", answer=refuses(CANCEL_PROBLEM)),
    Break("SUP-127", "cancels a problem that is not there", answer=replies(
        CANCEL_PROBLEM, 202, None, body(serviceProblemId=NOBODY))),
    Break("SUP-130", "takes a yes for a no", answer=lambda call, said: (
        said.body.update(status="REJECTED") if said.status == 200 and call.body.get("status") == "ACCEPTED" else None)),
    Break("SUP-131", "takes a no for a yes", answer=lambda call, said: (
        said.body.update(status="ACCEPTED") if said.status == 200 and call.body.get("status") == "REJECTED" else None)),
    Break("SUP-132", "decides on nothing", answer=replies("/service-problem-resolutions/NO-SUCH-RESOLUTION", 200,
        DECIDED, body(status="ACCEPTED"))),
    Break("SUP-133", "takes neither yes nor no", answer=replies("/service-problem-resolutions/NO-SUCH-RESOLUTION", 200,
        DECIDED, body(status="PENDING"))),
    Break("SUP-140", "answers some requests with a status of its own", profile=FEW_MADE_UP, answer=replies(
        AVAILABLE, 418, None, _made_up)),
    Break("SUP-141", "fails where others ask", profile=FEW_MADE_UP, answer=replies(AVAILABLE, 500, None, _made_up)),
)  # fmt: skip


def _take(said: Said, status: int, content: Any) -> None:
    said.status, said.body = status, content


def _taken_already(said: Said) -> bool:
    return said.status == 422 and "something else already" in str(said.body)


def _nothing_to_change(call: Call, said: Said) -> bool:
    known = call.body.get("orderId") not in (None, NOBODY)
    return said.status == 422 and "nothing to change" in str(said.body) and known
