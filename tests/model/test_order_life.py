"""Whatever two tenants and two suppliers do, in whatever order: orders live as published, and each tenant hears it all.

CEDAR is played by the test, which knows by its model what must become of every call. ALDER is the fake: of its orders
the test knows which steps there are, and where each of its stories ends.
"""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)  # fmt: skip

from tests.model.order import (
    ACKNOWLEDGED,
    ASKED_FROM,
    DECISIONS,
    ENDED,
    IN_FLIGHT,
    REASONS,
    RECEIVED,
    RUNNING,
    SENT,
    WAITING,
    Asked,
    Order,
    Said,
    moves,
)  # fmt: skip
from tests.model.played import NAMES, Played, play_supplier
from tests.support.sandboxes import Json, Tenant, in_process, kind_of, open_sandbox

SHORT = settings(
    derandomize=True, database=None, deadline=None, max_examples=12, stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # shrinking a disagreement takes minutes: that is for the long form
)  # fmt: skip
LONG = settings(SHORT, derandomize=False, max_examples=1200, stateful_step_count=50, phases=tuple(Phase))

TENANTS = ("TENANT3", "TENANT4")
CREATED = st.sampled_from(
    [(202, None)] * 6 + [(201, ACKNOWLEDGED)] * 3 + [(201, RUNNING)] * 2 + [(422, None), (500, None)]
)
DECIDED = st.sampled_from([202] * 4 + [201, 422, 500])
STATUSES = sorted(ENDED | IN_FLIGHT | {SENT})
# Published: the scenario names, and what becomes of an order by each of them.
STORIES = {
    "ORDER_SUCCESSFUL": "COMPLETED",
    "ORDER_ACKNOWLEDGED": ACKNOWLEDGED,
    "ORDER_IN_PROGRESS": RUNNING,
    "ORDER_CANCELLED": "CANCELLED",
    "ORDER_REJECTED": "REJECTED",
    "ORDER_DELAYED": "COMPLETED",
    "ORDER_PENDING": WAITING,
    "ORDER_REAPPOINT": WAITING,
    "ORDER_REAPPOINTED": "COMPLETED",
}
# Every step from one status to another that there is, whoever takes it.
STEPS = {(state, to) for state in IN_FLIGHT | {SENT} for each in moves(state, None).values() for to in each} | {
    *((state, "PENDING_AMENDMENT") for state in ASKED_FROM["amendment"]),
    *((state, "PENDING_CANCELLATION") for state in ASKED_FROM["cancellation"]),
    (SENT, "REJECTED"),
}


def shown(kci: Json) -> tuple[str, str, str | None]:
    """A KCI as the model has it."""
    reported = next((kci["entity"][name] for name in NAMES.values() if name in kci["entity"]), None)
    return (*kind_of(kci), reported["status"] if reported else None)


class Orders(RuleBasedStateMachine):
    """Two tenants of one world, the supplier that is played, and the fake."""

    played_orders: Bundle[Order] = Bundle("played_orders")
    fake_orders: Bundle[tuple[str, int]] = Bundle("fake_orders")
    heard: Bundle[tuple[Order, Said]] = Bundle("heard")

    @initialize()
    def open(self) -> None:
        """A world of its own for each run."""
        self.folder = TemporaryDirectory()
        self.sandbox = open_sandbox(Path(self.folder.name))
        self.tenants = {code: Tenant(in_process(self.sandbox), code.lower()).sign_in() for code in TENANTS}
        listed = self.tenants[TENANTS[0]].get("/_sandbox/addresses")["items"]
        self.premises = [each for each in listed if "behaviour" not in each]  # nothing special about them
        self.played: Played = play_supplier(self.sandbox)
        self.kcis = 0
        self.cursors = dict.fromkeys(TENANTS, "0")
        self.told: dict[tuple[str, int], list[Json]] = {}
        self.stories: dict[tuple[str, int], str | None] = {}

    def teardown(self) -> None:
        if hasattr(self, "sandbox"):
            self.sandbox.close()
            self.folder.cleanup()

    def call(self, tenant: str, method: str, path: str, **more: Json) -> tuple[int, Json]:
        """A tenant's call, which is never a fault of ours."""
        status, body = self.tenants[tenant].call(method, path, **more)
        assert status < 500, (method, path, status, body)
        return status, body

    def order_body(self, tenant: str, supplier: str) -> Json:
        """A correct order, for premises of its own, that names its tenant: by that others would recognise it."""
        place = next(n for n, each in enumerate(self.premises) if supplier in each["suppliers"])
        address = self.premises.pop(place)["identifier"] if supplier == "ALDER" else self.premises[place]["identifier"]
        body = self.tenants[tenant].order_body(supplier, {"id": address["id"], "type": address["type"]})
        return body | {"primaryContact": {"name": f"Customer of {tenant}", "phoneNumber": "01632 960123"}}

    # ---- the supplier that is played ---------------------------------------------------------------------------------
    @rule(target=played_orders, tenant=st.sampled_from(TENANTS), answer=CREATED, sent=st.booleans())
    def place(self, tenant: str, answer: tuple[int, str | None], sent: bool) -> Order:
        status, body = self.call(tenant, "POST", "/v1/service-orders", json=self.order_body(tenant, "CEDAR"))
        assert (status, body["status"]) == (201, RECEIVED)
        order = self.played.orders[tenant, body["id"]] = Order(tenant, body["id"], answer)
        if sent:
            self.pass_on()
        return order

    @rule(order=played_orders, kind=st.sampled_from(sorted(ASKED_FROM)), answer=DECIDED, sent=st.booleans())
    def ask(self, order: Order, kind: str, answer: int, sent: bool) -> None:
        """An amendment or a cancellation, legal or not."""
        more = {"notes": "Ring twice."} if kind == "amendment" else {"reasonCode": "NO_LONGER_REQUIRED"}
        path = f"/v1/service-order-{kind}s"
        status, body = self.call(order.tenant, "POST", path, json={"orderId": order.id, **more})
        if order.status not in ASKED_FROM[kind]:
            assert (status, order.status in body["messages"][0]) == (422, True), (order, body)
            return
        assert (status, body["status"]) == (201, RECEIVED), (order, body)
        order.requests[kind, body["id"]] = Asked(RECEIVED, answer)
        if sent:
            self.pass_on()

    @rule(
        target=heard, order=played_orders, legal=st.booleans(),
        ahead=st.sampled_from((0, 0, 0, 0, 1, 2, -1)),
        named_by=st.sampled_from(("id", "reference", "both")), data=st.data(),
    )  # fmt: skip
    def say(self, order: Order, legal: bool, ahead: int, named_by: str, data: st.DataObject):  # type: ignore[no-untyped-def]
        """A KCI of the supplier: legal or not, early or late."""
        possible = moves(order.status, order.before) if legal else {}
        reason = data.draw(st.sampled_from(sorted(possible) or REASONS))
        status = data.draw(st.sampled_from(sorted(possible.get(reason, ())) or STATUSES))
        number = max(1, order.heard + 1 + ahead)
        while any(each.number == number for each in order.early):
            number += 1
        decides = None
        if reason in DECISIONS:
            every = [
                asked for each in self.played.orders.values() for asked in each.requests if each.tenant == order.tenant
            ]
            mine = [asked[1] for asked in order.requests if asked[0] == DECISIONS[reason][0]]
            numbers = mine or [asked[1] for asked in every if asked[0] == DECISIONS[reason][0]] or [4711]
            decides = data.draw(st.sampled_from(numbers))
            if reason == "CANCELLED" and data.draw(st.booleans()):
                decides = None  # published: a supplier may cancel by itself
        self.kcis += 1
        said = Said(f"{self.kcis:08x}-0000-4000-8000-000000000000", number, reason, status, decides)
        known = any(kci["entity"].get("supplierOrderNumber") for kci in self.told.get((order.tenant, order.id), []))
        named_by = named_by if known else "both"
        taken = order.hear(said)
        assert self.played.tell(order, said, named_by) == (204 if taken else 422), (order, said)
        return multiple((order, said, named_by))

    @rule(what=heard)
    def repeat(self, what) -> None:  # type: ignore[no-untyped-def]
        """The same KCI again changes nothing, and is answered as before."""
        order, said, named_by = what
        refused = said.id in order.refused
        assert self.played.tell(order, said, named_by) == (422 if refused else 204), (order, said)

    # ---- the fake ----------------------------------------------------------------------------------------------------
    @precondition(lambda self: any("ALDER" in each["suppliers"] for each in self.premises))
    @rule(target=fake_orders, tenant=st.sampled_from(TENANTS), story=st.sampled_from(sorted(STORIES)))
    def place_at_the_fake(self, tenant: str, story: str) -> tuple[str, int]:
        headers, body = {"X-Scenario": story}, self.order_body(tenant, "ALDER")
        status, order = self.call(tenant, "POST", "/v1/service-orders", json=body, headers=headers)
        assert (status, order["status"]) == (201, RECEIVED)
        self.stories[tenant, order["id"]] = story
        return tenant, order["id"]

    @rule(
        which=fake_orders, kind=st.sampled_from(sorted(ASKED_FROM)),
        decision=st.sampled_from(("ACCEPTED", "REJECTED", "PENDING")),
    )  # fmt: skip
    def ask_the_fake(self, which: tuple[str, int], kind: str, decision: str) -> None:
        """Taken in the published states only; then the story's end is open."""
        tenant, number = which
        before = self.call(tenant, "GET", f"/v1/service-orders/{number}")[1]["status"]
        more = {"notes": "Ring twice."} if kind == "amendment" else {"reasonCode": "NO_LONGER_REQUIRED"}
        headers = {"X-Scenario": f"{kind.upper()}_{decision}"}
        path = f"/v1/service-order-{kind}s"
        status, body = self.call(tenant, "POST", path, json={"orderId": number, **more}, headers=headers)
        assert status == (201 if before in ASKED_FROM[kind] else 422), (before, body)
        if status == 201:
            self.stories[which] = None

    # ---- time --------------------------------------------------------------------------------------------------------
    @rule()
    def pass_on(self) -> None:
        """What is due now: the gateway asks the suppliers."""
        assert self.call(TENANTS[0], "POST", "/_sandbox/clock/advance", json={"by": "PT0S"})[0] == 200
        for order in self.played.orders.values():
            order.settle()

    @rule(by=st.sampled_from(("PT10S", "PT1M", "P3D")))
    def advance(self, by: str) -> None:
        """Long enough for what is missing not to be waited for."""
        assert self.call(TENANTS[1], "POST", "/_sandbox/clock/advance", json={"by": by})[0] == 200
        for order in self.played.orders.values():
            order.lose_patience()

    @rule()
    def drain(self) -> None:
        """Until nothing is due, where each story has come to its end."""
        assert self.call(TENANTS[0], "POST", "/_sandbox/clock/drain")[0] == 200
        for order in self.played.orders.values():
            order.lose_patience()
        for (tenant, number), story in self.stories.items():
            status = self.call(tenant, "GET", f"/v1/service-orders/{number}")[1]["status"]
            assert story is None or status == STORIES[story], (story, status)

    # ---- what always holds -------------------------------------------------------------------------------------------
    @invariant()
    def every_tenant_hears_its_own_in_order(self) -> None:
        """Numbers 1, 2, 3 … of each order, in the order of the mailbox; nothing of the other tenant."""
        for code in getattr(self, "tenants", ()):
            for item in self.tenants[code].inbox(self.cursors[code]):
                self.cursors[code], kci = item["cursor"], item["kci"]
                assert kci["entity"]["primaryContact"]["name"] == f"Customer of {code}"
                heard = self.told.setdefault((code, kci["entity"]["id"]), [])
                assert kci["sequenceNumber"] == len(heard) + 1, (kci, heard)
                heard.append(kci)

    @invariant()
    def played_orders_are_as_the_model_has_them(self) -> None:
        """Status, history and mailbox."""
        for (code, number), order in getattr(self, "played", Played(None, "")).orders.items():  # type: ignore[arg-type]
            status, body = self.call(code, "GET", f"/v1/service-orders/{number}")
            assert (status, body["status"]) == (200, order.status), (order, body)
            assert [shown(kci) for kci in self.told.get((code, number), [])] == order.told, order
            assert [each["sequenceNumber"] for each in body["updates"]] == list(range(1, len(order.told) + 1))

    @invariant()
    def fake_orders_take_no_step_that_there_is_not(self) -> None:
        for which in getattr(self, "stories", ()):
            statuses = [kci["entity"]["status"] for kci in self.told.get(which, [])]
            assert statuses[:1] in ([], [SENT], ["FAILED_TO_SEND"]), statuses
            assert {step for step in pairwise(statuses) if step[0] != step[1]} <= STEPS, statuses

    @invariant()
    def nobody_sees_the_others_orders(self) -> None:
        """By an id that only the other has: it is not found."""
        if not hasattr(self, "tenants"):
            return
        mine = {code: {n for c, n in [*self.played.orders, *self.stories] if c == code} for code in TENANTS}
        for code, other in (TENANTS, TENANTS[::-1]):
            for number in sorted(mine[other] - mine[code]):
                assert self.call(code, "GET", f"/v1/service-orders/{number}")[0] == 404
                assert self.call(code, "GET", f"/_sandbox/orders/{number}/timeline")[0] == 404


def test_orders_live_as_published() -> None:
    """The short form."""
    run_state_machine_as_test(Orders, settings=SHORT)
    assert issubclass(Orders, RuleBasedStateMachine)


@pytest.mark.prove
def test_orders_live_as_published_whatever_happens() -> None:
    """More than a thousand runs of fifty steps each."""
    run_state_machine_as_test(Orders, settings=LONG)
    assert issubclass(Orders, RuleBasedStateMachine)
