"""At a supplier's own door, where whoever has the gateway's credentials is the gateway."""

import pytest

from sandbox.app import Sandbox
from tests.support.ethernet import PLACES, item, order_for, sites
from tests.support.sandboxes import Json, Tenant, in_process


class Gateway:
    """The published client that plays the gateway."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.send = in_process(sandbox)
        form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "gateway-secret"}
        _, body = self.send("POST", "/v1/auth/supplier/access-token", form=form)
        self.headers = {
            "Authorization": f"Bearer {body['access_token']}",
            "X-Request-ID": "r",
            "X-Conversation-ID": "c",
        }

    def call(self, method: str, path: str, body: Json = None) -> tuple[int, Json]:
        return self.send(method, path, headers=self.headers, json=body)


@pytest.fixture
def gateway(sandbox: Sandbox) -> Gateway:
    return Gateway(sandbox)


def question(tenant: Tenant, number: int = 401, supplier: str = "BIRCH") -> Json:
    """The body of a supplier's POST /quote."""
    asked = item(tenant, supplier)
    del asked["supplier"]
    return {**asked, "id": number}


def test_the_same_question_again_gets_the_same_quote(tenant: Tenant, gateway: Gateway) -> None:
    path, body = "/suppliers/BIRCH/quote", question(tenant)
    first, again = gateway.call("POST", path, body), gateway.call("POST", path, body)
    assert first == again
    assert first[0] == 201
    status, answer = gateway.call("POST", path, body | {"sites": sites(tenant, *PLACES)})
    assert (status, answer["messages"]) == (422, ["/id: 401 is the number of another quote"])
    assert gateway.call("POST", path, question(tenant, 402))[1]["id"] != first[1]["id"]


def test_a_supplier_takes_an_order_once(tenant: Tenant, gateway: Gateway) -> None:
    _, quoted = gateway.call("POST", "/suppliers/CEDAR/quote", question(tenant, supplier="CEDAR"))
    body = {**order_for(quoted | {"supplier": "", "supplierQuoteId": quoted["id"]}), "id": 1006, "tenant": "TENANT9"}
    path = "/suppliers/CEDAR/ethernet/service-orders"
    assert gateway.call("POST", path, body) == (202, None)
    assert gateway.call("POST", path, body) == (202, None)
    status, answer = gateway.call("POST", path, body | {"notes": "another"})
    assert (status, answer["messages"]) == (422, ["/id: 1006 is the number of another order"])
    played = gateway.call("POST", "/_sandbox/clock/drain")[1]["fired"]
    assert [each["reasonCode"] for each in played] == ["ACKNOWLEDGED", "COMMITTED", "ADDITIONAL", "COMPLETED"]


def test_a_supplier_refuses_what_it_did_not_quote(tenant: Tenant, gateway: Gateway) -> None:
    _, quoted = gateway.call("POST", "/suppliers/BIRCH/quote", question(tenant))
    body = {**order_for(quoted | {"supplier": "", "supplierQuoteId": quoted["id"]}), "id": 1, "tenant": "TENANT9"}
    path = "/suppliers/BIRCH/ethernet/service-orders"
    orders = (
        (path, body | {"supplierQuoteId": "QUO-2"}, "/supplierQuoteId: BIRCH gave no such quote"),
        (path, body | {"orderItems": [{"serviceSpecification": {"id": "EOF10G"}}]}, "/orderItems/0"),
        (path.replace("BIRCH", "CEDAR"), body, "/supplierQuoteId: CEDAR gave no such quote"),
        (path.replace("BIRCH", "ALDER"), body, "ALDER sells no Ethernet"),
    )
    for where, sent, message in orders:
        status, answer = gateway.call("POST", where, sent)
        assert status == 422
        assert answer["messages"][0].startswith(message)
    gateway.call("POST", "/_sandbox/clock/advance", {"by": "P30D"})
    status, answer = gateway.call("POST", path, body)
    assert (status, answer["messages"][0].partition(" at ")[0]) == (422, "/supplierQuoteId: the quote expired")
