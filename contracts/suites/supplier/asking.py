"""How the suite speaks to a supplier: as the gateway, about one thing at a time, and what it hears of it."""

from dataclasses import dataclass, field
from functools import cached_property

CONTACT = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}
ENTITY = {
    "NEW": "provideServiceOrder",
    "START": "provideServiceOrder",
    "TRANSFER": "provideServiceOrder",
    "TAKEOVER": "provideServiceOrder",
    "MODIFY": "modifyServiceOrder",
    "CEASE": "ceaseServiceOrder",
    "ETHERNET": "ethernetServiceOrder",
    "TEST": "serviceTest",
    "PROBLEM": "serviceProblem",
}
OVER = {"FAILED_TO_SEND", "REJECTED", "CANCELLED", "COMPLETED", "PARTIAL", "FAILED"}


@dataclass
class Story:
    """One thing that the supplier was asked for, and the messages that came about it."""

    kind: str
    number: int
    tenant: str
    body: dict
    taken: object  # the exchange
    gateway: "Gateway" = field(repr=False)

    @property
    def entity(self):
        """The member of a KCI that speaks of it."""
        return ENTITY[self.kind]

    @property
    def accepted(self):
        return self.taken.status in (201, 202)

    @property
    def reference(self):
        """The supplier's reference, once it gave one."""
        name = "supplierReference" if self.kind in ("TEST", "PROBLEM") else "supplierOrderReference"
        given = [self.taken.member(name), *(each.body[self.entity].get(name) for each in self.messages)]
        return next((each for each in given if each), None)

    @property
    def messages(self):
        """What was heard of it, in order of arrival: by the gateway's number, or by a reference that came with it."""
        name = "supplierReference" if self.kind in ("TEST", "PROBLEM") else "supplierOrderReference"
        known, found = {self.taken.member(name)}, []
        for message in self.gateway.messages():
            about = message.body.get(self.entity) if isinstance(message.body, dict) else None
            if not isinstance(about, dict):
                continue
            given = about.get(name)
            if about.get("id") == self.number or (given is not None and given in known):
                known.add(given)
                found.append(message)
        return found

    @property
    def reasons(self):
        return [each.body.get("reasonCode") for each in self.messages]

    @property
    def status(self):
        """Where it stands, by what the supplier said last."""
        said = [each.body[self.entity].get("status") for each in self.messages]
        return said[-1] if said else self.taken.member("status")

    @property
    def over(self):
        return not self.accepted or self.status in OVER

    def first(self, *reasons):
        """The first message with one of these reasons, or None."""
        return next((each for each in self.messages if each.body.get("reasonCode") in reasons), None)

    def wait(self, *reasons):
        """The first message with one of these reasons, once it came, or None."""
        if self.accepted and not (self.taken.status == 201 and self.taken.member("status") in reasons):
            self.gateway.wait(lambda: self.first(*reasons) is not None or self.over)
        return self.first(*reasons)

    def characteristic(self, name):
        """The value of a service characteristic that the supplier told, or None."""
        for message in reversed(self.messages):
            about = message.body[self.entity]
            item = about.get("serviceOrderItem") or {}
            for each in [*(item.get("serviceCharacteristics") or []), *(about.get("serviceCharacteristics") or [])]:
                if each.get("name") == name:
                    return each.get("value")
        return None


@dataclass
class Gateway:
    """The gateway that the suite plays: it asks, gives numbers, and listens."""

    party: object
    ear: object
    profile: object
    numbers: object
    by_hand: object  # tells the person at the keyboard what to do
    stories: list = field(default_factory=list)

    def ask(self, operation, body=None, *, tenant=None, headers=None, **more):
        """Call an operation, on behalf of a tenant."""
        basic = {"Tenant": tenant or self.tenant, "X-Conversation-ID": "conformance"}
        return self.party.ask(operation, body, headers={**basic, **(headers or {})}, **more)

    @property
    def tenant(self):
        return self.profile.tenants[0]

    @property
    def other_tenant(self):
        return self.profile.tenants[1]

    def number(self):
        return next(self.numbers)

    def messages(self):
        return self.ear.messages() if self.ear is not None else []

    def wait(self, until):
        """Whether it comes true within the patience of the profile."""
        return self.ear is not None and self.ear.wait(until, self.profile.patience)

    def listen(self, seconds):
        """Listen for a while."""
        if self.ear is not None:
            self.ear.wait(lambda: False, seconds)

    def tell(self, operation, kind, body, *, tenant=None, headers=None):
        """Ask for something that a story follows from."""
        tenant = tenant or self.tenant
        conversation = {"X-Conversation-ID": f"conformance-{body['id']}"}
        taken = self.ask(operation, body, tenant=tenant, headers={**conversation, **(headers or {})})
        story = Story(kind, body["id"], tenant, body, taken, self)
        self.stories.append(story)
        return story

    def trigger(self, situation):
        """How the profile brings a situation about; asks the person at the keyboard where it is by hand."""
        found = self.profile.trigger(situation)
        if found.hand is not None:
            self.by_hand(found.hand)
        return found

    @cached_property
    def addresses(self):
        """Addresses of the profile that are not used yet."""
        return list(self.profile.addresses)

    def tidy(self):
        """Cancel what is open, where the interface lets it be cancelled."""
        for story in self.stories:
            if story.over or story.kind == "TEST":
                continue
            problem = story.kind == "PROBLEM"
            body = {"id": self.number(), "reasonCode": "NO_LONGER_REQUIRED"}
            body |= {"serviceProblemId" if problem else "orderId": story.number}
            if problem:
                body["supplierServiceProblemReference"] = story.reference or str(story.number)
            operation = "handleCancelProblem" if problem else "handleCancelOrder"
            self.ask(operation, body, tenant=story.tenant)
