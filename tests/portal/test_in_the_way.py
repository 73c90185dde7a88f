"""What cannot be done just now, and who is not let in: the control API says so, and why."""

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Tenant, in_process

OWN = {
    "code": "OWNFIBRE", "title": "Our own", "baseUrl": "http://127.0.0.1:9",
    "specifications": [{"id": "OWN1", "name": "Our own fibre", "lineProfiles": ["100/20"]}],
}  # fmt: skip


def refusal(tenant: Tenant, path: str, body: Json = None) -> tuple[int, str]:
    """Status and messages of a POST that is refused."""
    status, answer = tenant.call("POST", f"/_sandbox{path}", json=body)
    return status, "; ".join(answer["messages"])


@pytest.fixture
def owner(tenant: Tenant) -> Tenant:
    """A tenant with open work at a supplier of its own."""
    tenant.post("/_sandbox/suppliers", OWN)
    tenant.post("/v1/service-orders", tenant.order_body("OWNFIBRE", tenant.address()))
    return tenant


def test_a_name_is_given_to_one_snapshot(tenant: Tenant) -> None:
    tenant.post("/_sandbox/snapshots", {"name": "before"})
    status, message = refusal(tenant, "/snapshots", {"name": "before"})
    assert (status, "already" in message) == (409, True)


@pytest.mark.parametrize(("path", "body"), [("/reset", {"snapshot": "before"}), ("/snapshots/before/restore", None)])
def test_what_a_real_peer_had_open_does_not_come_back(owner: Tenant, path: str, body: Json) -> None:
    """A snapshot that was taken while the supplier was away is not gone back to once it is there again."""
    assert owner.call("DELETE", "/_sandbox/suppliers/OWNFIBRE")[0] == 204
    owner.post("/_sandbox/snapshots", {"name": "before"})
    owner.post("/_sandbox/suppliers", OWN)
    status, message = refusal(owner, path, body)
    assert (status, "OWNFIBRE has open work" in message) == (409, True)


def test_a_supplier_of_ones_own_speaks_for_itself(owner: Tenant) -> None:
    status, message = refusal(owner, "/suppliers/OWNFIBRE/events", {"reasonCode": "UPDATE", "orderId": 1})
    assert (status, "OWNFIBRE" in message) == (409, True)


def test_a_callback_is_challenged_once_there_is_one(tenant: Tenant) -> None:
    status, message = refusal(tenant, "/callback/challenge")
    assert (status, "no callback" in message) == (409, True)
    url = "http://127.0.0.1:9/kcis"
    tenant.call("PUT", "/_sandbox/callback", json={"url": url})
    assert tenant.post("/_sandbox/callback/challenge")["url"] == url


def test_who_signs_up_with_a_token_shows_a_good_one(sandbox: Sandbox) -> None:
    headers = {"Authorization": "Bearer nonsense"}
    status, answer = in_process(sandbox)("POST", "/_sandbox/tenants", headers=headers, json={"title": "A dealer"})
    assert (status, answer["code"]) == (401, "NOT_AUTHORISED")
