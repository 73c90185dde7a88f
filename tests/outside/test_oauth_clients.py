"""Off-the-shelf OAuth 2.0 clients get a token in either of the two ways, and place an order with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as OAuthlibSession

from tests.support.processes import served
from tests.support.sandboxes import Json, Tenant

HEADERS = {"X-Request-ID": "request-1", "X-Conversation-ID": "conversation-1"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("oauth"), check_responses="true") as address:
        yield address


def session(url: str, client_id: str, method: str, kind: str = "tenant") -> OAuth2Session:
    """A client of authlib's that fetches its token, and a new one whenever it has ended."""
    return OAuth2Session(
        client_id,
        f"{client_id}-secret",
        token_endpoint=f"{url}/v1/auth/{kind}/access-token",
        token_endpoint_auth_method=method,
        grant_type="client_credentials",
    )


def sender(client: OAuth2Session | OAuthlibSession, url: str) -> Any:
    """Calls with the client's own token, whatever the test support would have sent."""

    def send(method: str, path: str, **more: Any) -> tuple[int, Json]:
        headers = {key: value for key, value in more.get("headers", {}).items() if key != "Authorization"}
        answer = client.request(
            method, url + path, headers=headers, json=more.get("json"), params=more.get("query"), timeout=30
        )
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.mark.parametrize(("method", "home"), [("client_secret_basic", 0), ("client_secret_post", 1)])
def test_authlib_gets_a_token_and_places_an_order(url: str, method: str, home: int) -> None:
    """At a home of each one's own: ALDER gives one service per address."""
    client = session(url, "tenant1", method)
    token = client.fetch_token()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    tenant = Tenant(sender(client, url))
    tenant.free_addresses = tenant.get("/_sandbox/addresses")["items"][home:20]
    order = tenant.place("ORDER_SUCCESSFUL")
    tenant.drain()
    assert tenant.told(order["id"])[-1] == ("COMPLETED", "COMPLETED")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize(
    ("client_id", "path"), [("alder1", "/v1/kcis"), ("gateway", "/suppliers/ALDER/service-orders")]
)
def test_authlib_signs_in_a_supplier_and_a_gateway(url: str, client_id: str, path: str, method: str) -> None:
    client = session(url, client_id, method, kind="supplier")
    client.fetch_token()
    answer = client.post(url + path, json={}, headers=HEADERS, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")  # past the door, and read


def test_authlib_asks_for_a_scope(url: str) -> None:
    client = session(url, "tenant1", "client_secret_basic")
    assert client.fetch_token(scope="com.fibregateway.SANDBOX/tenant.all.all")["access_token"]


def test_authlib_understands_the_refusal(url: str) -> None:
    client = session(url, "tenant1", "client_secret_basic")
    client.client_secret = "wrong"
    with pytest.raises(Exception, match="invalid_client") as refused:
        client.fetch_token()
    assert type(refused.value).__name__ == "OAuthError"


def test_authlib_fetches_a_new_token_when_the_old_one_has_ended(url: str) -> None:
    client = session(url, "tenant1", "client_secret_basic")
    first = client.fetch_token()
    client.token = {**first, "expires_at": 1}
    assert client.get(f"{url}/_sandbox/clock", timeout=30).status_code == 200
    assert client.token["expires_at"] > 1


@pytest.mark.parametrize("in_form", [False, True])
def test_requests_oauthlib_gets_a_token_and_places_an_order(
    url: str, in_form: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # it is on this machine, without TLS
    client = OAuthlibSession(client=BackendApplicationClient("tenant2"))
    token = client.fetch_token(
        f"{url}/v1/auth/tenant/access-token",
        client_secret="tenant2-secret",
        include_client_id=in_form,
        auth=None if in_form else HTTPBasicAuth("tenant2", "tenant2-secret"),
    )
    assert token["token_type"] == "Bearer"
    tenant = Tenant(sender(client, url))
    tenant.free_addresses = tenant.get("/_sandbox/addresses")["items"][:20]
    order = tenant.place("ORDER_REJECTED")
    tenant.drain()
    assert tenant.told(order["id"])[-1] == ("TERMINATED", "REJECTED")
