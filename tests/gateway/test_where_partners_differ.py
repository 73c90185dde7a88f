"""Where the published pages contradict themselves or say nothing, a setting decides."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.settings import read_settings
from tests.gateway.test_amending import ask, under_way
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Tenant]]:
    """Opens a sandbox with these settings: a tenant of it."""
    with ExitStack() as stack:

        def open_with(**settings: Any) -> Tenant:
            sandbox = open_sandbox(tmp_path, **settings)
            stack.callback(sandbox.close)
            return Tenant(in_process(sandbox)).sign_in()

        yield open_with


@pytest.mark.parametrize("status", [422, 400])
def test_a_rejection_at_once_is_a_422_or_a_400(opened: Callable[..., Tenant], status: int) -> None:
    """The published table says one, the published prose the other; what is malformed is 400 all the same."""
    tenant = opened(rejection_status=status)
    order = tenant.place("ORDER_SUCCESSFUL")
    tenant.drain()
    unknown = {"orderId": order["id"] + 1, "reasonCode": "OTHER"}
    refused: list[tuple[str, Json]] = [
        ("/v1/service-orders", tenant.order_body("CEDAR") | {"appointmentReservationId": 4711}),
        ("/v1/service-orders", tenant.order_body("CEDAR") | {"supplier": "OAK"}),
        ("/v1/service-order-amendments", {"orderId": order["id"], "notes": "Ring twice."}),
        ("/v1/service-order-cancellations", {"orderId": order["id"], "reasonCode": "OTHER"}),
        ("/v1/service-order-cancellations", unknown),
    ]
    for path, body in refused:
        got, answer = tenant.call("POST", path, json=body)
        assert (got, answer["code"]) == (status, "INVALID_REQUEST"), (path, answer)
    for body, expected in (({}, 400), ({**unknown, "reasonCode": "BORED"}, 422)):
        assert tenant.call("POST", "/v1/service-order-cancellations", json=body)[0] == expected


def test_the_states_to_cancel_from(opened: Callable[..., Tenant]) -> None:
    tenant = opened(cancel_from="ACKNOWLEDGED PENDING")
    for scenario, taken in (("ORDER_ACKNOWLEDGED", 201), ("ORDER_PENDING", 201), ("ORDER_IN_PROGRESS", 422)):
        assert ask(tenant, "cancellation", under_way(tenant, "ALDER", scenario))[0] == taken, scenario


@pytest.mark.parametrize(("written", "expires_in"), [("number", 3600), ("text", "3600")])
def test_how_the_life_of_a_token_is_written(opened: Callable[..., Tenant], written: str, expires_in: object) -> None:
    tenant = opened(expires_in=written)
    form = {"grant_type": "client_credentials", "client_id": "tenant1", "client_secret": "tenant1-secret"}
    assert tenant.send("POST", "/v1/auth/tenant/access-token", form=form)[1]["expires_in"] == expires_in


def test_when_a_push_is_tried_again_and_given_up(opened: Callable[..., Tenant]) -> None:
    tenant = opened(push_retries="PT1M PT10M", push_give_up="PT30M")
    tenant.call("PUT", "/_sandbox/callback", json={"url": "http://127.0.0.1:9/kcis"})
    order = tenant.place("ORDER_ACKNOWLEDGED", "BIRCH")
    tenant.advance("PT2H")
    items = tenant.get(f"/_sandbox/orders/{order['id']}/timeline")["items"]
    first = next(each["id"] for each in items if each["kind"] == "attempt")
    minutes = [each["at"][14:16] for each in items if each["kind"] == "attempt" and each["id"] == first]
    assert minutes == ["00", "01", "11", "21"]
    assert tenant.order(order["id"])["updates"][0]["deliveryStatus"] == "FAILED"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("REJECTION_STATUS", "409"),
        ("EXPIRES_IN", "string"),
        ("CANCEL_FROM", "COMPLETED"),
        ("CANCEL_FROM", ""),
        ("PUSH_RETRIES", "5s"),
        ("PUSH_RETRIES", ""),
        ("PUSH_RETRIES", "PT0S"),
        ("PUSH_GIVE_UP", "P1D P2D"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_at_the_start(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"SANDBOX_{name}=.*: send "):
        read_settings({f"SANDBOX_{name}": text})
