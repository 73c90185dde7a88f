"""Tests and problems of a live service, and Ethernet: quotes, and orders by them."""

from functools import cached_property

from contracts.suites.supplier.asking import CONTACT
from contracts.suites.supplier.buying import without

CHARACTERISTICS = [{"name": "SERVICE_HAS_WORKED", "value": "false"}]


class Mending:
    """Service tests and service problems; one that cannot begin is None."""

    def __init__(self, gateway, ordering, changing):
        self.gateway = gateway
        self.ordering = ordering
        self.changing = changing
        self.profile = gateway.profile

    @property
    def specification(self):
        return self.ordering.happy.body["serviceOrderItem"]["serviceSpecification"]

    def about(self, service=None):
        """What tests and problems say of the service."""
        known = self.ordering.happy
        specification = self.specification if known else {"id": "FTTP"}
        return {"serviceId": service or self.changing.service, "serviceSpecification": specification}

    # ---- tests -------------------------------------------------------------------------------------------------------
    def test(self, situation):
        self.profile.needs("TESTS")
        trigger = self.gateway.trigger(situation)
        if not self.changing.service:
            return None
        body = {"id": self.gateway.number(), **self.about(), "problemType": "OUTAGE"}
        story = self.gateway.tell("handleServiceTest", "TEST", body, headers=trigger.headers)
        story.wait("COMPLETED")
        return story

    @cached_property
    def tested(self):
        return self.test("test-green")

    @cached_property
    def tested_red(self):
        return self.test("test-red")

    @cached_property
    def tested_again(self):
        story = self.tested
        headers = {"X-Conversation-ID": f"conformance-{story.number}"} if story else {}
        headers |= self.gateway.trigger("test-green").headers
        return story and self.gateway.ask("handleServiceTest", story.body, headers=headers)

    def wrong_test(self, leave_out=None, **changes):
        self.profile.needs("TESTS")
        body = {"id": self.gateway.number(), **self.about("NO-SUCH-SERVICE"), "problemType": "OUTAGE", **changes}
        return self.gateway.ask("handleServiceTest", without(body, leave_out) if leave_out else body)

    @cached_property
    def tested_nothing(self):
        return self.wrong_test()

    @cached_property
    def tested_without_type(self):
        return self.wrong_test(leave_out="problemType")

    # ---- problems ----------------------------------------------------------------------------------------------------
    def problem(self, situation, *reasons):
        self.profile.needs("PROBLEMS")
        trigger = self.gateway.trigger(situation)
        if not self.changing.service:
            return None
        body = {"id": self.gateway.number(), "problemType": "OUTAGE", "problemText": "No light on the router at all"}
        body |= {**self.about(), "characteristics": CHARACTERISTICS, "primaryContact": CONTACT}
        story = self.gateway.tell("handleCreateProblem", "PROBLEM", body, headers=trigger.headers)
        story.wait(*reasons)
        return story

    @cached_property
    def resolved(self):
        """(story, answer) of a resolution that was accepted."""
        return self.decided("ACCEPTED")

    @cached_property
    def not_resolved(self):
        """(story, answer) of a resolution that was rejected."""
        return self.decided("REJECTED")

    def decided(self, word):
        story = self.problem("problem-resolved", "RESOLVED")
        told = story and story.first("RESOLVED")
        how = (told.body["serviceProblem"].get("serviceProblemResolution") or {}) if told else {}
        if not how.get("supplierReference"):
            return None
        body = {"status": word} | ({"tenantNotes": "It still fails."} if word == "REJECTED" else {})
        return story, self.gateway.ask("handleServiceProblemResolution", body, path={"id": how["supplierReference"]})

    @cached_property
    def decided_nothing(self):
        self.profile.needs("PROBLEMS")
        body, path = {"status": "ACCEPTED"}, {"id": "NO-SUCH-RESOLUTION"}
        return self.gateway.ask("handleServiceProblemResolution", body, path=path)

    @cached_property
    def decided_neither(self):
        self.profile.needs("PROBLEMS")
        body, path = {"status": "PENDING"}, {"id": "NO-SUCH-RESOLUTION"}
        return self.gateway.ask("handleServiceProblemResolution", body, path=path)

    @cached_property
    def open_problem(self):
        return self.problem("problem-open", "ACKNOWLEDGED")

    def about_problem(self, operation, **more):
        story = self.open_problem
        if story is None or not story.accepted:
            return None
        reference = story.reference or str(story.number)
        named = {"serviceProblemId": story.number, "supplierServiceProblemReference": reference}
        headers = self.gateway.trigger(more.pop("situation")).headers
        return self.gateway.ask(operation, {"id": self.gateway.number(), **named, **more}, headers=headers)

    @cached_property
    def amended(self):
        answer = self.about_problem("handleAmendProblem", situation="amendment-accepted", notes="Ring twice.")
        if answer is not None and answer.status == 202:
            self.open_problem.wait("AMENDED", "AMENDMENT_REJECTED")
        return answer

    @cached_property
    def cancelled(self):
        _ = self.amended
        answer = self.about_problem("handleCancelProblem", situation="cancellation-accepted", reasonCode="OTHER")
        if answer is not None and answer.status == 202:
            self.open_problem.wait("CANCELLED", "CANCELLATION_REJECTED")
        return answer

    def wrong_problem(self, leave_out=None, **changes):
        self.profile.needs("PROBLEMS")
        body = {"id": self.gateway.number(), "problemType": "OUTAGE", "problemText": "No light on the router at all"}
        body |= {**self.about("NO-SUCH-SERVICE"), "characteristics": CHARACTERISTICS, "primaryContact": CONTACT}
        body |= changes
        return self.gateway.ask("handleCreateProblem", without(body, leave_out) if leave_out else body)

    @cached_property
    def problem_of_nothing(self):
        return self.wrong_problem()

    @cached_property
    def problem_without_text(self):
        return self.wrong_problem(leave_out="problemText")

    @cached_property
    def problem_in_a_word(self):
        return self.wrong_problem(problemText="Broken")

    @cached_property
    def amended_nothing(self):
        self.profile.needs("PROBLEMS")
        named = {"serviceProblemId": 999_999_999_999, "supplierServiceProblemReference": "NO-SUCH-PROBLEM"}
        return self.gateway.ask("handleAmendProblem", {"id": self.gateway.number(), **named, "notes": "Ring twice."})

    @cached_property
    def cancelled_nothing(self):
        self.profile.needs("PROBLEMS")
        named = {"serviceProblemId": 999_999_999_999, "supplierServiceProblemReference": "NO-SUCH-PROBLEM"}
        return self.gateway.ask("handleCancelProblem", {"id": self.gateway.number(), **named, "reasonCode": "OTHER"})


class Ethernet:
    """Quotes, and orders by them."""

    def __init__(self, gateway, ordering):
        self.gateway = gateway
        self.ordering = ordering
        self.profile = gateway.profile

    @cached_property
    def ends(self):
        """Both ends of the line, with the postcodes that the supplier knows."""
        found = []
        for role, address in zip(("A-END", "B-END"), self.profile.addresses[-2:], strict=False):
            known = self.gateway.ask("handleAvailabilityCheck", query={"address": address}).member("address")
            postcode = known.get("postcode") if isinstance(known, dict) else None
            found.append({"name": f"Site {role}", "address": address, "postcode": postcode or "ZZ75 4VO", "role": role})
        return found

    def sites(self):
        return [dict(each) for each in self.ends]

    @cached_property
    def specification(self):
        """What the supplier sells as Ethernet, by its availability."""
        query = {"address": self.profile.addresses[0], "serviceTypes": "ETHERNET"}
        offered = self.gateway.ask("handleAvailabilityCheck", query=query).member("serviceSpecifications")
        return {"id": offered[0].get("id")} if offered else {"id": "ETHERNET"}

    def quote(self, leave_out=None, **changes):
        self.profile.needs("ETHERNET")
        length = {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"}
        body = {"id": self.gateway.number(), "externalIdentifier": "QUO-1", "sites": self.sites()}
        body |= {"contractDetails": length, "service": [{"serviceSpecification": self.specification}], **changes}
        return self.gateway.ask(
            "handleQuote", without(body, leave_out) if leave_out else body, headers={"Tenant": None}
        )

    @cached_property
    def quoted(self):
        return self.quote()

    @cached_property
    def quoted_one_site(self):
        return self.quote(sites=self.sites()[:1])

    @cached_property
    def quoted_without_contract(self):
        return self.quote(leave_out="contractDetails")

    def order(self, quote):
        item = {"serviceSpecification": self.specification}
        return {
            "id": self.gateway.number(),
            "tenant": self.gateway.tenant,
            "supplierQuoteId": quote,
            "siteInformation": [{**site, "primaryContact": CONTACT} for site in self.sites()],
            "orderItems": [item],
        }

    @cached_property
    def ordered(self):
        self.profile.needs("ETHERNET")
        trigger = self.gateway.trigger("successful")
        quote = self.quoted.member("id")
        if not isinstance(quote, str):
            return None
        story = self.ordering.place(self.order(quote), kind="ETHERNET", headers={**trigger.headers, "Tenant": None})
        story.wait("COMPLETED")
        return story

    @cached_property
    def ordered_unquoted(self):
        self.profile.needs("ETHERNET")
        order = self.order("NO-SUCH-QUOTE")
        return self.gateway.ask("handleCreateEthernetOrder", order, headers={"Tenant": None})
