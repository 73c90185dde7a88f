from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.ethernet import SPREAD, Ethernet, EthernetService, charges
from sandbox.domain.quotes import differences
from sandbox.spec.library import load_library

SMALL = EthernetService("SMALL", "Small", Decimal("100.00"), Decimal("50.00"))
LARGE = EthernetService("LARGE", "Large", Decimal("333.33"), Decimal("99.99"))
SOLD = Ethernet((SMALL, LARGE), {12: 0, 36: 10}, 30, 1)
BOOK = load_library().premises
SITES = ("999000000001", "999000000003", "999000000005")


def amounts(*services: EthernetService, sites: tuple[str, ...] = SITES[:2], months: int = 12, **more: str) -> list[str]:
    seed, code = more.get("seed", "demo"), more.get("code", "BIRCH")
    return [each["amount"] for each in charges(SOLD, code, services, sites, months, seed)]


def test_a_service_is_charged_once_and_monthly() -> None:
    found = charges(SOLD, "BIRCH", [SMALL, LARGE], SITES[:2], 12, "demo")
    assert [(each["name"], each["type"], each["currency"]) for each in found] == [
        ("Small: connection", "ONE_OFF", "GBP"),
        ("Small: rental", "RECURRING", "GBP"),
        ("Large: connection", "ONE_OFF", "GBP"),
        ("Large: rental", "RECURRING", "GBP"),
    ]


def test_the_same_question_has_the_same_price_in_whatever_order_the_sites_stand() -> None:
    assert amounts(SMALL) == amounts(SMALL) == amounts(SMALL, sites=SITES[1::-1])


@given(st.text(max_size=8), st.lists(st.sampled_from(SITES), min_size=2, max_size=3, unique=True))
def test_a_price_stays_near_the_list_price_per_site(seed: str, sites: list[str]) -> None:
    for service in (SMALL, LARGE):
        connection, rental = amounts(service, sites=tuple(sites), seed=seed)
        for amount, listed in ((connection, service.connection), (rental, service.rental)):
            off = abs(Decimal(amount) / (listed * len(sites)) - 1) * 100
            assert off <= SPREAD + Decimal("0.01")


def test_prices_differ_by_seed_supplier_service_and_sites() -> None:
    seeds = {tuple(amounts(SMALL, seed=str(n))) for n in range(20)}
    codes = {tuple(amounts(SMALL, code=code)) for code in ("A", "B", "C", "D", "E")}
    between = {tuple(amounts(SMALL, sites=(SITES[0], str(n)))) for n in range(20)}
    assert min(len(seeds), len(codes), len(between)) > 2
    assert amounts(SMALL) != amounts(LARGE)


def test_a_longer_contract_takes_its_discount_off_the_rental_alone() -> None:
    short, long = amounts(SMALL, seed="x"), amounts(SMALL, seed="x", months=36)
    assert short[0] == long[0]
    assert Decimal(long[1]) == (Decimal(short[1]) * 90 / 100).quantize(Decimal("0.01"))


def site(uprn: str, role: str = "A-END", kind: str = "UPRN") -> dict[str, Any]:
    return {"name": "Any", "address": {"id": uprn, "type": kind}, "postcode": "any", "role": role}


QUOTED = {
    "sites": [site(SITES[0]), site(SITES[1], "B-END")],
    "service": [{"serviceSpecification": {"id": "SMALL"}}, {"serviceSpecification": {"id": "LARGE"}}],
}


def told(sites: list[dict[str, Any]], *services: str) -> list[str]:
    items = [{"serviceSpecification": {"id": each}} for each in services]
    return [
        each.partition(":")[0] for each in differences(QUOTED, {"siteInformation": sites, "orderItems": items}, BOOK)
    ]


def test_an_order_is_for_what_was_quoted_in_any_order_and_by_any_identifier() -> None:
    assert told([site(SITES[0]), site(SITES[1], "B-END")], "SMALL", "LARGE") == []
    by_nad = site("A99900000003", "B-END", "NAD")
    assert told([by_nad, site("000" + SITES[0])], "LARGE", "SMALL") == []


def test_every_difference_is_told_with_its_place() -> None:
    both = ("SMALL", "LARGE")
    assert told([site(SITES[0], "B-END"), site(SITES[1], "B-END")], *both) == ["/siteInformation/0", "/siteInformation"]
    assert told([site(SITES[0]), site(SITES[2], "B-END")], *both) == ["/siteInformation/1", "/siteInformation"]
    assert told([site(SITES[0]), site(SITES[0])], *both) == ["/siteInformation/1", "/siteInformation"]
    assert told([site(SITES[0]), site(SITES[1], "B-END"), site(SITES[2], "B-END")], *both) == ["/siteInformation/2"]
    same = [site(SITES[0]), site(SITES[1], "B-END")]
    assert told(same, "SMALL") == ["/orderItems"]
    assert told(same, "SMALL", "SMALL") == ["/orderItems/1/serviceSpecification", "/orderItems"]


def test_premises_outside_the_book_are_known_by_the_identifier_given() -> None:
    elsewhere = {"sites": [site("1", "A-END", "ROBT"), site("2", "B-END", "ROBT")], "service": []}
    order: dict[str, Any] = {"siteInformation": elsewhere["sites"], "orderItems": []}
    assert list(differences(elsewhere, order, BOOK)) == []
    order["siteInformation"] = [site("1", "A-END", "ROBT"), site("3", "B-END", "ROBT")]
    assert len(list(differences(elsewhere, order, BOOK))) == 2
