"""Wherever somebody points the sandbox, it goes to public addresses only, and never to one that was not judged."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from sandbox.domain.reach import fault_of_address, fault_of_url
from sandbox.settings import Settings, read_settings
from sandbox.wire.courier import Courier, NoAnswer, Parcel
from sandbox.wire.egress import Address, Egress, resolve
from sandbox.wire.outbound import ClientCredentials
from sandbox.world.clock import SystemClock, stopwatch
from tests.support.hostile import HOSTILE, POINTED, PUBLIC, PUBLIC_V6
from tests.support.partner import Asked, Reaction, open_partner


@dataclass
class Network:
    """Names and where they lie, in turn where one has several answers; and who was dialled."""

    names: dict[str, list[list[str]]]
    dialled: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[Address]:
        """What the name is said to be this time; what is none is asked of the real resolver, as if it were one."""
        self.asked.append(host)
        if host not in self.names:
            return resolve(host, port)
        answers = self.names[host]
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(address, port, 0, 0) if ":" in address else (address, port) for address in now]

    def dial(self, address: Address, seconds: float) -> socket.socket:
        """Nobody answers, but it is noted who was called."""
        assert 0 < seconds <= 5
        self.dialled.append(address[0])
        raise ConnectionRefusedError("nobody is there")


def network(names: dict[str, list[list[str]]] | None = None) -> tuple[Network, Courier]:
    net = Network(
        {**{name: [addresses] for name, addresses in POINTED.items()}, "partner.com": [[PUBLIC]], **(names or {})}
    )
    return net, Courier(SystemClock().now, Egress(local=False, resolve=net.resolve, dial=net.dial))


def reason(courier: Courier, url: str, timeout: int = 5_000) -> str:
    """Why nothing came back."""
    with pytest.raises(NoAnswer) as silence:
        courier.send(Parcel("POST", url, {}, b"{}", timeout=timeout))
    return silence.value.reason


def test_the_corpus_is_large_enough() -> None:
    assert len(set(HOSTILE)) >= 120


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_reaches_nobody(url: str) -> None:
    net, courier = network()
    if url.startswith("sandbox:"):  # our own way to our own apps, which nobody may register
        assert fault_of_url(url, local=True)
    else:
        assert reason(courier, url).startswith("not sent: ")
    assert net.dialled == []


@pytest.mark.parametrize("url", [url for url in HOSTILE if not url.startswith("sandbox:")])
def test_nor_as_a_token_endpoint(url: str) -> None:
    net, courier = network()
    auth = ClientCredentials(url, "id", "secret", None)
    with pytest.raises(NoAnswer) as silence:
        courier.send(Parcel("POST", "https://partner.com/kcis", {}, auth=auth))
    assert silence.value.reason.startswith("not sent: ")
    assert silence.value.reason.endswith(" at the token endpoint")
    assert net.dialled == []


def test_a_public_place_is_called_at_the_address_that_was_judged() -> None:
    net, courier = network({"both.com": [[PUBLIC_V6, PUBLIC]]})
    assert reason(courier, "https://partner.com/kcis") == "NewConnectionError"
    assert reason(courier, "https://partner.com:8443/kcis") == "NewConnectionError"
    assert reason(courier, f"https://{PUBLIC}/") == "NewConnectionError"
    assert reason(courier, f"https://[{PUBLIC_V6}]/") == "NewConnectionError"
    assert reason(courier, "https://both.com/") == "NewConnectionError"
    assert net.dialled == [PUBLIC, PUBLIC, PUBLIC, PUBLIC_V6, PUBLIC_V6, PUBLIC]


def test_a_name_that_is_rebound_between_two_looks_is_looked_at_once_a_connection() -> None:
    net, courier = network({"rebound.com": [[PUBLIC], ["127.0.0.1"], ["169.254.169.254"], [PUBLIC], ["::1"]]})
    reasons = [reason(courier, "https://rebound.com/") for _ in range(5)]
    assert [each.startswith("not sent: ") for each in reasons] == [False, True, True, False, True]
    assert len(net.asked) == 5
    assert net.dialled == [PUBLIC, PUBLIC]


def test_a_name_that_nobody_knows_is_no_answer() -> None:
    _, courier = network()
    assert reason(courier, "https://no-such-name.invalid/") == "NameResolutionError"


def test_a_resolver_that_hangs_does_not_hold_up_longer_than_the_time_out() -> None:
    ended = threading.Event()

    def hang(_host: str, _port: int) -> list[Address]:
        ended.wait(20)
        return []

    began = stopwatch()
    courier = Courier(SystemClock().now, Egress(local=False, resolve=hang))
    assert reason(courier, "https://partner.com/", timeout=200) == "ConnectTimeoutError"
    ended.set()
    assert stopwatch() - began < 10


# ---- what is answered ------------------------------------------------------------------------------------------------


@contextmanager
def raw_peer(*pieces: bytes, pause: float = 0.02) -> Iterator[str]:
    """The URL of a peer that answers with these pieces, again and again from the last on, until it is hung up on."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(65536)
                try:
                    for piece in pieces:
                        peer.sendall(piece)
                    while not ended.wait(pause):
                        peer.sendall(pieces[-1])
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nX-", b"a"),  # a header that never ends
        (b"H",),  # a status line that never ends
        (b"HTTP/1.1 100 Continue\r\n\r\n",),  # go on, go on
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"."),
    ],
)
def test_an_answer_that_never_ends_is_ended(pieces: tuple[bytes, ...]) -> None:
    courier = Courier(SystemClock().now, Egress(local=True))
    began = stopwatch()
    with raw_peer(*pieces) as url, pytest.raises(NoAnswer):
        courier.send(Parcel("POST", url, {}, timeout=300))
    assert stopwatch() - began < 10


def test_a_connection_is_kept_and_each_exchange_has_its_own_time() -> None:
    courier = Courier(SystemClock().now, Egress(local=True))
    with open_partner() as system:
        for timeout in (5_000, 300, 5_000):
            assert courier.send(Parcel("POST", f"{system.url}/", {}, timeout=timeout)).status == 204
        assert len(system.asked) == 3


def test_no_redirect_is_followed_and_no_proxy_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    courier = Courier(SystemClock().now, Egress(local=True))
    with raw_peer(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", b"") as url:
        reply = courier.send(Parcel("POST", url, {}))
    assert reply.status == 302


# ---- local mode ------------------------------------------------------------------------------------------------------


def test_in_local_mode_this_machine_may_be_reached_and_no_other() -> None:
    assert fault_of_url("http://127.0.0.1:9000/kcis", local=True) is None
    assert fault_of_url("http://localhost:9/kcis", local=True) is None
    assert fault_of_address("127.9.9.9", local=True) is None
    assert fault_of_address("::1", local=True) is None
    assert fault_of_address(PUBLIC, local=True) is None
    for other in (
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::",
        "::ffff:127.0.0.1",
        "fe80::1",
        "words",
    ):
        assert fault_of_address(other, local=True), other
    for url in ("http://0x7f000001/", "http://127.1/", "http://me@localhost/"):
        assert fault_of_url(url, local=True), url


@pytest.mark.parametrize(
    ("settings", "local"),
    [
        ({}, True),
        ({"SANDBOX_HOST": "::1"}, True),
        ({"SANDBOX_HOST": "localhost"}, True),
        ({"SANDBOX_HOST": "0.0.0.0"}, False),
        ({"SANDBOX_HOST": "sandbox.internal"}, False),
        ({"SANDBOX_HOST": "0.0.0.0", "SANDBOX_LOCAL": "true"}, True),
        ({"SANDBOX_LOCAL": "false"}, False),
    ],
)
def test_local_mode_is_for_who_listens_to_this_machine_alone(settings: dict[str, str], local: bool) -> None:
    assert read_settings(settings).local_mode is local


def test_the_setting_is_judged() -> None:
    assert Settings().local == "auto"
    with pytest.raises(ValueError, match="SANDBOX_LOCAL='yes': send one of auto, true, false"):
        read_settings({"SANDBOX_LOCAL": "yes"})


def test_every_address_that_this_python_calls_not_global_is_refused() -> None:
    for address in [each for addresses in POINTED.values() for each in addresses]:
        known = ip_address(address)
        if not known.is_global or known.is_multicast:
            assert fault_of_address(address, local=False), address


def test_hosts_of_partners_see_their_own_name() -> None:
    """The connection goes to the address that was judged, the request still to the name."""
    seen: list[Asked] = []

    def note(asked: Asked) -> Reaction:
        seen.append(asked)
        return Reaction(204)

    with open_partner() as system:
        system.otherwise = note
        port = int(system.url.rpartition(":")[2])
        egress = Egress(local=True, resolve=lambda _host, there: [("127.0.0.1", there)])
        Courier(SystemClock().now, egress).send(Parcel("POST", f"http://partner.example:{port}/kcis", {}))
    assert seen[0].headers["host"] == f"partner.example:{port}"
