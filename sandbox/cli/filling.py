"""Filling a world with orders: a few are played in a sandbox of their own, and all others are copies of them."""

import tempfile
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import orjson

from sandbox.app import Sandbox, make_sandbox
from sandbox.cli.demo import in_process
from sandbox.cli.journey import CONTACT, item_of, place_order
from sandbox.cli.session import Session
from sandbox.domain.copies import Model, copied, model_of
from sandbox.domain.premises import Premises
from sandbox.domain.seeds import digest
from sandbox.domain.suppliers import Supplier
from sandbox.domain.worldtime import World
from sandbox.settings import Settings
from sandbox.spec.library import load_people, load_services
from sandbox.store import accounts, bulk, founding, worlds
from sandbox.store.accounts import Client, Tenant
from sandbox.store.store import Tx
from sandbox.store.terms import NO_QUOTAS, TenantTerms
from sandbox.world.clock import ManualClock
from sandbox.world.keys import new_client_secret

DAY = 86_400_000
PLAYED = 42 * DAY  # before today, so that every story has ended by then
WEEKS = 12  # over which the orders are spread
BATCH = 500
INDEPENDENT = 20  # the first premises of the book stay free for whoever wants to order there

# What becomes of a hundred orders: (supplier, scenario, how many).
STORIES = (
    ("ALDER", "ORDER_SUCCESSFUL", 38), ("BIRCH", "ORDER_SUCCESSFUL", 30), ("ALDER", "ORDER_DELAYED", 6),
    ("BIRCH", "ORDER_REAPPOINTED", 6), ("ALDER", "ORDER_CANCELLED", 5), ("CEDAR", "ORDER_CANCELLED", 5),
    ("CEDAR", "ORDER_REJECTED", 8), ("BIRCH", "ORDER_IN_PROGRESS", 2),
)  # fmt: skip

_ORDER, _RESERVATION, _CURSOR = 770_000_000, 880_000_000, 990_000_000  # numbers that stand for nothing else
_CLIENT = "template"


@dataclass(frozen=True)
class Story:
    """One played order: its models, a week apart, and of which premises and of what services its copies may be."""

    models: Sequence[Model]
    cursors: int
    premises: Sequence[Premises]
    services: Sequence[Mapping[str, str]]


def play_stories(now: int) -> list[Story]:
    """Play each of STORIES, so that it has ended by now (world time)."""
    begins = now - now % DAY - PLAYED
    with tempfile.TemporaryDirectory(prefix="sandbox-generate-") as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/played.db")
        sandbox = make_sandbox(settings, ManualClock(begins))
        try:
            return [_play(sandbox, number, begins) for number in range(len(STORIES))]
        finally:
            sandbox.close()


def _play(sandbox: Sandbox, number: int, begins: int) -> Story:
    supplier, scenario, _ = STORIES[number]
    library, code, client = sandbox.parts.library, f"TEMPLATE{number}", f"{_CLIENT}{number}"
    kept = sandbox.parts.keys.hash_secret(client, client)

    def found(connection: Any) -> None:
        founding.found_world(connection, World(code, code, 1, begins, begins, 1, None), None)
        _found_tenant(connection, Tenant(code, code, (supplier,), None, None), begins)
        accounts.add_client(connection, Client(client, "tenant", code, code, kept, 1, code, begins))
        for kind, before in (("order", _ORDER), ("reservation", _RESERVATION), ("cursor", _CURSOR)):
            bulk.take_numbers(connection, code, code, kind, before)

    sandbox.parts.store.transact(found)
    session = Session(in_process(sandbox.app), "the embedded sandbox", client, client)
    served = [each for each in library.premises.premises[INDEPENDENT:] if supplier in each.suppliers]
    first = served[0]
    seller = library.suppliers[supplier]
    address = {"id": first.address["identifier"]["id"], "type": "UPRN"}
    order = place_order(session, seller, address, scenario)
    session.call("POST", "/_sandbox/clock/drain")
    rows = sandbox.parts.store.read(code, bulk.rows_of)
    names = {
        code: "tenant",
        str(order): "order",
        str(_RESERVATION + 1): "reservation",
        address["id"]: "uprn",
        first.area: "area",
        orjson.dumps(CONTACT)[1:-1].decode(): "contact",
        **{text: gap for gap, text in _service(seller, item_of(seller)).items()},
    }
    cursors = sum(table == "mailbox" for table, _ in rows)
    names |= {str(_CURSOR + 1 + place): f"cursor{place}" for place in range(cursors)}
    models = [model_of(rows, names, seller.reference_prefix, -week * 7 * DAY) for week in range(WEEKS)]
    services = [_service(seller, each["serviceOrderItem"]) for each in load_services() if each["supplier"] == supplier]
    return Story(models, cursors, served, services)


def _service(supplier: Supplier, item: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the rows of an order for this item, by the names of their gaps."""
    specification = item["serviceSpecification"]["id"]
    return {
        "specification": specification,
        "specificationName": next(each.name for each in supplier.specifications if each.id == specification),
        "characteristics": orjson.dumps(item["serviceCharacteristics"])[1:-1].decode(),
    }


def _found_tenant(connection: Any, tenant: Tenant, real: int) -> None:
    agreed = TenantTerms(tenant.code, None, f"Generated tenant {tenant.code}", real, real, (), NO_QUOTAS)
    founding.found_tenant(connection, tenant, agreed)


def found(sandbox: Sandbox, world: str, seed: str, tenants: int) -> tuple[list[str], list[tuple[str, str]]]:
    """(codes of this many tenants of the world, (client, secret) of those that had to be made), made with the world if
    need be.
    """
    parts = sandbox.parts
    real = parts.clock.now()
    secrets: list[tuple[str, str]] = []

    def work(connection: Any) -> list[str]:
        secrets.clear()
        if world not in [each.name for each in worlds.every(connection)]:
            founding.found_world(connection, World(world, seed, 1, real, real, 1, 30_000), None)
        codes = accounts.tenants_in(connection, world)
        for number in range(len(codes) + 1, tenants + 1):
            code, client = f"{world}_{number}", f"{world}_{number}".lower()
            secret = new_client_secret()
            _found_tenant(connection, Tenant(code, world, tuple(parts.library.suppliers), None, None), real)
            kept = parts.keys.hash_secret(client, secret)
            accounts.add_client(connection, Client(client, "tenant", code, world, kept, 1, code, real))
            codes.append(code)
            secrets.append((client, secret))
        return codes[:tenants]

    return parts.store.transact(work), secrets


def fill(
    sandbox: Sandbox, world: str, tenants: Sequence[str], orders: int, seed: str, tell: Callable[[int], None]
) -> None:
    """Put so many orders into the world, spread evenly over the tenants; `tell` hears how many there are so far."""
    store = sandbox.parts.store
    stories = play_stories(store.read(world, lambda tx: tx.now))
    done = 0
    for number, tenant in enumerate(tenants):
        share = orders // len(tenants) + (number < orders % len(tenants))
        while share:
            some = min(BATCH, share)
            store.write(world, lambda tx, tenant=tenant, some=some: _add(tx, stories, tenant, some, seed))  # type: ignore[misc]
            share -= some
            done += some
            tell(done)


def _add(tx: Tx, stories: Sequence[Story], tenant: str, count: int, seed: str) -> None:
    """The next orders of this tenant. Which they are follows from the seed and their numbers."""
    first = bulk.take_numbers(tx.connection, tx.world.name, tenant, "order", count)
    reservation = bulk.take_numbers(tx.connection, tx.world.name, tenant, "reservation", count)
    chosen = [_choose(stories, seed, tenant, first + place) for place in range(count)]
    cursor = bulk.take_numbers(tx.connection, tx.world.name, tenant, "cursor", sum(each.cursors for each, _ in chosen))
    people = load_people()
    rows: list[tuple[str, dict[str, Any]]] = []
    for place, (story, chance) in enumerate(chosen):
        premises = story.premises[chance[1] % len(story.premises)]
        given = {
            "tenant": tenant,
            "order": first + place,
            "reservation": reservation + place,
            "uprn": premises.address["identifier"]["id"],
            "area": premises.area,
            "contact": orjson.dumps(people[chance[2] % len(people)])[1:-1].decode(),
            **story.services[chance[8] % len(story.services)],
            **{f"cursor{number}": cursor + number for number in range(story.cursors)},
        }
        cursor += story.cursors
        rows += copied(story.models[chance[3] % WEEKS], given, seed, tx.world.epoch, tenant, first + place)
    bulk.add_rows(tx, rows)


def _choose(stories: Sequence[Story], seed: str, tenant: str, number: int) -> tuple[Story, bytes]:
    """(what becomes of this order, further bytes to choose by)."""
    chance = digest(seed, "generated", tenant, number)
    return stories[bisect(_SHARES, int.from_bytes(chance[4:8], "big") % _SHARES[-1])], chance


_SHARES = list(accumulate(share for *_, share in STORIES))
