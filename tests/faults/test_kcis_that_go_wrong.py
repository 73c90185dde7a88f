"""Faults on KCIs, on their way to a callback or from a supplier: who is right ends right, who has that bug does not."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from sandbox.app import Sandbox
from tests.faults.conftest import Rule
from tests.gateway.supplying import Supplier, silent_order
from tests.support.sandboxes import Json, Tenant, in_process
from tests.support.sink import Taken, open_sink

LAST = {"leg": "callback", "kci": "COMPLETED"}
TOLD = {"leg": "updates", "kci": "ACKNOWLEDGED"}


class Endpoint:
    """A callback that bills once an order has completed; `bug` is what it does wrong, if anything."""

    def __init__(self, secret: str, bug: str) -> None:
        self.signer, self.bug = Webhook(secret), bug
        self.bills, self.status, self.forged = 0, "", 0
        self.seen: set[str] = set()

    def take(self, taken: Taken) -> int:
        """The status to answer with."""
        if not self.genuine(taken):
            self.forged += self.bug == "trusts_anybody"
            return 204 if self.bug == "trusts_anybody" else 401
        if not whole(taken):
            return 204 if self.bug == "says_yes_first" else 400
        kci = taken.kci
        if kci["id"] not in self.seen or self.bug == "no_memory":
            self.seen.add(kci["id"])
            self.bills += kci["information"]["type"] == "COMPLETED"
            self.status = kci["entity"]["status"]
        return 204

    def genuine(self, taken: Taken) -> bool:
        """Whether the signature verifies."""
        at = datetime.fromtimestamp(int(taken.headers["webhook-timestamp"]), UTC)
        given: str = taken.headers["webhook-signature"]
        return self.signer.sign(taken.headers["webhook-id"], at, taken.raw.decode()) == given


def whole(taken: Taken) -> bool:
    """Whether it is a KCI that can be worked with."""
    try:
        return bool(taken.kci["id"] and taken.kci["entity"]["status"])
    except (ValueError, KeyError):
        return False


@pytest.mark.parametrize("bugged", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize(
    ("do", "when", "bug"),
    [
        ({"kind": "answer", "status": 500}, "after", "no_memory"),
        ({"kind": "drop"}, "after", "no_memory"),
        ({"kind": "delay", "limit": "over"}, "after", "no_memory"),
        ({"kind": "malformed"}, None, "says_yes_first"),
        ({"kind": "missing", "fields": ["/entity/status"]}, None, "says_yes_first"),
        ({"kind": "empty", "fields": ["/id"]}, None, "says_yes_first"),
        ({"kind": "wrong_signature"}, None, "trusts_anybody"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_only_the_callback_with_that_bug_ends_wrong(
    tenant: Tenant, rule: Rule, do: Json, when: str | None, bug: str, bugged: bool
) -> None:
    """What was refused, or whose answer was lost, comes again as it should be; the ledger knows how it went."""
    with open_sink() as sink:
        secret = tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})[1]["secret"]
        endpoint = Endpoint(secret, bug if bugged else "")
        sink.answer = endpoint.take
        name = rule(match=LAST, do=do, **({"when": when} if when else {}))
        order = tenant.place(None, "CEDAR")
        tenant.advance("P1D")
        right = (endpoint.bills, endpoint.status, endpoint.forged) == (1, "COMPLETED", 0)
        assert right is not bugged
        marked = [taken.headers.get("x-sandbox-fault") for taken in sink.taken]
        assert [each for each in marked if each is not None] == [name]
    attempts = tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"]
    assert [item["fault"] for item in attempts if "fault" in item] == [name]
    assert tenant.order(order["id"])["updates"][-1]["deliveryStatus"] == "DELIVERED"


@pytest.mark.parametrize("bug", ["", "never_repeats", "new_id_each_time"])
def test_only_the_supplier_that_repeats_the_same_kci_is_understood(
    sandbox: Sandbox, tenant: Tenant, rule: Rule, bug: str
) -> None:
    """Its first call got no answer, though the work was done; or it got one that undid nothing."""
    supplier = Supplier(in_process(sandbox), silent_order(tenant)).sign_in()
    rule(match=TOLD, do={"kind": "answer", "status": 503}, when="after" if bug == "new_id_each_time" else "before")
    posted = [supplier.tell(1, "ACKNOWLEDGED")[0]]
    if bug != "never_repeats":
        posted.append(supplier.tell(1, "ACKNOWLEDGED", kci_id=77 if bug == "new_id_each_time" else None)[0])
    assert posted[0] == 503
    assert (posted[-1] == 204) is (not bug)
    told = [kind for kind, _ in tenant.told(supplier.order["id"])]
    assert told.count("ACKNOWLEDGED") == (0 if bug == "never_repeats" else 1)


def test_a_fake_posts_again_what_got_no_answer(tenant: Tenant, rule: Rule) -> None:
    rule(match={"leg": "updates"}, every=2, do={"kind": "drop"}, when="after")
    order = tenant.place(None, "CEDAR")
    assert tenant.drain()["more"] is False
    assert tenant.order(order["id"])["status"] == "COMPLETED"
    (kept,) = tenant.get("/_sandbox/faults")["items"]
    assert kept["done"] >= 2


def test_what_a_supplier_breaks_is_told_as_its_fault(tenant: Tenant, rule: Rule) -> None:
    """In availability, where the other suppliers answer all the same."""
    rule(match={"leg": "supplier", "supplier": "ALDER"}, next=2, do={"kind": "malformed"})
    address = tenant.address()
    query = {"address": json.dumps(address)}
    first, second, third = (tenant.get("/v1/service-availability", query) for _ in range(3))
    for broken in (first, second):
        at = {each["supplier"]: each for each in broken}
        assert at["ALDER"]["unavailabilityReasons"][0]["code"] == "SUPPLIER_FAULT"
        assert "unavailabilityReasons" not in at["BIRCH"]
    assert not any(
        reason["code"] == "SUPPLIER_FAULT" for each in third for reason in each.get("unavailabilityReasons", ())
    )
