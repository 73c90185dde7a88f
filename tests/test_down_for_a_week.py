"""A tenant's endpoint that is down for a week of the world's time."""

from tests.support.sandboxes import Tenant, kind_of
from tests.support.sink import open_sink

ORDERS = 3


def test_what_was_down_for_a_week_gets_everything_in_order_when_it_is_back(tenant: Tenant) -> None:
    """Every KCI of every order, each once taken, with the bytes that the mailbox has."""
    with open_sink(lambda _taken: 503) as sink:
        assert tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})[0] == 200
        orders = [tenant.place("ORDER_SUCCESSFUL", "CEDAR")["id"] for _ in range(ORDERS)]
        for _ in range(7):
            tenant.advance("P1D")
        assert {taken.kci["sequenceNumber"] for taken in sink.taken} == {1}  # the later ones wait for the first
        tried = len(sink.taken)
        sink.answer = lambda _taken: 204
        tenant.advance("P1D")
        came = [taken.kci for taken in sink.taken[tried:]]
    mailbox = [item["kci"] for item in tenant.inbox()]
    for order in orders:
        told = [kci for kci in mailbox if kci["entity"]["id"] == order]
        assert [kci for kci in came if kci["entity"]["id"] == order] == told
        assert kind_of(told[-1]) == ("COMPLETED", "COMPLETED")
        assert [kci["sequenceNumber"] for kci in told] == list(range(1, 6))
        assert {update["deliveryStatus"] for update in tenant.order(order)["updates"]} == {"DELIVERED"}
