"""What this supplier knows of its trade: words, refusals, its diary, and how its stories go."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

UK = ZoneInfo("Europe/London")
TOKEN = "Bearer known-to-both"
POSTCODE = "ZZ75 4VO"
PROFILES = ["50", "100"]
OUT_OF_REACH = "999900000099"
OVER = ("COMPLETED", "CANCELLED", "REJECTED")

ORDER = ("id", "orderType", "tenant")
CONTENT = {
    "NEW": ("address", "serviceOrderItem", "primaryContact"),
    "MODIFY": ("serviceId", "serviceCharacteristics"),
    "CEASE": ("serviceId", "requestedCompletionDate"),
}
CONTENT |= dict.fromkeys(("START", "TRANSFER", "TAKEOVER"), CONTENT["NEW"])
ENTITY = {"NEW": "provideServiceOrder", "MODIFY": "modifyServiceOrder", "CEASE": "ceaseServiceOrder"}
ENTITY |= dict.fromkeys(("START", "TRANSFER", "TAKEOVER"), ENTITY["NEW"])
REASONS = ("CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER")
PROBLEM_REASONS = ("ISSUE_RESOLVED", "CUSTOMER_NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER")


class Refusal(Exception):
    """What is answered instead."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"uuid": str(uuid.uuid4()), "code": code, "messages": [message]}


def malformed(message: str) -> Refusal:
    return Refusal(400, "MALFORMED_REQUEST", message)


def invalid(message: str) -> Refusal:
    return Refusal(422, "INVALID_REQUEST", message)


def needs(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name not in body:
            raise malformed(f"{name} is missing")


def caller(environ: Mapping[str, Any]) -> None:
    """Who calls, and about what. Refuses what is missing."""
    if environ.get("HTTP_AUTHORIZATION") != TOKEN:
        raise Refusal(401, "NOT_AUTHORISED", "a bearer token is needed")
    for name in ("X-Request-ID", "X-Conversation-ID"):
        if not environ.get("HTTP_" + name.upper().replace("-", "_")):
            raise malformed(f"the header {name} is missing")
    if not environ.get("HTTP_TENANT") and environ["PATH_INFO"] not in ("/quote", "/ethernet/service-orders"):
        raise malformed("the header Tenant is missing")


def read_body(environ: Mapping[str, Any]) -> Json:
    """The JSON object of a request."""
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    if not isinstance(body, dict):
        raise malformed("the body is not a JSON object")
    return body


def address(text: str | None) -> Json:
    """The address in a query."""
    if text is None:
        raise malformed("address is missing")
    return known(json.loads(text))


def known(found: Any) -> Json:
    """An address by its two members."""
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("id", "type")):
        raise malformed("address needs id and type")
    return {"id": found["id"], "type": found["type"]}


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Asked:
    """A request that changes something."""

    def __init__(self, body: Json, environ: Mapping[str, Any]) -> None:
        self.body = body
        self.path = environ["PATH_INFO"]
        self.tenant = environ.get("HTTP_TENANT") or body.get("tenant")
        self.conversation = environ["HTTP_X_CONVERSATION_ID"]
        self.outcome = environ.get("HTTP_X_OUTCOME", "well")


def diary() -> list[Json]:
    """Mornings and afternoons of the next two weeks, Sundays left out."""
    today, found = datetime.now(UK).date(), []
    for day in (today + timedelta(days=ahead) for ahead in range(2, 16)):
        name = ("WEEKDAY", "SATURDAY", "SUNDAY")[max(0, day.weekday() - 4)]
        if name != "SUNDAY":
            found += [slot(day, 8, 13, f"{name}_AM"), slot(day, 13, 18, f"{name}_PM")]
    return found


def slot(day: date, start: int, end: int, name: str) -> Json:
    """A slot of so many hours of a day in UK time."""
    moments = [datetime.combine(day, time(hour), UK).astimezone(UTC) for hour in (start, end)]
    first, last = (each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in moments)
    classified = {"classification": name, "standard": name.startswith("WEEKDAY")}
    return {"timeslotStartDateTime": first, "timeslotEndDateTime": last, **classified}


def within(known: Json, wished: Any) -> bool:
    """Whether somebody wishes for this slot. Refuses what is no slot."""
    if not isinstance(wished, dict):
        raise malformed("timeslot needs a start and an end")
    needs(wished, "timeslotStartDateTime", "timeslotEndDateTime")
    for name in ("timeslotStartDateTime", "timeslotEndDateTime"):
        try:
            given = datetime.fromisoformat(wished[name])
        except (TypeError, ValueError):
            raise invalid(f"{name} is no time") from None
        if given.tzinfo is None:
            raise invalid(f"{name} has no zone")
        if given != datetime.fromisoformat(known[name]):
            return False
    return True


Step = tuple[str, str, Json, Json]
ACKNOWLEDGED: Step = ("ACKNOWLEDGED", "ACKNOWLEDGED", {}, {})
COMMITTED: Step = ("COMMITTED", "IN_PROGRESS", {"committedDate": "now", "targetDate": "now"}, {})
SERVICE: Step = ("ADDITIONAL", "IN_PROGRESS", {}, {})
COMPLETED: Step = ("COMPLETED", "COMPLETED", {}, {})
_BEGUN = (ACKNOWLEDGED, COMMITTED)
_NOBODY_IN = {"problemCode": "ACCESS_ISSUE", "text": "Nobody was in."}

# Each step: reason, status, what changes in the order, what is said beside it.
STORIES: Mapping[str, tuple[Step, ...]] = {
    "well": (*_BEGUN, SERVICE, COMPLETED),
    "committed": _BEGUN,
    "at-once": (COMMITTED, COMPLETED),
    "at-once-committed": (COMPLETED,),
    "delayed": (
        *_BEGUN,
        ("DELAY", "HELD", {}, {"problemCode": "OTHER", "text": "It rains."}),
        ("RESUMED", "IN_PROGRESS", {}, {}),
    ),
    "warned": (*_BEGUN, ("WARNING", "IN_PROGRESS", {}, {"problemCode": "SURVEY_REQUIRED"})),
    "question": (*_BEGUN, ("INFORMATION_REQUIRED", "PENDING", {}, {"text": "Which door is it?"})),
    "missed": (*_BEGUN, ("REAPPOINT", "PENDING", {}, _NOBODY_IN)),
    "moved": (*_BEGUN, ("REAPPOINTED", "IN_PROGRESS", {"targetDate": "now"}, {})),
    "given-up": (*_BEGUN, ("CANCELLED", "CANCELLED", {}, {"problemCode": "NETWORK_ISSUE"})),
    "rejected": (("ORDER_REJECTED", "REJECTED", {}, {"text": "There is no duct."}),),
}
