"""Many worlds on one ground: apart from each other, and gone without a trace."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from sandbox.inprocess.endpoint import Delivery
from sandbox.inprocess.ground import Ground, open_ground
from sandbox.inprocess.tenant import Refused
from sandbox.store.lane_tables import jobs
from sandbox.store.schema import worlds
from sandbox.store.tables import metadata


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with open_ground(check_responses=True) as opened:
        yield opened


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.prove)])
def test_worlds_of_one_process_know_nothing_of_each_other(ground: Ground, count: int) -> None:
    """Each plays an order to its end, moving its own clock alone, and hears of no other's."""
    with ExitStack() as opened:
        own = [opened.enter_context(ground.world(f"OWN_{n}")) for n in range(count)]
        taken: list[list[Delivery]] = [[] for _ in own]
        for world, deliveries in zip(own, taken, strict=True):
            world.on_kci(deliveries.append)
            assert world.tenant.place(supplier="CEDAR")["id"] == 1
        for number, world in enumerate(own):
            world.advance("P9D" if number % 2 else "PT1M")
        for number, world in enumerate(own):
            assert world.tenant.order(1)["status"] == ("COMPLETED" if number % 2 else "SENT_TO_SUPPLIER")
            assert len(world.tenant.inbox()) == len(taken[number]) == (5 if number % 2 else 1)
        ids = [delivery.kci["id"] for deliveries in taken for delivery in deliveries]
        assert len(ids) == len(set(ids))


def test_a_world_that_is_closed_leaves_no_row(ground: Ground) -> None:
    """Nor a snapshot, nor credentials; and its name is free again."""

    def rows() -> dict[str, int]:
        tables = [each for each in metadata.sorted_tables if each.name != "about"]
        counted = ground.sandbox.parts.store.query(
            lambda connection: [connection.execute(select(func.count()).select_from(each)).scalar() for each in tables]
        )
        return {table.name: count for table, count in zip(tables, counted, strict=True) if count}

    before = rows()
    for _ in range(2):
        with ground.world("PASSING") as world:
            world.on_kci(lambda _: None)
            world.new_tenant().place(supplier="CEDAR")
            world.snapshot("one")
            world.drain()
            assert {worlds.name, jobs.name, "clients", "tenants", "counters"} <= rows().keys()
            assert world.name in {each.world for each in ground.endpoints.values()}
        assert rows() == before
        assert ground.endpoints == {}
        with pytest.raises(Refused, match="401"):
            world.tenant.get("/_sandbox/clock")


def test_another_tenant_of_the_same_world_shares_its_clock_and_not_its_orders(ground: Ground) -> None:
    with ground.world("SHARED_ONE") as world:
        first, second = world.tenant, world.new_tenant()
        order = first.place(supplier="CEDAR")["id"]
        second.advance("P1D")
        assert first.get("/_sandbox/clock")["now"] == world.now == "2027-06-08T09:00:00.000Z"
        assert second.call("GET", f"/v1/service-orders/{order}")[0] == 404
        assert second.inbox() == []


def test_going_back_in_a_line(ground: Ground) -> None:
    with ground.world("BACK") as world:
        world.advance_to("2027-06-10T12:00:00Z")
        world.snapshot("noon")
        world.tenant.place(supplier="CEDAR")
        assert [each["kind"] for each in world.step()] == ["send"]
        world.restore("noon")
        assert (world.now, world.drain()) == ("2027-06-10T12:00:00.000Z", [])
