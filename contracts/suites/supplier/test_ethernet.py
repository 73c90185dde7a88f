"""Quotes, and orders by them."""

import pytest

requirement = pytest.mark.requirement


@requirement("SUP-100")
def test_a_quote_is_given_without_tenant(ethernet, expect):
    expect.status(ethernet.quoted, 201)


@requirement("SUP-101")
def test_a_quote_has_the_suppliers_own_name_as_text(ethernet, expect):
    name = ethernet.quoted.member("id")
    expect(isinstance(name, str) and name, ethernet.quoted, at="/id", expected="a text", got=name)


@requirement("SUP-102")
def test_a_quote_needs_two_sites(ethernet, expect):
    expect.status(ethernet.quoted_one_site, 400, 422)


@requirement("SUP-103")
def test_a_quote_without_contract_is_malformed(ethernet, expect):
    expect.status(ethernet.quoted_without_contract, 400)


@requirement("SUP-104")
def test_a_quote_is_ordered(ethernet, expect):
    story = expect.given(ethernet.ordered, "there is no quote to order by")
    expect.status(story.taken, 201, 202)


@requirement("SUP-105")
def test_an_unknown_quote_is_not_ordered(ethernet, expect):
    expect.status(ethernet.ordered_unquoted, 422)
