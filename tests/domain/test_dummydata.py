import pytest

from sandbox.domain import dummydata
from sandbox.domain.dummydata import (
    is_dummy_domain,
    is_dummy_identifier,
    is_dummy_ip,
    is_dummy_phone,
    is_dummy_postcode,
)


def test_the_drama_ranges_hold_a_thousand_numbers_each_and_no_more() -> None:
    assert len(dummydata.DRAMA) == 19
    for prefix in dummydata.DRAMA:
        assert len(prefix) == 8
        assert is_dummy_phone(f"{prefix}000")
        assert is_dummy_phone(f"{prefix}999")
        for outside in (int(prefix) - 1, int(prefix) + 1):
            assert not is_dummy_phone(f"0{outside}000")
        assert not is_dummy_phone(f"{prefix}99")
        assert not is_dummy_phone(f"{prefix}9999")


@pytest.mark.parametrize("text", ["", "07911123456", "0" * 5_000, "07700\uff1900123"])
def test_other_numbers_are_not_for_drama(text: str) -> None:
    assert not is_dummy_phone(text)


@pytest.mark.parametrize("domain", ["a.test", "b.EXAMPLE", "c.invalid", "localhost", "example.com", "x.example.net."])
def test_reserved_domains(domain: str) -> None:
    assert is_dummy_domain(domain)


@pytest.mark.parametrize(
    "domain", ["", "com", "test.com", "example.co.uk", "myexample.com", "example.com.uk", "[1.1.1.1]"]
)
def test_domains_that_are_somebodys(domain: str) -> None:
    assert not is_dummy_domain(domain)


def test_networks_for_documentation() -> None:
    assert all(map(is_dummy_ip, ("192.0.2.0", "198.51.100.255", "203.0.113.9", "2001:db8::1", "3fff:fff::1")))
    assert not any(map(is_dummy_ip, ("192.0.3.0", "10.0.0.1", "127.0.0.1", "2001:db9::1", "4000::", "", "words")))


@pytest.mark.parametrize("text", ["ZZ1 1AA", "zz 12 9zz", "ZZ99 9ZZ", "ZZ7", "ZY1 1AA", "M1 1CI", "SW1A 1AO"])
def test_postcodes_that_are_nobodys(text: str) -> None:
    assert is_dummy_postcode(text)


@pytest.mark.parametrize("text", ["", "ZZ", "SW1A 1AA", "TW18", "ZE1 0AA", "ZZ1 1A", "ZZ1 1AAA"])
def test_postcodes_that_may_be_somebodys(text: str) -> None:
    assert not is_dummy_postcode(text)


def test_the_block_of_our_own_keys() -> None:
    assert is_dummy_identifier("UPRN", dummydata.uprn(1))
    assert is_dummy_identifier("UPRN", "000" + dummydata.uprn(999_999_999))
    assert is_dummy_identifier("NAD", dummydata.nad(31_882))
    assert is_dummy_identifier("ROBT", dummydata.robt(4))
    assert is_dummy_identifier("DistrictCode", "ZX")
    for kind, value in (
        ("UPRN", "100000000001"),
        ("NAD", "A00000031882"),
        ("DistrictCode", "LS"),
        ("LINE_ID", "999000000001"),
    ):
        assert not is_dummy_identifier(kind, value)
