"""A tenant's endpoint for KCIs that ends right whatever order they come in, and the same with one mistake in it.

What happens once (a welcome, a bill) goes by the id of a KCI; how an order stands goes by its sequence numbers. What
cannot be believed is read from the gateway.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from sandbox.domain import lifecycles
from sandbox.domain.lifecycles import terminal
from tests.support.sandboxes import Json
from tests.support.sink import Taken

TOLERANCE = 300  # seconds that a signature may be old
TYPES = {
    "UPDATE", "ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "WARNING", "DELAY", "RESUMED", "REAPPOINTED", "AMENDED",
    "CANCELLED", "COMPLETED", "TERMINATED", "CREATED", "INFORMATION_REQUIRED", "REAPPOINT", "RESUBMIT",
}  # fmt: skip
MEMBERS = {
    "id", "supplier", "sequenceNumber", "issuedOn", "receivedOn", "deliveredOn", "updateType", "information",
    "entityType", "entity", "supplierNotes", "action", "error",
}  # fmt: skip

BUGS = {
    "no_memory": "does everything again when a KCI comes again",
    "arrival_order": "believes whatever came last",
    "waits_for_ever": "goes on only when the missing number has come",
    "drops_early": "throws away what comes before its turn",
    "upserts": "keeps a KCI under its id, and overwrites it",
    "reopens": "lets an order that has ended be told otherwise",
    "trusts_anybody": "checks no signature",
    "any_time": "does not look how old a signature is",
    "one_a_second": "takes one KCI a second of an order",
    "knows_its_orders": "throws away KCIs of orders whose number it does not know yet",
    "only_mine": "ignores orders that it did not place",
    "knows_all_types": "fails on a type that it does not know",
    "assumes_utc": "takes a time without a zone for UTC",
    "strips_the_zone": "reads a time up to its seconds",
    "takes_empty_text": "shows an empty text for the reason",
    "takes_nothing_for_something": "keeps a status that is not there",
    "strict": "refuses members that it does not know",
    "signs_its_own_json": "checks the signature of the JSON that it would write itself",
    "believes_status": "believes any status",
    "by_conversation": "finds the order by the X-Conversation-ID",
    "by_request_id": "takes one KCI for each X-Request-ID",
}


@dataclass
class Line:
    """One order as the receiver knows it."""

    status: str | None = None
    committed: float | None = None  # seconds since 1970
    reason: str | None = None
    last: int = 0
    early: dict[int, Json] = field(default_factory=dict)
    at: str = ""


@dataclass
class Receiver:
    """`read(number)` asks the gateway for an order; `now` gives the time in seconds; `known` are the orders that it has
    placed itself.
    """

    secret: str
    read: Callable[[int], Json]
    now: Callable[[], float]
    bug: str = ""
    known: set[int] = field(default_factory=set)
    lines: dict[Any, Line] = field(default_factory=dict)
    welcomed: int = 0
    ended: set[str] = field(default_factory=set)  # services
    seen: set[str] = field(default_factory=set)

    def take(self, taken: Taken) -> int:
        """The status to answer a delivery with."""
        if not self._genuine(taken):
            return 401
        kci = json.loads(taken.raw)
        if self.bug == "strict" and kci.keys() - MEMBERS:
            return 400
        name = taken.headers["x-request-id"] if self.bug == "by_request_id" else kci["id"]
        forgets = self.bug in ("no_memory", "upserts", "arrival_order", "reopens")
        if name in self.seen and not forgets:
            return 204
        status = self._taken(kci, taken)
        if status == 204:
            self.seen.add(name)
        return status

    def go_on(self) -> None:
        """Patience has ended: take what came early."""
        for number, line in self.lines.items():
            if self.bug != "waits_for_ever":
                for early in sorted(line.early):
                    self._apply(number, line, line.early[early])
                line.early.clear()

    def line(self, number: int) -> Line:
        """What it knows of an order."""
        return self.lines.get(number, Line())

    def _genuine(self, taken: Taken) -> bool:
        headers, signer = taken.headers, Webhook(self.secret)
        signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        body = taken.raw.decode()
        if self.bug == "signs_its_own_json":
            body = json.dumps(json.loads(body), separators=(",", ":"))
        right = signer.sign(headers["webhook-id"], signed_at, body) == headers["webhook-signature"]
        recent = abs(self.now() - signed_at.timestamp()) <= TOLERANCE
        return (right or self.bug == "trusts_anybody") and (recent or self.bug == "any_time")

    def _taken(self, kci: Json, taken: Taken) -> int:
        kind = self._kind(kci)
        if self.bug == "knows_all_types" and kind not in TYPES:
            return 500
        number = kci["entity"]["id"]
        key = taken.headers["x-conversation-id"] if self.bug == "by_conversation" else number
        mine = number in self.known
        if (self.bug == "knows_its_orders" and not mine) or (self.bug == "only_mine" and self.known and not mine):
            return 204
        line = self.lines.setdefault(key, Line())
        second = taken.headers["webhook-timestamp"]
        if self.bug == "one_a_second" and line.at == second:
            return 204
        line.at = second
        self.welcomed += kind == "ACKNOWLEDGED"
        self._order(key, line, kci)
        return 204

    def _order(self, key: Any, line: Line, kci: Json) -> None:
        number = kci["sequenceNumber"]
        if self.bug == "arrival_order":
            self._apply(key, line, kci)
        elif self._ended(line) and self.bug not in ("upserts", "reopens"):
            return  # what has ended stays as it is
        elif number == line.last + 1 or self._overwrites(line, kci):
            self._apply(key, line, kci)
            while line.last + 1 in line.early:
                self._apply(key, line, line.early.pop(line.last + 1))
        elif number > line.last and self.bug != "drops_early":
            line.early[number] = kci

    def _overwrites(self, line: Line, kci: Json) -> bool:
        upserted = self.bug == "upserts" and kci["sequenceNumber"] == line.last
        return upserted or (self.bug == "reopens" and self._ended(line))

    @staticmethod
    def _ended(line: Line) -> bool:
        return line.status is not None and terminal("order", line.status)

    def _apply(self, key: Any, line: Line, kci: Json) -> None:
        line.last = max(line.last, kci["sequenceNumber"])
        entity = kci["entity"]
        if not self._believable(line, kci):
            entity = self.read(entity["id"])
        line.status = entity.get("status")
        if "committedDate" in entity:
            line.committed = self._moment(entity["committedDate"])
        content = kci.get("information") or kci.get("action") or kci["error"]
        if "code" in content:
            empty = self.bug == "takes_empty_text" and "text" in content
            line.reason = content["text"] if empty else content.get("text") or content["code"]
        if entity.get("orderType") == "UNSOLICITED_CEASE" and line.status == "COMPLETED":
            self.ended.add(entity["serviceId"])

    def _believable(self, line: Line, kci: Json) -> bool:
        status, kind = kci["entity"].get("status"), self._kind(kci)
        if status is None:
            return self.bug == "takes_nothing_for_something"
        if self._zoneless(kci["entity"].get("committedDate")) and self.bug != "assumes_utc":
            return False
        if self.bug in ("believes_status", "arrival_order", "reopens", "upserts") or line.status is None:
            return True
        rule = lifecycles.allowed("order", line.status, kind) if kind in lifecycles.ORDER else ()
        return status == line.status or status in rule or kind not in TYPES or line.early != {}

    def _moment(self, text: str) -> float:
        if self.bug == "strips_the_zone" or self._zoneless(text):
            return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp()
        return datetime.fromisoformat(text).timestamp()

    @staticmethod
    def _zoneless(text: str | None) -> bool:
        return text is not None and datetime.fromisoformat(text).tzinfo is None

    @staticmethod
    def _kind(kci: Json) -> str:
        content = kci.get("information") or kci.get("action") or kci["error"]
        return str(content.get("type") or content["code"])
