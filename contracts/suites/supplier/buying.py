"""What is asked before an order: what can be had, when somebody can come, and a slot to be kept."""

from functools import cached_property

MISSING = object()


def without(body, name):
    return {each: value for each, value in body.items() if each != name}


class Buying:
    """Availability, appointments and reservations, each asked once and remembered."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.ask = gateway.ask
        self.profile = gateway.profile

    # ---- availability ------------------------------------------------------------------------------------------------
    def available(self, address, **more):
        return self.ask("handleAvailabilityCheck", query={"address": address}, **more)

    @cached_property
    def served(self):
        """Availability at the first address of the profile."""
        return self.available(self.profile.addresses[0])

    @cached_property
    def unserved(self):
        """Availability at an address where the supplier has nothing; None where the profile names none."""
        return self.available(self.profile.unserved) if self.profile.unserved else None

    @cached_property
    def without_address(self):
        return self.ask("handleAvailabilityCheck")

    @cached_property
    def unreadable_address(self):
        return self.ask("handleAvailabilityCheck", query={"address": '{"id": "999'})

    @cached_property
    def half_an_address(self):
        return self.ask("handleAvailabilityCheck", query={"address": {"type": "UPRN"}})

    def bare(self, **headers):
        """The same question with other headers; None leaves one out."""
        return self.available(self.profile.addresses[0], headers=headers)

    @cached_property
    def without_token(self):
        return self.bare(Authorization=None)

    @cached_property
    def wrong_token(self):
        return self.bare(Authorization="Bearer of-nobody")

    @cached_property
    def without_request_id(self):
        return self.bare(**{"X-Request-ID": None})

    @cached_property
    def without_conversation(self):
        return self.bare(**{"X-Conversation-ID": None})

    @cached_property
    def without_tenant(self):
        return self.bare(Tenant=None)

    # ---- where an order can go ---------------------------------------------------------------------------------------
    def place(self):
        """(address, specification, availability) of a place where a new line can be had; None if none is left."""
        while self.gateway.addresses:
            address = self.gateway.addresses.pop(0)
            found = self.available(address)
            site, offered = found.member("siteInformation"), found.member("serviceSpecifications")
            if found.status == 200 and isinstance(site, dict) and site.get("line") is not None and offered:
                return address, offered[0], found
        return None

    @cached_property
    def first_place(self):
        return self.place()

    # ---- appointments ------------------------------------------------------------------------------------------------
    def slots(self, address=None, specification=MISSING, **query):
        """The free slots at an address, by default those of the first place where a line can be had."""
        place = self.first_place if address is None else None
        at = address or (place[0] if place else self.profile.addresses[0])
        known = {"id": place[1].get("id")} if place else {"id": "FTTP"}
        asked = {"address": at, "serviceSpecification": known, "appointmentPurpose": "PROVIDE"}
        if specification is not MISSING:
            asked["serviceSpecification"] = specification
        asked |= query
        return self.ask(
            "handleAppointmentAvailability", query={name: each for name, each in asked.items() if each is not None}
        )

    @cached_property
    def listed(self):
        return self.slots()

    @cached_property
    def free(self):
        """The slots that were listed."""
        listed = self.listed.member("availableTimeslots")
        return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []

    @cached_property
    def classified(self):
        """(classification, the slots of it alone), None where no slot has one."""
        named = next((each.get("classification") for each in self.free if each.get("classification")), None)
        return None if named is None else (named, self.slots(classifications=named))

    @cached_property
    def from_a_day(self):
        """(day, the slots from that day on), None where all slots are on one day."""
        days = sorted({str(each.get("timeslotStartDateTime"))[:10] for each in self.free})
        return None if len(days) < 2 else (days[-1], self.slots(appointmentFromDate=days[-1]))

    @cached_property
    def slots_without_specification(self):
        return self.slots(specification=None)

    @cached_property
    def slots_without_purpose(self):
        return self.slots(appointmentPurpose=None)

    @cached_property
    def slots_for_nothing(self):
        return self.slots(appointmentPurpose="CELEBRATE")

    # ---- reservations ------------------------------------------------------------------------------------------------
    def reservation(self, slot, address=None, specification=None):
        """The body that asks for a slot."""
        place = self.first_place
        window = {name: slot.get(name) for name in ("timeslotStartDateTime", "timeslotEndDateTime")}
        about = {"address": address or place[0], "serviceSpecification": {"id": specification or place[1].get("id")}}
        return {"id": self.gateway.number(), **about, "purpose": "PROVIDE", "timeslot": window}

    def reserve(self, body):
        return self.ask("handleReserveAppointment", body)

    @cached_property
    def wish(self):
        return self.reservation(self.free[0])

    @cached_property
    def reserved(self):
        return self.reserve(self.wish)

    @cached_property
    def reserved_again(self):
        return self.reserved and self.reserve(self.wish)

    @cached_property
    def reserved_otherwise(self):
        other = self.reservation(self.free[-1])
        return self.reserved and self.reserve(other | {"id": self.wish["id"]})

    @cached_property
    def reserved_nonsense(self):
        night = {"timeslotStartDateTime": "2099-12-25T02:00:00.000Z", "timeslotEndDateTime": "2099-12-25T03:00:00.000Z"}
        return self.reserve(self.reservation(night))

    @cached_property
    def reserved_without_slot(self):
        return self.reserve(without(self.reservation(self.free[0]), "timeslot"))

    @cached_property
    def reserved_without_zone(self):
        wish = self.reservation(self.free[-1])
        naive = {name: str(value)[:19] for name, value in wish["timeslot"].items()}
        return self.reserve(wish | {"timeslot": naive})
