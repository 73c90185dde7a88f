"""Odd requests over a real socket: bodies that lie about their size, absurd headers, bytes that are no HTTP at all."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.processes import served

LIMIT = 1_048_576
FORM = b"grant_type=client_credentials&client_id=tenant1&client_secret=tenant1-secret"
POST = b"POST /v1/auth/tenant/access-token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET /_sandbox/health HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("raw")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with served(folder, check_responses="true") as address:
        yield address


def status_of(url: str, *parts: bytes) -> int:
    """The status of the answer to these bytes; 0 when the server just hangs up."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:  # it may refuse before it has heard all
            pass
        first = b""
        while b"\r\n" not in first and (more := connection.recv(4096)):
            first += more
    return int(first.split()[1]) if first else 0


def chunked(body: bytes, size: int = 65_536) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def test_a_body_may_come_in_chunks(url: str) -> None:
    assert status_of(url, CHUNKED, chunked(FORM, 7)) == 200


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 5 * LIMIT])
def test_chunks_are_counted(url: str, size: int) -> None:
    assert status_of(url, CHUNKED, chunked(FORM + b"&x=" + b"x" * (size - len(FORM) - 3))) == 413


def test_a_body_of_just_the_limit_is_taken(url: str) -> None:
    body = FORM + b"&x=" + b"x" * (LIMIT - len(FORM) - 3)
    assert status_of(url, POST + b"Content-Length: %d\r\n\r\n" % LIMIT, body) == 200


@pytest.mark.parametrize("length", [LIMIT + 1, 99_999_999_999])
def test_an_announced_size_is_enough_to_refuse(url: str, length: int) -> None:
    assert status_of(url, POST + b"Content-Length: %d\r\n\r\n" % length, FORM) == 413


@pytest.mark.parametrize(
    ("announced", "status"),
    [
        (b"Content-Length: 10\r\n", 400),  # the rest is no part of this request
        (b"Content-Length: -5\r\n", 400),
        (b"Content-Length: 5\r\nContent-Length: 50\r\n", 400),
        (b"Content-Length: many\r\n", 400),
        (b"Content-Length: 0\r\n", 400),
        (b"", 400),
    ],
)
def test_a_size_that_lies_is_no_harm(url: str, announced: bytes, status: int) -> None:
    assert status_of(url, POST + announced + b"Connection: close\r\n\r\n", FORM) == status


def test_a_caller_that_hangs_up_in_the_middle_is_no_harm(url: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    for _ in range(100):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(POST + b"Content-Length: 500\r\n\r\n" + FORM)
    assert requests.get(f"{url}/_sandbox/health", timeout=10).status_code == 200


ODD = {
    "a header of a megabyte": (GET + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n", 431),
    "five thousand headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n", 431),
    "a header with U+0000": (GET + b"X-A: a\0b\r\n\r\n", 400),
    "a header without a name": (GET + b": a\r\n\r\n", 400),
    "a header with a blank in its name": (GET + b"X A: a\r\n\r\n", 400),
    "a header of any bytes": (GET + b"X-A: \xff\xfe\xc3\x28\r\n\r\n", 200),
    "an Authorization of any bytes": (GET.replace(b"health", b"clock") + b"Authorization: \xff \xfe\r\n\r\n", 401),
    "a path of any bytes": (b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a path with U+0000": (GET.replace(b"health", b"%00"), 404),
    "a path of 200 kB": (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "an address as path": (GET.replace(b"/_sandbox", b"http://elsewhere.example/_sandbox") + b"\r\n", 200),
    "another version": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "an older version": (b"GET /_sandbox/health HTTP/1.0\r\n\r\n", 200),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "a method that nobody knows": (GET.replace(b"GET", b"BREW") + b"\r\n", 405),
    "a very long method": (GET.replace(b"GET", b"G" * 5000) + b"\r\n", 405),
}


@pytest.mark.parametrize("what", ODD)
def test_odd_requests_are_refused_and_no_fault_of_ours(url: str, folder: Path, what: str) -> None:
    request, status = ODD[what]
    assert status_of(url, request if request.endswith(b"\r\n\r\n") else request + b"\r\n") == status
    assert requests.get(f"{url}/_sandbox/health", timeout=10).status_code == 200
    log = (folder / "served.log").read_text()
    assert "unexpected failure" not in log
    assert "Traceback" not in log
