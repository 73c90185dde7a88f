"""What follows an order: amendments, cancellations, and orders about a service that is live."""

from functools import cached_property

from contracts.suites.supplier.buying import without


class Changing:
    """Requests about orders; one that cannot be made is None."""

    def __init__(self, gateway, ordering):
        self.gateway = gateway
        self.ordering = ordering
        self.profile = gateway.profile

    def amend(self, story, headers=None, **changes):
        """(number, answer) of an amendment."""
        body = {"id": self.gateway.number(), "orderId": story.number, **(changes or {"notes": "Ring twice."})}
        return body, self.gateway.ask("handleAmendOrder", body, tenant=story.tenant, headers=headers)

    def cancel(self, story, headers=None, **changes):
        """(number, answer) of a cancellation."""
        body = {"id": self.gateway.number(), "orderId": story.number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
        body |= {"supplierOrderReference": story.reference} if story.reference else {}
        body |= changes
        return body, self.gateway.ask("handleCancelOrder", body, tenant=story.tenant, headers=headers)

    def asked(self, situation, ask, *reasons):
        """(story, body, answer, the KCI of the decision or None) of a request in this situation."""
        trigger = self.gateway.trigger(situation)
        early = ask == self.cancel and "acknowledged" in self.profile.situations  # before a point of no return
        story = self.ordering.situation("acknowledged", "ACKNOWLEDGED") if early else self.ordering.in_progress()
        if story is None or not story.accepted:
            return None
        body, answer = ask(story, trigger.headers)
        if answer.status == 202:
            story.wait(*reasons)
        return story, body, answer, story.first(*reasons)

    @cached_property
    def amended(self):
        self.profile.needs("AMENDMENTS")
        return self.asked("amendment-accepted", self.amend, "AMENDED", "AMENDMENT_REJECTED")

    @cached_property
    def amended_again(self):
        self.profile.needs("AMENDMENTS")
        headers = self.gateway.trigger("amendment-accepted").headers
        if self.amended is None:
            return None
        return self.gateway.ask("handleAmendOrder", self.amended[1], headers=headers)

    @cached_property
    def amendment_rejected(self):
        self.profile.needs("AMENDMENTS")
        return self.asked("amendment-rejected", self.amend, "AMENDMENT_REJECTED", "AMENDED")

    @cached_property
    def amended_nothing(self):
        self.profile.needs("AMENDMENTS")
        body = {"id": self.gateway.number(), "orderId": 999_999_999_999, "notes": "Ring twice."}
        return self.gateway.ask("handleAmendOrder", body)

    @cached_property
    def amended_nobody(self):
        self.profile.needs("AMENDMENTS")
        return self.gateway.ask("handleAmendOrder", {"id": self.gateway.number(), "notes": "Ring twice."})

    @cached_property
    def amended_too_late(self):
        self.profile.needs("AMENDMENTS")
        done = self.ordering.happy
        return self.amend(done)[1] if done and done.status == "COMPLETED" else None

    @cached_property
    def cancelled(self):
        self.profile.needs("CANCELLATIONS")
        return self.asked("cancellation-accepted", self.cancel, "CANCELLED", "CANCELLATION_REJECTED")

    @cached_property
    def cancelled_again(self):
        self.profile.needs("CANCELLATIONS")
        headers = self.gateway.trigger("cancellation-accepted").headers
        if self.cancelled is None:
            return None
        return self.gateway.ask("handleCancelOrder", self.cancelled[1], headers=headers)

    @cached_property
    def cancellation_rejected(self):
        self.profile.needs("CANCELLATIONS")
        return self.asked("cancellation-rejected", self.cancel, "CANCELLATION_REJECTED", "CANCELLED")

    def cancel_badly(self, leave_out=None, **changes):
        body = {"id": self.gateway.number(), "orderId": 999_999_999_999, "reasonCode": "NO_LONGER_REQUIRED", **changes}
        return self.gateway.ask("handleCancelOrder", without(body, leave_out) if leave_out else body)

    @cached_property
    def cancelled_nothing(self):
        self.profile.needs("CANCELLATIONS")
        return self.cancel_badly()

    @cached_property
    def cancelled_without_reason(self):
        self.profile.needs("CANCELLATIONS")
        return self.cancel_badly(leave_out="reasonCode")

    @cached_property
    def cancelled_for_nothing(self):
        self.profile.needs("CANCELLATIONS")
        return self.cancel_badly(reasonCode="BORED")

    @cached_property
    def cancelled_too_late(self):
        self.profile.needs("CANCELLATIONS")
        done = self.ordering.happy
        return self.cancel(done)[1] if done and done.status == "COMPLETED" else None

    # ---- live services -----------------------------------------------------------------------------------------------
    @cached_property
    def service(self):
        """The id of the service that the happy order has brought, or None."""
        return self.ordering.happy and self.ordering.happy.characteristic("SERVICE_ID")

    def about(self, kind, service, **more):
        """The story of an order about a live service."""
        self.profile.needs(kind)
        trigger = self.gateway.trigger(kind.lower())
        body = {"id": self.gateway.number(), "orderType": kind, "tenant": self.gateway.tenant, "serviceId": service}
        return self.ordering.place(body | more, headers=trigger.headers)

    def about_nothing(self, kind, **more):
        """The answer to an order about a service that is not there."""
        body = {"id": self.gateway.number(), "orderType": kind, "tenant": self.gateway.tenant}
        return self.gateway.ask("handleCreateOrder", body | {"serviceId": "NO-SUCH-SERVICE", **more})

    @property
    def profile_value(self):
        """A line profile that can be had."""
        item = self.ordering.happy.body["serviceOrderItem"]
        return item.get("serviceCharacteristics") or [{"name": "CARE_LEVEL", "value": "1"}]

    @cached_property
    def modified(self):
        self.profile.needs("MODIFY")
        if not self.service:
            return None
        story = self.about("MODIFY", self.service, serviceCharacteristics=self.profile_value)
        story.wait("COMPLETED")
        return story

    @cached_property
    def modified_nothing(self):
        self.profile.needs("MODIFY")
        return self.about_nothing("MODIFY", serviceCharacteristics=[{"name": "LINE_PROFILE", "value": "1"}])

    @cached_property
    def ceased(self):
        """The end of the service; after everything that needs it."""
        self.profile.needs("CEASE")
        if not self.service:
            return None
        story = self.about("CEASE", self.service, requestedCompletionDate="2099-12-01")
        story.wait("COMPLETED")
        return story

    @cached_property
    def ceased_nothing(self):
        self.profile.needs("CEASE")
        return self.about_nothing("CEASE", requestedCompletionDate="2099-12-01")

    @cached_property
    def ceased_without_day(self):
        self.profile.needs("CEASE")
        body = {"id": self.gateway.number(), "orderType": "CEASE", "tenant": self.gateway.tenant, "serviceId": "S1"}
        return self.gateway.ask("handleCreateOrder", body)

    # ---- lines that are there already --------------------------------------------------------------------------------
    def on_line_of(self, kind, story, tenant):
        """The story of an order of this kind for the line of a completed one."""
        trigger = self.gateway.trigger(kind.lower())
        names = ("LINE_ID", "ONT_REFERENCE", "ONT_PORT")
        known = {name: story.characteristic(name) for name in names} if story else {}
        line = [{"name": name, "value": value} for name, value in known.items() if value]
        if not line:
            return None
        item = {**story.body["serviceOrderItem"]}
        item["serviceCharacteristics"] = [*item.get("serviceCharacteristics", []), *line]
        kept = {name: story.body[name] for name in ("address", "primaryContact")}
        body = {"id": self.gateway.number(), "orderType": kind, "tenant": tenant, **kept, "serviceOrderItem": item}
        taken = self.ordering.place(body, tenant=tenant, headers=trigger.headers)
        taken.wait("COMPLETED")
        return taken

    @cached_property
    def line(self):
        """A completed order whose line others may want."""
        self.gateway.trigger("takeover")
        return self.ordering.situation("successful", "COMPLETED")

    @cached_property
    def taken_over(self):
        return self.on_line_of("TAKEOVER", self.line, self.gateway.other_tenant)

    @cached_property
    def transferred(self):
        """The line comes back to the first tenant."""
        return self.on_line_of("TRANSFER", self.taken_over, self.gateway.tenant) if self.taken_over else None

    @cached_property
    def restarted(self):
        """The line of the service that was ceased."""
        return self.on_line_of("START", self.ordering.happy, self.gateway.tenant) if self.ceased else None
