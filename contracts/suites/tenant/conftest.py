"""The dialogue with a tenant's endpoint: the suite plays the gateway, and delivers KCIs well and badly."""

import copy
import uuid
from functools import cached_property

import pytest

BURST = 30
INFORMATION = (
    "CREATED", "ACKNOWLEDGED", "COMMITTED", "DELAY", "RESUMED", "REAPPOINTED", "ADDITIONAL", "WARNING", "UPDATE",
    "AMENDED", "CANCELLED", "TERMINATED", "COMPLETED",
)  # fmt: skip
ACTIONS = ("INFORMATION_REQUIRED", "REAPPOINT", "RESUBMIT", "CONFIRM")


class Delivery:
    """KCIs handed over, each once and remembered. What they say comes from the published examples."""

    def __init__(self, post, examples, signed):
        self.post = post
        self.examples = examples
        self.signed = signed

    def kci(self, example, **changes):
        """A KCI like a published example, with an id of its own."""
        return copy.deepcopy(self.examples[example]) | {"id": str(uuid.uuid4())} | changes

    def give(self, example, **changes):
        return self.post(self.kci(example, **changes))

    def of_entity(self, *kinds):
        """The published examples about one kind of thing, handed over."""
        return [self.give(name) for name, each in self.examples.items() if each["entityType"] in kinds]

    @cached_property
    def acknowledged(self):
        return self.give("committed")

    @cached_property
    def every_information(self):
        return [self.give("committed", information={"type": each}) for each in INFORMATION]

    @cached_property
    def every_action(self):
        base = {"updateType": "ACTION_REQUIRED", "information": None}
        kcis = [self.kci("committed", **base, action={"type": each, "text": "Please act."}) for each in ACTIONS]
        return [self.post({name: value for name, value in each.items() if value is not None}) for each in kcis]

    @cached_property
    def errors(self):
        return [self.give(name) for name, each in self.examples.items() if each["updateType"] == "ERROR"]

    @cached_property
    def changes(self):
        return self.of_entity("MODIFY_ORDER", "CEASE_ORDER")

    @cached_property
    def unsolicited(self):
        return self.of_entity("UNSOLICITED_CEASE_ORDER")

    @cached_property
    def ethernet(self):
        return self.of_entity("PROVIDE_ETHERNET_ORDER")

    @cached_property
    def tests(self):
        return self.of_entity("SERVICE_TEST")

    @cached_property
    def problems(self):
        return self.of_entity("SERVICE_PROBLEM")

    @cached_property
    def with_more(self):
        return self.give("committed", colourOfTheDoor="green")

    @cached_property
    def of_tomorrow(self):
        """A type that a later version of the interface may bring."""
        return self.give("committed", information={"type": "ENGINEER_ON_THE_WAY"})

    @cached_property
    def twice(self):
        kci = self.kci("committed")
        return [self.post(kci), self.post(kci)]

    @cached_property
    def out_of_order(self):
        entity = self.examples["committed"]["entity"] | {"id": 770_001}
        return [self.give("committed", entity=entity, sequenceNumber=number) for number in (7, 3)]

    @cached_property
    def late(self):
        return self.give("committed", deliveredOn="2020-01-01T00:00:00.000Z")

    @cached_property
    def by_the_gateway(self):
        """Without the times of a supplier, as the gateway's own KCIs are."""
        kci = self.kci("committed")
        return self.post({name: value for name, value in kci.items() if name not in ("issuedOn", "receivedOn")})

    @cached_property
    def burst(self):
        return [self.give("committed") for _ in range(BURST)]

    @cached_property
    def slow(self):
        return self.post(self.kci("committed", sequenceNumber=99), slowly=True)

    @cached_property
    def unreadable(self):
        return self.post(None, raw='{"id": ')

    @cached_property
    def without_id(self):
        kci = self.kci("committed")
        return self.post({name: value for name, value in kci.items() if name != "id"})

    @cached_property
    def without_entity(self):
        kci = self.kci("committed")
        return self.post({name: value for name, value in kci.items() if name != "entity"})

    @cached_property
    def by_nobody(self):
        return self.post(self.kci("committed"), headers={"Authorization": None})

    @cached_property
    def wrongly_signed(self):
        return self.post(self.kci("committed"), sign="wrong")

    @cached_property
    def long_signed(self):
        return self.post(self.kci("committed"), sign="old")


@pytest.fixture(scope="session")
def delivery(deliver, examples, signed):
    return Delivery(deliver, examples, signed)


@pytest.fixture(scope="session")
def exchanges(delivery, play_all, party):
    """Everything that was handed over and answered."""
    play_all(delivery)
    return list(party.exchanges)
