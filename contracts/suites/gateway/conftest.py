"""The dialogue with a gateway: the suite plays a tenant, and a supplier that sends KCIs."""

import uuid
from functools import cached_property

import pytest

CONTACT = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}
NOBODYS = 999_999_999_999
WINDOW = ("timeslotStartDateTime", "timeslotEndDateTime")


class Dialogue:
    """What is asked, each once and remembered; what cannot be asked is None."""

    def __init__(self, party, supplier, ear, profile, pass_time):
        self.party = party
        self.supplier = supplier
        self.ear = ear
        self.profile = profile
        self.pass_time = pass_time

    def ask(self, operation, body=None, *, headers=None, **more):
        return self.party.ask(operation, body, headers={"X-Conversation-ID": "conformance", **(headers or {})}, **more)

    # ---- before an order ---------------------------------------------------------------------------------------------
    def available(self, **headers):
        return self.ask("handleAvailabilityCheck", query={"address": self.profile.addresses[0]}, headers=headers)

    @cached_property
    def availability(self):
        return self.available()

    @cached_property
    def without_address(self):
        return self.ask("handleAvailabilityCheck")

    @cached_property
    def without_token(self):
        return self.available(Authorization=None)

    @cached_property
    def without_request_id(self):
        return self.available(**{"X-Request-ID": None})

    @cached_property
    def without_conversation(self):
        return self.available(**{"X-Conversation-ID": None})

    @cached_property
    def looked_up_nothing(self):
        return self.ask("handleAddressLookup")

    @cached_property
    def place(self):
        """(address, offer): the first where the supplier has a new line; no offer where there is none."""
        for address in self.profile.addresses:
            answer = self.ask("handleAvailabilityCheck", query={"address": address}).answer
            answered = answer if isinstance(answer, list) else []
            mine = [each for each in answered if each.get("supplier") == self.profile.supplier["code"]]
            free = [each for each in mine if (each.get("siteInformation") or {}).get("line") is not None]
            if free and free[0].get("serviceSpecifications"):
                return address, free[0]
        return self.profile.addresses[0], None

    @property
    def address(self):
        return self.place[0]

    @property
    def offer(self):
        """What can be ordered at the address; None where no address can have a new line."""
        return self.place[1]

    @property
    def specification(self):
        return {"id": self.offer["serviceSpecifications"][0]["id"]}

    def list_slots(self, supplier):
        query = {"supplier": supplier, "address": self.address, "appointmentPurpose": "PROVIDE"}
        query["serviceSpecification"] = self.specification if self.offer else {"id": "FTTP"}
        return self.ask("handleAppointmentAvailability", query=query)

    @cached_property
    def slots(self):
        return self.list_slots(self.profile.supplier["code"])

    @cached_property
    def slots_of_nobody(self):
        return self.list_slots("NOBODY")

    @cached_property
    def reserved(self):
        listed = self.slots.member("availableTimeslots")
        if not listed or self.offer is None:
            return None
        slot = {name: listed[0][name] for name in WINDOW}
        about = {"supplier": self.profile.supplier["code"], "address": self.address, "purpose": "PROVIDE"}
        about |= {"serviceSpecification": self.specification, "timeslot": slot}
        return self.ask("handleReserveAppointment", about)

    # ---- orders ------------------------------------------------------------------------------------------------------
    def order_body(self, leave_out=None, **changes):
        item = {"serviceSpecification": self.specification if self.offer else {"id": "FTTP"}}
        about = {"supplier": self.profile.supplier["code"], "address": self.address}
        body = {"orderType": "NEW", **about, "serviceOrderItem": item, "primaryContact": CONTACT, **changes}
        return {name: value for name, value in body.items() if name != leave_out}

    @cached_property
    def ordered(self):
        """An order that goes well, once its story has been told."""
        reservation = self.reserved.member("id") if self.reserved is not None else None
        claim = {"appointmentReservationId": reservation} if reservation else {}
        headers = dict(self.profile.trigger("successful").headers)
        answer = self.ask("handleCreateOrder", self.order_body(**claim), headers=headers)
        if answer.status == 201 and self.ear is not None:
            self.pass_time()
            self.ear.wait(
                lambda: "COMPLETED" in [each["entity"].get("status") for each in self.told], self.profile.patience
            )
        return answer

    @property
    def number(self):
        return self.ordered.member("id")

    @property
    def messages(self):
        """What was told of the order, as it came."""
        placed = [each for each in self.party.exchanges if each.operation == "handleCreateOrder" and each.status == 201]
        known = [each for each in self.ear.messages() if isinstance(each.body, dict)] if self.ear and placed else []
        return [each for each in known if (each.body.get("entity") or {}).get("id") == placed[0].member("id")]

    @property
    def told(self):
        return [each.body for each in self.messages]

    @cached_property
    def read(self):
        return self.ask("handleGetOrder", path={"id": self.number}) if self.number else None

    @cached_property
    def read_nothing(self):
        return self.ask("handleGetOrder", path={"id": NOBODYS})

    @cached_property
    def without_contact(self):
        return self.ask("handleCreateOrder", self.order_body("primaryContact"))

    @cached_property
    def of_no_kind(self):
        return self.ask("handleCreateOrder", self.order_body(orderType="BARTER"))

    @cached_property
    def with_nobody(self):
        return self.ask("handleCreateOrder", self.order_body(supplier="NOBODY"))

    @cached_property
    def unreadable(self):
        return self.ask("handleCreateOrder", raw='{"orderType": ')

    @cached_property
    def cancelled_nothing(self):
        return self.ask("handleCancelOrder", {"orderId": NOBODYS, "reasonCode": "OTHER"})

    @cached_property
    def cancelled_for_nothing(self):
        return self.ask("handleCancelOrder", {"orderId": NOBODYS, "reasonCode": "BORED"})

    # ---- a supplier's KCIs -------------------------------------------------------------------------------------------
    def post(self, *, headers=None, raw=None, leave_out=None, **changes):
        about = {"id": NOBODYS, "tenant": self.profile.tenants[0], "status": "ACKNOWLEDGED"}
        head = {"id": str(uuid.uuid4()), "sequenceNumber": 1, "issuedOn": "2027-01-15T08:00:00.000Z"}
        kci = {**head, "reasonCode": "ACKNOWLEDGED", "provideServiceOrder": about, **changes}
        body = {name: value for name, value in kci.items() if name != leave_out}
        return self.supplier.ask("handleOrderUpdate", body, headers=headers, raw=raw)

    @cached_property
    def posted_by_nobody(self):
        return self.post(headers={"Authorization": None})

    @cached_property
    def posted_without_reason(self):
        return self.post(leave_out="reasonCode")

    @cached_property
    def posted_about_nothing(self):
        return self.post()

    @cached_property
    def posted_unreadable(self):
        return self.post(raw="{")

    @cached_property
    def posted_without_problem(self):
        return self.post(reasonCode="DELAY")


@pytest.fixture(scope="session")
def dialogue(party, supplier_party, ear, profile, pass_time):
    return Dialogue(party, supplier_party, ear, profile, pass_time)


@pytest.fixture(scope="session")
def exchanges(dialogue, play_all, party):
    """Everything that was asked and answered, as a tenant and as a supplier."""
    play_all(dialogue)
    return [*party.exchanges, *(dialogue.supplier.exchanges if dialogue.supplier else [])]


@pytest.fixture(scope="session")
def messages(dialogue):
    """What was told of the order that went well."""
    _ = dialogue.ordered
    return dialogue.messages if dialogue.offer is not None else []


@pytest.fixture(scope="session")
def pushed(guest, profile):
    """What came to the callback of a tenant of the run's own while an order was told; it refused one KCI once."""
    guest.call_back()
    _ = Dialogue(guest.party, None, guest.inbox, profile, guest.pass_time).ordered
    return guest.inbox.messages()
