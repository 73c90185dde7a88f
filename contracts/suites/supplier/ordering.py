"""Orders of every kind and what may happen to them, each brought about once and remembered."""

from functools import cached_property

from contracts.suites.supplier.asking import CONTACT
from contracts.suites.supplier.buying import without


class Ordering:
    """Orders; a story that cannot begin is None."""

    def __init__(self, gateway, buying):
        self.gateway = gateway
        self.buying = buying
        self.profile = gateway.profile

    # ---- how an order is made ----------------------------------------------------------------------------------------
    def new(self, **more):
        """The body of a correct order for a new line, or None where no address is left."""
        place = self.buying.place()
        if place is None:
            return None
        address, specification, availability = place
        item = {"serviceSpecification": {"id": specification.get("id")}}
        for each in specification.get("serviceCharacteristics") or []:
            if each.get("name") == "LINE_PROFILE" and each.get("values"):
                item["serviceCharacteristics"] = [{"name": "LINE_PROFILE", "value": each["values"][0]}]
        body = {"id": self.gateway.number(), "orderType": "NEW", "tenant": self.gateway.tenant, "address": address}
        body |= {"serviceOrderItem": item, "primaryContact": CONTACT, **more}
        if "installationType" in availability.answer["siteInformation"]["line"]:
            body |= self.visit(address, specification)
        return body

    def visit(self, address, specification):
        """The members of an order that claim a slot."""
        asked = {"id": specification.get("id")}
        listed = self.buying.slots(address, asked).member("availableTimeslots") or []
        if not listed:
            return {}
        wish = self.buying.reservation(listed[len(listed) // 2], address, asked["id"])
        held = self.buying.reserve(wish)
        claims = {"appointmentReservationId": wish["id"]}
        reference = held.member("supplierReference")
        return claims | ({"appointmentReservationReference": reference} if reference else {})

    def place(self, body, *, tenant=None, headers=None, kind=None):
        if body is None:
            return None
        operation = "handleCreateEthernetOrder" if kind == "ETHERNET" else "handleCreateOrder"
        return self.gateway.tell(operation, kind or body["orderType"], body, tenant=tenant, headers=headers)

    def situation(self, name, *reasons):
        """An order in which this happens; waits for one of the reasons. None where no order can be placed."""
        trigger = self.gateway.trigger(name)
        if trigger.address is not None:
            self.gateway.addresses.insert(0, trigger.address)
        story = self.place(self.new(), headers=trigger.headers)
        if story is not None and reasons:
            story.wait(*reasons)
        return story

    # ---- stories of new lines ----------------------------------------------------------------------------------------
    @cached_property
    def happy(self):
        """An order that goes well, to its end."""
        return self.situation("successful", "COMPLETED")

    @cached_property
    def repeated(self):
        """The same request again, while the story goes on."""
        story = self.happy
        return story and self.gateway.ask(
            "handleCreateOrder",
            story.body,
            headers={"X-Conversation-ID": f"conformance-{story.number}", **self.profile.trigger("successful").headers},
        )

    @cached_property
    def reused(self):
        """The number of that order, for another one."""
        return self.happy and self.refused(notes="Something else", id=self.happy.number)

    @cached_property
    def delayed(self):
        return self.situation("delayed", "RESUMED")

    @cached_property
    def pending(self):
        return self.situation("pending", "INFORMATION_REQUIRED")

    @cached_property
    def reappoint(self):
        return self.situation("reappoint", "REAPPOINT")

    @cached_property
    def reappointed(self):
        return self.situation("reappointed", "REAPPOINTED")

    @cached_property
    def cancelled(self):
        return self.situation("cancelled", "CANCELLED")

    @cached_property
    def rejected(self):
        return self.situation("rejected", "ORDER_REJECTED")

    @cached_property
    def warned(self):
        return self.situation("warned", "WARNING")

    @cached_property
    def acknowledged_at_once(self):
        return self.situation("acknowledged-at-once", "COMPLETED")

    @cached_property
    def committed_at_once(self):
        return self.situation("committed-at-once", "COMPLETED")

    def in_progress(self):
        """An order that is committed and stays open."""
        return self.situation("in-progress", "COMMITTED")

    @cached_property
    def with_more(self):
        """An order with a member that no document knows."""
        trigger = self.gateway.trigger("in-progress")
        return self.place(self.new(colourOfTheDoor="green"), headers=trigger.headers)

    # ---- orders that are refused -------------------------------------------------------------------------------------
    def refused(self, *, leave_out=None, raw=None, tenant=None, headers=None, **changes):
        """The answer to an order for which nothing is to be done; not a story, as none should begin."""
        place = self.buying.first_place
        address = place[0] if place else self.profile.addresses[0]
        item = {"serviceSpecification": {"id": place[1].get("id") if place else "FTTP"}}
        body = {"id": self.gateway.number(), "orderType": "NEW", "tenant": self.gateway.tenant, "address": address}
        body |= {"serviceOrderItem": item, "primaryContact": CONTACT, **changes}
        body = without(body, leave_out) if leave_out else body
        return self.gateway.ask("handleCreateOrder", body, raw=raw, tenant=tenant, headers=headers)

    @cached_property
    def unreadable(self):
        return self.refused(raw='{"orderType": "NEW", ')

    @cached_property
    def without_contact(self):
        return self.refused(leave_out="primaryContact")

    @cached_property
    def of_no_kind(self):
        return self.refused(orderType="BARTER")

    @cached_property
    def for_no_reservation(self):
        return self.refused(appointmentReservationId=999_999_999_999)

    @cached_property
    def of_no_service(self):
        return self.refused(serviceOrderItem={"serviceSpecification": {"id": "NO-SUCH-SERVICE"}})

    @cached_property
    def at_no_address(self):
        return self.refused(address=self.profile.unserved) if self.profile.unserved else None

    @cached_property
    def of_two_tenants(self):
        return self.refused(tenant=self.gateway.tenant, headers={"Tenant": self.gateway.other_tenant})

    @cached_property
    def start_without_line(self):
        item = {"serviceSpecification": {"id": "FTTP"}}
        place = self.buying.first_place
        if place:
            item = {"serviceSpecification": {"id": place[1].get("id")}}
        return self.refused(orderType="START", serviceOrderItem=item)

    @cached_property
    def claimed_twice(self):
        """A slot that the order of the happy story has claimed already."""
        claimed = self.happy and self.happy.body.get("appointmentReservationId")
        return self.refused(appointmentReservationId=claimed) if claimed else None
