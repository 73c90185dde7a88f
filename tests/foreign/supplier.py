"""A supplier that somebody else wrote. It keeps everything in memory, and tells its KCIs when `speak` is called.

The header X-Outcome chooses what becomes of an order.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from tests.foreign import trade
from tests.foreign.trade import Asked, Json, Refusal, invalid, malformed, needs, now

Post = Callable[[dict[str, str], bytes], int]


class Supplier:
    """The whole supplier: a WSGI application."""

    def __init__(self) -> None:
        self.answered: dict[tuple[str, int], tuple[str, int, Any]] = {}
        self.reserved: dict[int, Json] = {}
        self.claimed: set[int] = set()
        self.things: dict[tuple[str, int], Json] = {}
        self.services: dict[str, str] = {}
        self.quotes: set[str] = set()
        self.resolutions: dict[str, tuple[str, int]] = {}
        self.outbox: list[tuple[str, Json]] = []

    # ---- HTTP --------------------------------------------------------------------------------------------------------
    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            status, body = self.answer(environ)
        except (AttributeError, KeyError, TypeError, ValueError):
            status, body = 400, malformed("this cannot be read").body
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        raw = b"" if body is None else json.dumps(body).encode()
        start(f"{status} Answer", [("Content-Type", "application/json")] if raw else [])
        return [raw]

    def answer(self, environ: Mapping[str, Any]) -> tuple[int, Any]:
        path = environ["PATH_INFO"]
        trade.caller(environ)
        if environ["REQUEST_METHOD"] == "GET":
            query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
            return {"/service-availability": self.available, "/available-appointments": self.slots}[path](query)
        asked = Asked(trade.read_body(environ), environ)
        if path.startswith("/service-problem-resolutions/"):
            return self.decide(path.rpartition("/")[2], asked)
        if path not in WRITING:
            raise Refusal(404, "NOT_FOUND", "there is no such path")
        return self.once(path, asked, WRITING[path])

    def once(
        self, path: str, asked: "Asked", take: Callable[["Supplier", "Asked"], tuple[int, Any]]
    ) -> tuple[int, Any]:
        """The same request again gets its first answer again."""
        needs(asked.body, "id")
        key, content = (path, int(asked.body["id"])), json.dumps(asked.body, sort_keys=True)
        if key in self.answered:
            known, status, body = self.answered[key]
            if known != content:
                raise invalid("this id names something else already")
            return status, body
        status, body = take(self, asked)
        self.answered[key] = (content, status, body)
        return status, body

    # ---- before an order ---------------------------------------------------------------------------------------------
    def available(self, query: dict[str, str]) -> tuple[int, Any]:
        address = trade.address(query.get("address"))
        if any(each not in ("BROADBAND", "ETHERNET") for each in query.get("serviceTypes", "BROADBAND").split(",")):
            raise invalid("serviceTypes are BROADBAND and ETHERNET")
        place: Json = {"address": {"identifier": address, "postcode": trade.POSTCODE}}
        if address["id"] == trade.OUT_OF_REACH:
            return 200, place | {"unavailabilityReasons": [{"code": "NO_NETWORK", "text": "We are not there."}]}
        offer = {
            "id": "GPON",
            "name": "Fibre",
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "values": trade.PROFILES}],
        }
        line = {"type": "NEW", "lineType": "FIBRE", "installationType": "STANDARD"}
        return 200, place | {"serviceSpecifications": [offer], "siteInformation": {"line": line, "existingLines": []}}

    def slots(self, query: dict[str, str]) -> tuple[int, Any]:
        address = trade.address(query.get("address"))
        needs(query, "serviceSpecification", "appointmentPurpose")
        specification = json.loads(query["serviceSpecification"])
        needs(specification, "id")
        if query["appointmentPurpose"] not in ("PROVIDE", "MODIFY", "REPAIR"):
            raise invalid("appointmentPurpose is PROVIDE, MODIFY or REPAIR")
        first = date.fromisoformat(query.get("appointmentFromDate", "2000-01-01"))
        wanted = query["classifications"].split(",") if "classifications" in query else None
        known = [each for each in trade.diary() if each["timeslotStartDateTime"][:10] >= first.isoformat()]
        free = [each for each in known if wanted is None or each["classification"] in wanted]
        return 200, {"address": address, "serviceSpecification": specification, "availableTimeslots": free}

    def reserve(self, asked: "Asked") -> tuple[int, Any]:
        body = asked.body
        needs(body, "address", "serviceSpecification", "timeslot")
        slot = next((each for each in trade.diary() if trade.within(each, body["timeslot"])), None)
        if slot is None:
            raise invalid("this slot was never offered")
        ends = (datetime.now(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.reserved[body["id"]] = slot
        return 201, {**body, "timeslot": slot, "supplierReference": f"R{body['id']}", "expiryDateTime": ends}

    # ---- orders, tests, problems -------------------------------------------------------------------------------------
    def order(self, asked: "Asked") -> tuple[int, Any]:
        body, kind = asked.body, asked.body.get("orderType")
        needs(body, "orderType")
        if kind not in trade.CONTENT:
            raise invalid(f"orderType is one of {', '.join(trade.CONTENT)}")
        needs(body, *trade.ORDER, *trade.CONTENT[kind])
        if body["tenant"] != asked.tenant:
            raise invalid("tenant is not the one of the Tenant header")
        (self.known_service if "serviceId" in body else self.known_line)(body)
        claimed = body.get("appointmentReservationId")
        if claimed is not None and (claimed not in self.reserved or claimed in self.claimed):
            raise invalid("this reservation is not known, or claimed already")
        if claimed is not None:
            self.claimed.add(claimed)
        visit = {"appointmentTimeslot": self.reserved[claimed]} if claimed is not None else {}
        answer = self.begin(trade.ENTITY[kind], asked, visit)
        if kind in ("TAKEOVER", "TRANSFER"):
            self.tell_loser(asked)
        return answer

    def tell_loser(self, asked: "Asked") -> None:
        """Whoever has the line is told that the service ends."""
        number = -asked.body["id"]
        cease: Json = {"supplierOrderReference": f"U{-number}", "serviceId": "of that line"}
        cease |= {"requestedCompletionDate": "2099-01-01", "reason": "WORKING_LINE_TAKEOVER", "status": "ACKNOWLEDGED"}
        cease["tenant"] = "TENANT1" if asked.tenant != "TENANT1" else "TENANT2"
        self.things["ceaseServiceOrder", number] = {"entity": cease, "said": 0, "conversation": asked.conversation}
        self.say("ceaseServiceOrder", number, "CREATED", "ACKNOWLEDGED")

    def known_service(self, body: Json) -> None:
        if body["serviceId"] not in self.services:
            raise invalid("this service is not known")

    def known_line(self, body: Json) -> None:
        if trade.known(body["address"])["id"] == trade.OUT_OF_REACH:
            raise invalid("we are not there")
        item = body["serviceOrderItem"]
        if not isinstance(item, dict) or not isinstance(item.get("serviceSpecification"), dict):
            raise malformed("serviceOrderItem needs a serviceSpecification")
        if item["serviceSpecification"].get("id") != "GPON":
            raise invalid("this service is not sold")
        named = [each.get("name") for each in item.get("serviceCharacteristics", [])]
        if body["orderType"] != "NEW" and not {"LINE_ID", "ONT_REFERENCE"} & set(named):
            raise invalid("which line?")

    def begin(self, entity: str, asked: "Asked", more: Json) -> tuple[int, Any]:
        number = asked.body["id"]
        thing = {**asked.body, **more, "supplierOrderReference": f"S{number}", "status": "SENT_TO_SUPPLIER"}
        self.things[entity, number] = {"entity": thing, "said": 0, "conversation": asked.conversation}
        at_once = asked.outcome.startswith("at-once")
        if at_once:
            dates = {"committedDate": now(), "targetDate": now()} if asked.outcome == "at-once-committed" else {}
            thing |= {"status": "IN_PROGRESS" if dates else "ACKNOWLEDGED", **dates}
        answer = dict(thing)
        self.play(entity, number, trade.STORIES[asked.outcome])
        return (201, answer) if at_once else (202, None)

    def ethernet(self, asked: "Asked") -> tuple[int, Any]:
        needs(asked.body, "id", "tenant", "supplierQuoteId", "siteInformation", "orderItems")
        if asked.body["supplierQuoteId"] not in self.quotes:
            raise invalid("this quote is not known")
        return self.begin("ethernetServiceOrder", asked, {})

    def quote(self, asked: "Asked") -> tuple[int, Any]:
        needs(asked.body, "sites", "contractDetails", "service")
        if len(asked.body["sites"]) < 2:
            raise invalid("a line has two ends")
        name = f"Q{asked.body['id']}"
        self.quotes.add(name)
        return 201, {**asked.body, "id": name}

    def test(self, asked: "Asked") -> tuple[int, Any]:
        needs(asked.body, "serviceId", "serviceSpecification", "problemType")
        self.known_service(asked.body)
        number, reference = asked.body["id"], f"T{asked.body['id']}"
        thing = {**asked.body, "tenant": asked.tenant, "supplierReference": reference, "status": "IN_PROGRESS"}
        self.things["serviceTest", number] = {"entity": thing, "said": 0, "conversation": asked.conversation}
        colour = "RED" if asked.outcome == "red" else "GREEN"
        self.say("serviceTest", number, "COMPLETED", "COMPLETED", {"result": {"testOutcome": {"testResult": colour}}})
        return 201, {**asked.body, "supplierReference": reference}

    def problem(self, asked: "Asked") -> tuple[int, Any]:
        needs(asked.body, "problemType", "problemText", "serviceId", "serviceSpecification")
        if not 10 <= len(asked.body["problemText"]) <= 80:
            raise invalid("problemText has 10 to 80 characters")
        self.known_service(asked.body)
        number = asked.body["id"]
        thing = {**asked.body, "tenant": asked.tenant, "supplierReference": f"P{number}", "status": "SENT_TO_SUPPLIER"}
        self.things["serviceProblem", number] = {"entity": thing, "said": 0, "conversation": asked.conversation}
        self.say("serviceProblem", number, "ACKNOWLEDGED", "ACKNOWLEDGED")
        if asked.outcome == "resolved":
            self.resolve(number)
        return 202, None

    def resolve(self, number: int) -> None:
        reference = f"F{number}-{len(self.resolutions)}"
        how = {"supplierReference": reference, "resolvedDate": now(), "resolutionDetails": {"resolutionCode": "OTHER"}}
        self.resolutions[reference] = ("serviceProblem", number)
        self.say("serviceProblem", number, "RESOLVED", "RESOLVED", {"serviceProblemResolution": how})

    def decide(self, reference: str, asked: "Asked") -> tuple[int, Any]:
        needs(asked.body, "status")
        if asked.body["status"] not in ("ACCEPTED", "REJECTED") or reference not in self.resolutions:
            raise invalid("an open resolution is ACCEPTED or REJECTED")
        entity, number = self.resolutions.pop(reference)
        how = self.things[entity, number]["entity"]["serviceProblemResolution"]
        if asked.body["status"] == "ACCEPTED":
            self.say(entity, number, "COMPLETED", "COMPLETED")
        else:
            self.things[entity, number]["entity"]["status"] = "IN_PROGRESS"
        return 200, {**how, **asked.body}

    # ---- requests about what is under way ----------------------------------------------------------------------------
    def change(self, asked: "Asked") -> tuple[int, Any]:
        about = "serviceProblemId" if "serviceProblemId" in asked.body else "orderId"
        needs(asked.body, about)
        kind = about.removesuffix("Id") if about == "serviceProblemId" else "serviceOrder"
        found = [
            key for key in self.things if key[1] == asked.body[about] and (key[0] == kind) == (kind != "serviceOrder")
        ]
        cancelling = "cancellations" in asked.path
        if cancelling:
            needs(asked.body, "reasonCode")
            if asked.body["reasonCode"] not in (trade.PROBLEM_REASONS if kind == "serviceProblem" else trade.REASONS):
                raise invalid("this is no reason")
        if not found or self.things[found[0]]["entity"]["status"] in trade.OVER:
            raise invalid("there is nothing to change")
        return self.settle(found[0], kind + ("Cancellation" if cancelling else "Amendment"), asked)

    def settle(self, key: tuple[str, int], what: str, asked: "Asked") -> tuple[int, Any]:
        names = {f"{what}Id": asked.body["id"], f"{what}Reference": f"C{asked.body['id']}"}
        status = self.things[key]["entity"]["status"]
        if asked.outcome == "refuse":
            word = "CANCELLATION_REJECTED" if what.endswith("Cancellation") else "AMENDMENT_REJECTED"
            self.say(*key, word, status, {}, {**names, "text": "It cannot be done."})
        elif what.endswith("Cancellation"):
            self.say(*key, "CANCELLED", "CANCELLED", {}, {**names, "problemCode": "NO_LONGER_REQUIRED"})
        else:
            kept = {name: asked.body[name] for name in asked.body if name not in ("id", "orderId", "serviceProblemId")}
            self.say(*key, "AMENDED", status, kept, names)
        return 202, None

    # ---- telling -----------------------------------------------------------------------------------------------------
    def play(self, entity: str, number: int, story: Iterable[tuple[str, str, Json, Json]]) -> None:
        for reason, status, changes, words in story:
            more = {name: now() if value == "now" else value for name, value in changes.items()}
            if reason == "ADDITIONAL" and entity in ("provideServiceOrder", "ethernetServiceOrder"):
                service = f"SVC{number}"
                self.services[service] = entity
                name = "serviceOrderItem"
                item = self.things[entity, number]["entity"].get(name, {"serviceSpecification": {"id": "GPON"}})
                told = [*item.get("serviceCharacteristics", []), {"name": "SERVICE_ID", "value": service}]
                told.append({"name": "LINE_ID", "value": f"LINE{number}"})
                more[name] = {**item, "serviceCharacteristics": told}
            self.say(entity, number, reason, status, more, words)

    def say(self, entity: str, number: int, reason: str, status: str, *more: Json) -> None:
        changes, words = (*more, {}, {})[:2]
        known = self.things[entity, number]
        known["said"] += 1
        known["entity"] = {**known["entity"], **changes, "status": status}
        head = {"id": str(uuid.uuid4()), "sequenceNumber": known["said"], "issuedOn": now(), "reasonCode": reason}
        self.outbox.append((known["conversation"], {**head, **words, entity: known["entity"]}))

    def speak(self, post: Post) -> None:
        """Post what waits; what is not taken comes again at once."""
        while self.outbox:
            conversation, kci = self.outbox.pop(0)
            raw = json.dumps(kci).encode()
            for _ in range(3):
                headers = {"X-Request-ID": str(uuid.uuid4()), "X-Conversation-ID": conversation}
                if post({**headers, "Content-Type": "application/json"}, raw) < 500:
                    break


WRITING: Mapping[str, Callable[[Supplier, Asked], tuple[int, Any]]] = {
    "/appointments": Supplier.reserve,
    "/service-orders": Supplier.order,
    "/service-order-amendments": Supplier.change,
    "/service-order-cancellations": Supplier.change,
    "/ethernet/service-orders": Supplier.ethernet,
    "/quote": Supplier.quote,
    "/service-tests": Supplier.test,
    "/service-problems": Supplier.problem,
    "/service-problem-amendments": Supplier.change,
    "/service-problem-cancellations": Supplier.change,
}
