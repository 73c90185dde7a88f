"""How a supplier's KCIs are delivered: with a token, named, and again where they were not taken."""

import pytest

requirement = pytest.mark.requirement


@pytest.fixture
def posted(heard, expect):
    """The messages that came over HTTP to the suite's own endpoint."""
    return expect.given([each for each in heard if each.headers], "KCIs were read from a mailbox, not received")


@requirement("KCI-070")
def test_a_message_is_posted_with_a_bearer_token(posted, ear, expect):
    if not ear.client_id:
        expect.not_applicable("the suite's endpoint asks for no token")
    for each in posted:
        bearer = each.headers.get("authorization", "").startswith("Bearer ")
        expect(bearer and each.answered != 401, each, expected="a bearer token of ours", got="none, or another")


@requirement("KCI-071")
def test_a_token_is_used_again(posted, ear, expect):
    if len(posted) < 3:
        expect.not_observed("too few KCIs came to tell")
    few = ear.tokens <= max(1, len(posted) // 3)
    expect(few, posted[-1], expected="a token for many KCIs", got=f"{ear.tokens} tokens for {len(posted)} KCIs")


@requirement("KCI-072")
def test_every_post_has_a_request_id_of_its_own(posted, expect):
    seen = set()
    for each in posted:
        name = each.headers.get("x-request-id")
        expect(name and name not in seen, each, expected="an X-Request-ID not used before", got=name)
        seen.add(name)


@requirement("KCI-073")
def test_a_message_is_declared_as_json(posted, expect):
    for each in posted:
        kind = each.headers.get("content-type", "")
        expect(kind.startswith("application/json"), each, expected="Content-Type: application/json", got=kind)


@requirement("KCI-074")
def test_the_conversation_is_that_of_the_order(posted, stories, expect):
    for story in stories:
        for each in story.messages:
            name = each.headers.get("x-conversation-id")
            if name is not None:
                expect(name == f"conformance-{story.number}", each, expected="the order's conversation", got=name)
    expect(True, expected="the order's conversation, or none")


@requirement("KCI-075")
def test_what_was_not_taken_comes_again(refusing, expect):
    first, again = expect.given(refusing, "no KCI came that could be turned away")
    expect(again is not None, first, expected="the same KCI again after a 503", got="nothing")
    same = again.body.get("id") == first.body.get("id") and again.raw == first.raw
    expect(same, again, at="/id", expected="the same id and body", got=again.body.get("id"))
