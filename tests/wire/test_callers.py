"""Who may come in, and how a token request is refused."""

from dataclasses import replace

import pytest

from sandbox.world.clock import ManualClock
from tests.wire.asking import CLIENTS, FORM, SECURED, Asker, code_of, named, sound, told

STRANGE = "eyJhbGciOiJIUzI1NiIsImNyaXQiOjV9"  # a header {"alg":"HS256","crit":5}
NO_TOKENS = [
    *("", "Bearer", "Bearer ", "Bearer nonsense", "Basic dGVuYW50MTp4", "Bearer a.b.c", "bearer \xff", "Token x"),
    f"Bearer {STRANGE}.e30.x",
]


@pytest.mark.parametrize("token", NO_TOKENS, ids=named)
@pytest.mark.parametrize(("name", "operation"), SECURED)
def test_without_a_good_token_nobody_comes_in(asker: Asker, name: str, operation: str, token: str) -> None:
    answer = asker.ask(sound(name, operation), token=token)
    assert (answer.status_code, code_of(answer)) == (401, "NOT_AUTHORISED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(("name", "operation"), SECURED)
def test_a_token_that_somebody_else_signed_opens_nothing(asker: Asker, name: str, operation: str) -> None:
    good = asker.token(CLIENTS[name])
    header, claims, signature = good.split(".")
    for forged in (f"{header}.{claims}.{signature[::-1]}", f"eyJhbGciOiJub25lIn0.{claims}.", f"{header}.{claims}"):
        assert asker.ask(sound(name, operation), token=f"Bearer {forged}").status_code == 401


@pytest.mark.parametrize(("name", "operation"), SECURED)
def test_a_token_of_another_kind_is_forbidden(asker: Asker, name: str, operation: str) -> None:
    kinds = {"tenant1": "tenant", "gateway": "gateway", "alder1": "supplier", "operator": "operator"}
    for other in sorted(
        client for client, kind in kinds.items() if kind not in sound(name, operation).operation.callers
    ):
        answer = asker.ask(sound(name, operation), client_id=other)
        assert (answer.status_code, code_of(answer)) == (403, "NOT_AUTHORISED")


def test_a_token_ends_after_an_hour_of_real_time(asker: Asker) -> None:
    clock = asker.sandbox.parts.clock
    assert isinstance(clock, ManualClock)
    token = f"Bearer {asker.token('tenant2')}"
    asked = sound("control", "getClock")
    clock.at += 3_599_000
    assert asker.ask(asked, token=token).status_code == 200
    clock.at += 1_000
    answer = asker.ask(asked, token=token)
    assert (answer.status_code, code_of(answer)) == (401, "NOT_AUTHORISED")
    assert "expired" in told(answer)[0]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_of_an_earlier_version_is_as_good_as_it_was(asker: Asker) -> None:
    """It does not say whose it is: that is looked up."""
    tokens = asker.sandbox.parts.tokens
    old = tokens._sign({"sub": "tenant2", "ver": 1, "scope": "com.fibregateway.SANDBOX/tenant.all.all"})
    assert asker.ask(sound("control", "getClock"), token=f"Bearer {old}").status_code == 200


TOKEN_REQUESTS = {
    "grant_type=password&client_id=tenant1&client_secret=tenant1-secret": "unsupported_grant_type",
    "client_id=tenant1&client_secret=tenant1-secret": "invalid_request",
    "grant_type=&client_id=tenant1&client_secret=tenant1-secret": "invalid_request",
    "grant_type=client_credentials": "invalid_request",
    "grant_type=client_credentials&client_id=tenant1": "invalid_request",
    "grant_type=client_credentials&client_id=tenant1&client_secret=": "invalid_request",
    "grant_type=client_credentials&client_id=tenant1&client_secret=wrong": "invalid_client",
    "grant_type=client_credentials&client_id=nobody&client_secret=tenant1-secret": "invalid_client",
    "grant_type=client_credentials&client_id=alder1&client_secret=alder1-secret": "unauthorized_client",
    "grant_type=client_credentials&client_id=tenant1&client_id=tenant1&client_secret=tenant1-secret": "invalid_request",
    "grant_type=client_credentials&client_id=tenant1&client_secret=tenant1-secret&scope=all": "invalid_request",
    "grant_type=client_credentials&client_id=%00&client_secret=%ff": "invalid_client",
    "grant_type=client_credentials&client_id=" + "x" * 5000 + "&client_secret=x": "invalid_request",
    "": "invalid_request",
    "%": "invalid_request",
    "\x00\xff": "invalid_request",
}


@pytest.mark.parametrize("form", TOKEN_REQUESTS, ids=named)
def test_a_token_request_is_refused_in_the_words_of_oauth(asker: Asker, form: str) -> None:
    answer = asker.ask(replace(sound("authentication", "getTenantAccessToken"), raw=form.encode(), media_type=FORM))
    assert (answer.status_code, answer.get_json()["error"]) == (400, TOKEN_REQUESTS[form])
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        ("Basic dGVuYW50MTp3cm9uZw==", "invalid_client"),
        ("Basic dGVuYW50MQ==", "invalid_client"),
        ("Basic nonsense", "invalid_request"),
        ("Basic", "invalid_client"),
        ("Basic \xff\xfe", "invalid_request"),
        ("Basic /////w==", "invalid_request"),
        ("Basic AAAA", "invalid_client"),
        ("Bearer x", "invalid_request"),
        (" ", "invalid_request"),
        ("Basic " + "A" * 9000, "invalid_client"),
    ],
    ids=named,
)
def test_a_basic_header_that_is_none_is_refused(asker: Asker, authorization: str, error: str) -> None:
    asked = replace(
        sound("authentication", "getTenantAccessToken"), raw=b"grant_type=client_credentials", media_type=FORM
    )
    answer = asker.ask(asked, token=authorization)
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


@pytest.mark.parametrize("operation", ["getTenantAccessToken", "getSupplierAccessToken"])
def test_a_known_client_gets_a_token_for_an_hour(asker: Asker, operation: str) -> None:
    answer = asker.ask(sound("authentication", operation))
    assert answer.status_code == 200
    token = answer.get_json()
    assert (token["expires_in"], token["token_type"], answer.headers["Cache-Control"]) == (3600, "Bearer", "no-store")
    assert token["access_token"].count(".") == 2
