"""How the courier signs in over the network, and what it makes of peers that are slow, silent or not who they say."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.domain.errors import Problem
from sandbox.wire.courier import Courier, NoAnswer, Parcel, Reply
from sandbox.wire.egress import Egress
from sandbox.wire.outbound import auth_from, check_auth, check_url, seal, unseal
from sandbox.world.clock import ManualClock, SystemClock
from sandbox.world.keys import Keys
from tests.support.partner import Asked, PartnerSystem, Reaction, make_authority, open_partner, server_tls

BASIC = {"kind": "basic", "username": "gateway", "password": "pass:word é"}


def oauth(system: PartnerSystem, **more: Any) -> dict[str, Any]:
    credentials = {"clientId": "gate way", "clientSecret": "s&cret", **more}
    return {"kind": "oauth2", "tokenUrl": f"{system.url}/token", **credentials}


def send(courier: Courier, system: PartnerSystem, auth: dict[str, Any] | None = None, timeout: int = 5000) -> Reply:
    way = auth_from(auth) if auth else None
    return courier.send(Parcel("POST", f"{system.url}/kcis", {"X-Lines": "1"}, b"{}", timeout=timeout, auth=way))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000_000)


@pytest.fixture
def courier(clock: ManualClock) -> Courier:
    return Courier(clock.now, Egress(local=True))


@pytest.fixture
def system() -> Iterator[PartnerSystem]:
    with open_partner() as opened:
        yield opened


def test_none_sends_no_authorization(courier: Courier, system: PartnerSystem) -> None:
    assert send(courier, system, {"kind": "none"}).status == 204
    assert "authorization" not in system.asked[0].headers


def test_basic(courier: Courier, system: PartnerSystem) -> None:
    send(courier, system, BASIC)
    assert system.asked[0].headers["authorization"] == "Basic Z2F0ZXdheTpwYXNzOndvcmQgw6k="


def test_a_token_is_fetched_by_client_credentials_and_kept(courier: Courier, system: PartnerSystem) -> None:
    system.give_tokens()
    for _ in range(3):
        assert send(courier, system, oauth(system, scope="kcis.write")).status == 204
    (fetched,) = system.at("/token")
    assert fetched.form == {"grant_type": "client_credentials", "scope": "kcis.write"}
    assert fetched.headers["authorization"] == "Basic Z2F0ZSt3YXk6cyUyNmNyZXQ="  # gate+way:s%26cret
    assert {each.headers["authorization"] for each in system.at("/kcis")} == {"Bearer token-1"}


@pytest.mark.parametrize("lifetime", [100, "100"])
def test_a_token_is_fetched_again_shortly_before_it_expires(
    courier: Courier, clock: ManualClock, system: PartnerSystem, lifetime: Any
) -> None:
    system.give_tokens(expires_in=lifetime)
    for at in (0, 89_000, 90_000):
        clock.at = 1_800_000_000_000 + at
        send(courier, system, oauth(system))
    assert [each.headers["authorization"] for each in system.at("/kcis")] == ["Bearer token-1"] * 2 + ["Bearer token-2"]


def test_a_refused_token_is_fetched_again_once(courier: Courier, system: PartnerSystem) -> None:
    system.give_tokens()
    system.otherwise = lambda asked: Reaction(204 if asked.headers["authorization"] == "Bearer token-2" else 401)
    assert send(courier, system, oauth(system)).status == 204
    assert send(courier, system, oauth(system)).status == 204
    assert len(system.at("/token")) == 2
    system.otherwise = lambda _asked: Reaction(401)
    assert send(courier, system, oauth(system)).status == 401
    assert len(system.at("/token")) == 3


def test_many_threads_share_one_token(courier: Courier, system: PartnerSystem) -> None:
    system.give_tokens()
    threads = [threading.Thread(target=send, args=(courier, system, oauth(system))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(system.at("/kcis")) == 8
    assert len(system.at("/token")) == 1


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [
        (Reaction(400, {"error": "invalid_client", "error_description": "<b>"}), "answered 400: invalid_client"),
        (Reaction(500, {"error": {"a": 1}}), "answered 500: no reason"),
        (Reaction(200, b"<html>", "text/html"), "answered 200 without JSON"),
        (Reaction(200, ["token"]), "holds no access_token"),
        (Reaction(200, {"access_token": "two\r\nX-Lines: 1"}), "holds no access_token"),
        (Reaction(200, {"access_token": "t", "token_type": "mac"}), "not a bearer token"),
    ],
)
def test_a_token_endpoint_that_gives_no_token(
    courier: Courier, system: PartnerSystem, reaction: Reaction, reason: str
) -> None:
    system.answers["/token"] = lambda _asked: reaction
    with pytest.raises(NoAnswer) as silence:
        send(courier, system, oauth(system))
    assert reason in silence.value.reason
    assert not silence.value.timed_out
    assert system.at("/kcis") == []


def test_a_silent_token_endpoint_is_a_time_out(courier: Courier, system: PartnerSystem) -> None:
    system.answers["/token"] = system.silent
    with pytest.raises(NoAnswer) as silence:
        send(courier, system, oauth(system), timeout=100)
    assert silence.value.timed_out
    assert "at the token endpoint" in silence.value.reason


def test_the_time_out_covers_token_and_call_together(clock: ManualClock, system: PartnerSystem) -> None:
    def slow(_asked: Asked) -> Reaction:
        clock.at += 5000
        return Reaction(200, {"access_token": "t"})

    system.answers["/token"] = slow
    with pytest.raises(NoAnswer) as silence:
        send(Courier(clock.now, Egress(local=True)), system, oauth(system), timeout=5000)
    assert silence.value.timed_out
    assert system.at("/kcis") == []


def test_mutual_tls(courier: Courier, tmp_path: Path) -> None:
    ours, theirs = make_authority(), make_authority("Another test authority")
    shown = ours.issue("gateway")
    auth = {"kind": "mtls", "certificate": shown.certificate, "key": shown.key, "authority": ours.pem}
    with open_partner(server_tls(tmp_path, ours)) as system:
        check_auth("/auth", auth, system.url)
        assert send(courier, system, auth).status == 204
        assert send(courier, system, auth).status == 204
        strange = theirs.issue("gateway")
        for wrong in (
            None,  # nobody vouches for the server
            auth | {"authority": theirs.pem},
            auth | {"certificate": strange.certificate, "key": strange.key},
        ):
            with pytest.raises(NoAnswer) as silence:
                send(courier, system, wrong)
            assert not silence.value.timed_out
        assert len(system.asked) == 2
    with open_partner(server_tls(tmp_path, ours)) as system, pytest.raises(NoAnswer) as silence:
        send(courier, system)
    assert silence.value.reason == "SSLError (CERTIFICATE_VERIFY_FAILED)"


def test_a_wrong_auth_is_refused_and_nothing_of_it_is_repeated() -> None:
    authority = make_authority()
    pair, other = authority.issue("gateway"), authority.issue("another")
    mtls = {"kind": "mtls", "certificate": pair.certificate, "key": pair.key}
    for auth, place in (
        ({"kind": "oauth2", "tokenUrl": "ftp://t.example", "clientId": "i", "clientSecret": "s"}, "/auth/tokenUrl"),
        (mtls | {"key": other.key}, "belongs to the key"),
        (mtls | {"certificate": "nonsense"}, "belongs to the key"),
        (mtls | {"key": "nonsense"}, "/auth/key: is not a private key"),
        (mtls | {"authority": "nonsense"}, "/auth/authority: is not"),
        (mtls | {"authority": "-----BEGIN CERTIFICATE-----é"}, "/auth/authority: is not"),
    ):
        with pytest.raises(Problem) as problem:
            check_auth("/auth", auth, "https://partner.example")
        assert place in problem.value.messages[0]
        assert "nonsense" not in problem.value.messages[0]
    with pytest.raises(Problem, match="needs an https URL"):
        check_auth("/auth", mtls, "http://partner.example")


@pytest.mark.parametrize(
    "url",
    [
        "sandbox://gateway",
        "file:///etc/passwd",
        "https://",
        "https://host:port/",
        "https://[::1",
        "https://a.example/#f",
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="/baseUrl: send a whole URL"):
        check_url("/baseUrl", url)


def test_credentials_do_not_belong_into_a_url() -> None:
    with pytest.raises(Problem, match="a URL with credentials in it is not taken"):
        check_url("/baseUrl", "https://me:secret@partner.example")


def test_what_is_kept_is_encrypted_and_comes_back() -> None:
    keys = Keys("a key")
    kept = seal(keys, BASIC)
    assert kept is not None
    assert b"pass" not in kept
    assert unseal(keys, kept) == auth_from(BASIC)
    assert "pass:word" not in repr(unseal(keys, kept))
    assert seal(keys, {"kind": "none"}) is None
    assert unseal(keys, None) is None


def test_a_peer_that_answers_drop_by_drop_does_not_win_time() -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not ended.wait(0.02):
                    try:
                        peer.sendall(b".")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(NoAnswer) as silence:
            Courier(SystemClock().now, Egress(local=True)).send(Parcel("GET", url, {}, timeout=200))
        ended.set()
        thread.join()
    assert silence.value.timed_out


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n \r\n0\r\n\r\n", b"{} "),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", None),
        (b"SSH-2.0-nonsense\r\n", None),
        (b"", None),
    ],
)
def test_bodies_of_every_framing_are_read_whole_or_not_at_all(
    courier: Courier, answer: bytes, expected: bytes | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        parcel = Parcel("GET", f"http://127.0.0.1:{listening.getsockname()[1]}", {})
        try:
            body: bytes | None = courier.send(parcel).body
        except NoAnswer:
            body = None
        thread.join()
    assert body == expected
