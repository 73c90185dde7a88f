"""A small model of an order's life, written from the published texts alone: the program's own tables are not used.

Where the texts leave a step open, the model says what is agreed here, and marks it so.
"""

from dataclasses import dataclass, field

RECEIVED, SENT, NOT_SENT = "RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND"
ACKNOWLEDGED, RUNNING, WAITING, HELD = "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD"
AMENDING, CANCELLING = "PENDING_AMENDMENT", "PENDING_CANCELLATION"
ENDED = {NOT_SENT, "REJECTED", "CANCELLED", "FAILED", "COMPLETED", "PARTIAL"}
IN_FLIGHT = {ACKNOWLEDGED, RUNNING, WAITING, HELD, AMENDING, CANCELLING}
REMARKS = ("UPDATE", "ADDITIONAL", "WARNING")
UNDECIDED = {RECEIVED, "PENDING"}

# Published: from where an amendment is taken. Agreed: a cancellation is taken from there, and while work is held.
ASKED_FROM = {
    "amendment": {ACKNOWLEDGED, RUNNING, WAITING, AMENDING},
    "cancellation": {ACKNOWLEDGED, RUNNING, WAITING, AMENDING, HELD},
}
MEANWHILE = {"amendment": AMENDING, "cancellation": CANCELLING}

# What a decision is about, and how it leaves the request.
DECISIONS = {
    "AMENDED": ("amendment", "COMPLETED"),
    "AMENDMENT_REJECTED": ("amendment", "REJECTED"),
    "CANCELLED": ("cancellation", "COMPLETED"),
    "CANCELLATION_REJECTED": ("cancellation", "REJECTED"),
}
TOLD_AS = {"ORDER_REJECTED": "TERMINATED", "AMENDMENT_REJECTED": "RESUBMIT", "CANCELLATION_REJECTED": "RESUBMIT"}
REASONS = (
    *("ACKNOWLEDGED", "COMMITTED", *REMARKS, "DELAY", "RESUMED", "INFORMATION_REQUIRED", "REAPPOINT", "REAPPOINTED"),
    *("ORDER_REJECTED", "COMPLETED", *DECISIONS),
)


def moves(state: str, before: str | None) -> dict[str, set[str]]:
    """What a supplier may say of an order in this state, and the statuses that it may state with it."""
    if state == SENT:
        # agreed: a supplier may remark something, or cancel, before it acknowledges
        endings = {"ORDER_REJECTED": {"REJECTED"}, "CANCELLED": {"CANCELLED", "FAILED"}}
        return {"ACKNOWLEDGED": {ACKNOWLEDGED}, "COMMITTED": {RUNNING}, **endings} | {name: {SENT} for name in REMARKS}
    if state not in IN_FLIGHT:
        return {}
    back = before or state  # published: a question is answered into the previous state
    result = {back, state, ACKNOWLEDGED, RUNNING, WAITING, HELD}  # published: the state that the result carries
    found = {
        **{name: {state, back} for name in REMARKS},
        "DELAY": {HELD, state},
        "INFORMATION_REQUIRED": {WAITING},
        "REAPPOINT": {WAITING},
        "REAPPOINTED": {RUNNING, state},
        "COMPLETED": {"COMPLETED", "PARTIAL"},
        "CANCELLED": {"CANCELLED", "FAILED"},
        "AMENDED": result,
        "AMENDMENT_REJECTED": result,
        "CANCELLATION_REJECTED": result | {AMENDING},
    }
    if state in {ACKNOWLEDGED, RUNNING, AMENDING, CANCELLING}:  # agreed: also while a request is considered
        found["COMMITTED"] = {RUNNING}
    if state in {HELD, CANCELLING}:  # agreed: a held order's cancellation may be considered meanwhile
        found["RESUMED"] = {RUNNING}
    return found


@dataclass(frozen=True)
class Said:
    """A supplier's KCI. `decides` is the number of the request that it names."""

    id: str
    number: int
    reason: str
    status: str
    decides: int | None = None

    @property
    def request(self) -> tuple[str, int] | None:
        """The request that it decides."""
        return None if self.decides is None else (DECISIONS[self.reason][0], self.decides)


@dataclass
class Asked:
    """A tenant's request about an order, and what its supplier will answer: 201, 202, 422, or 500 for a failure."""

    status: str
    answer: int


@dataclass
class Order:
    """One order. `told` is all that its tenant must have been told: (type, status, status of the reported request)."""

    tenant: str
    id: int
    answer: tuple[int, str | None]  # the supplier's status and, of a 201, the order's
    status: str = RECEIVED
    before: str | None = None
    heard: int = 0  # the highest number of a KCI that was judged
    told: list[tuple[str, str, str | None]] = field(default_factory=list)
    requests: dict[tuple[str, int], Asked] = field(default_factory=dict)
    early: list[Said] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def hear(self, said: Said) -> bool:
        """Whether a new KCI is taken, or kept because it is early."""
        if self._early(said):
            self.early.append(said)
            return True
        taken = self._judge(said)
        if not taken:
            self.refused.add(said.id)  # one that waited was answered before it was judged, and that answer stays
        self._go_on()
        return taken

    def settle(self) -> None:
        """The supplier has answered everything that it was asked."""
        if self.status == RECEIVED:
            self._sent()
            self._go_on()
        for asked in self.requests:
            if self.requests[asked].status == RECEIVED:
                self._answered(asked)
                self._go_on()

    def lose_patience(self) -> None:
        """What was missing is not waited for any longer."""
        self.settle()
        for said in sorted(self.early, key=lambda each: each.number):
            self._judge(said)
        self.early = []

    def _early(self, said: Said) -> bool:
        named = self.requests.get(said.request) if said.request else None
        if self.status == RECEIVED or (named is not None and named.status == RECEIVED):
            return True
        first = self.heard == 0 and self.answer[0] == 201  # agreed: the answer may have been counted as the first
        return self.status not in ENDED and said.number > self.heard + (2 if first else 1)

    def _go_on(self) -> None:
        while self.early and not self._early(lowest := min(self.early, key=lambda each: each.number)):
            self.early.remove(lowest)
            self._judge(lowest)

    def _judge(self, said: Said) -> bool:
        self.heard = max(self.heard, said.number)
        request = self.requests.get(said.request) if said.request else None
        named = said.request is None or (request is not None and request.status in UNDECIDED)
        if said.reason == "CANCELLED" and said.request is None:  # published: it names what the tenant asked for
            named = not any(
                what == "cancellation" and each.status == "PENDING" for (what, _), each in self.requests.items()
            )
        if said.status not in moves(self.status, self.before).get(said.reason, ()) or not named:
            return False
        if said.reason == "COMMITTED" and self.status == SENT:  # published: both in one are told as both
            self._move(ACKNOWLEDGED, "ACKNOWLEDGED")
        if request is not None:
            request.status = DECISIONS[said.reason][1]
        kind = "TERMINATED" if said.status == "FAILED" else TOLD_AS.get(said.reason, said.reason)
        self._move(said.status, kind, request)
        return True

    def _sent(self) -> None:
        status, stated = self.answer
        if status == 500:
            self._move(NOT_SENT, "SUPPLIER_FAULT")
            return
        self._move(SENT, "UPDATE")
        if status == 422:
            self._move("REJECTED", "TERMINATED")
        if status == 201:
            self._move(ACKNOWLEDGED, "ACKNOWLEDGED")
        if stated == RUNNING:
            self._move(RUNNING, "COMMITTED")

    def _answered(self, asked: tuple[str, int]) -> None:
        kind, request = asked[0], self.requests[asked]
        if request.answer == 500:
            request.status = NOT_SENT
            self._move(self.status, "SUPPLIER_FAULT", request)
        elif request.answer == 422:
            request.status = "REJECTED"
            self._move(self.status, "RESUBMIT", request)
        elif request.answer == 202:
            request.status = "PENDING"
            self._move(MEANWHILE[kind] if self.status in ASKED_FROM[kind] else self.status, "UPDATE", request)
        elif kind == "cancellation":
            request.status = "COMPLETED"
            self._move("CANCELLED", "CANCELLED", request)
        else:
            request.status = "COMPLETED"
            others = any(each.status in UNDECIDED for each in self.requests.values())
            back = self.before or self.status
            done = self.status if others and self.before else RUNNING if back == WAITING else back
            self._move(done, "AMENDED", request)

    def _move(self, status: str, kind: str, request: Asked | None = None) -> None:
        self.before = (self.before or self.status) if status in (AMENDING, CANCELLING) else None
        self.status = status
        self.told.append((kind, status, request.status if request else None))
        if status in ENDED:  # agreed: what is still asked about something that has ended is refused
            for each in self.requests.values():
                each.status = "REJECTED" if each.status in UNDECIDED else each.status
