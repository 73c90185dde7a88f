"""What can be had where, and the rules of every call, shown at this one."""

import pytest

requirement = pytest.mark.requirement


@requirement("SUP-001")
def test_a_served_address_is_answered_with_one_object(buying, expect):
    expect.status(buying.served, 200)
    expect.shape("supplier", buying.served)


@requirement("SUP-002")
def test_the_answer_names_the_address_that_was_asked_for(buying, profile, expect):
    address = buying.served.member("address") or {}
    given, asked = address.get("identifier") if isinstance(address, dict) else None, profile.addresses[0]
    same = isinstance(given, dict) and (given.get("id"), given.get("type")) == (asked["id"], asked["type"])
    expect(same, buying.served, at="/address/identifier", expected=asked, got=given)


@requirement("SUP-003")
def test_a_served_address_has_services_or_reasons_why_not(buying, expect):
    offered = buying.served.member("serviceSpecifications") or buying.served.member("unavailabilityReasons")
    expect(offered, buying.served, expected="serviceSpecifications or unavailabilityReasons", got="neither")


@requirement("SUP-004")
def test_an_address_without_network_says_why(buying, expect):
    answer = expect.given(buying.unserved, "the profile names no address without network")
    told = answer.status == 422 or (answer.status == 200 and answer.member("unavailabilityReasons"))
    expect(told, answer, at="/unavailabilityReasons", expected="200 with reasons, or 422", got=answer.status)


@requirement("SUP-005")
def test_a_missing_address_is_malformed(buying, expect):
    expect.status(buying.without_address, 400)


@requirement("SUP-006")
def test_an_address_that_is_no_json_is_malformed(buying, expect):
    expect.status(buying.unreadable_address, 400)


@requirement("SUP-007")
def test_half_an_address_is_refused(buying, expect):
    expect.status(buying.half_an_address, 400, 422)


@requirement("SUP-008")
def test_each_service_lists_its_line_profiles(buying, expect):
    offered = expect.given(buying.served.member("serviceSpecifications"), "no service is offered")
    for place, each in enumerate(offered):
        named = [one for one in each.get("serviceCharacteristics") or [] if one.get("name") == "LINE_PROFILE"]
        at = f"/serviceSpecifications/{place}/serviceCharacteristics"
        expect(named and named[0].get("values"), buying.served, at=at, expected="LINE_PROFILE with values", got=named)


@requirement("SUP-010")
def test_no_token_is_not_authorised(buying, profile, expect):
    if profile.auth["kind"] in ("none", "mtls"):
        expect.not_applicable("the profile declares that no token is asked for")
    expect.status(buying.without_token, 401)


@requirement("SUP-011")
def test_a_token_of_nobody_is_not_authorised(buying, profile, expect):
    if profile.auth["kind"] in ("none", "mtls"):
        expect.not_applicable("the profile declares that no token is asked for")
    expect.status(buying.wrong_token, 401)


@requirement("SUP-012")
def test_a_missing_request_id_is_malformed(buying, expect):
    expect.status(buying.without_request_id, 400)


@requirement("SUP-013")
def test_a_missing_conversation_id_is_malformed(buying, expect):
    expect.status(buying.without_conversation, 400)


@requirement("SUP-014")
def test_a_missing_tenant_is_malformed(buying, expect):
    expect.status(buying.without_tenant, 400)
