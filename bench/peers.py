"""Mock servers that people know, on the work that they can do: take an order's body, wait on purpose, call back.

They are found by the PATH, or in a folder that is named, and are no dependency of this project. None of them keeps what
it took beyond its process, signs, repeats what was not taken, or keeps the calls of one order in sequence. moto is the
one that has a state: what it is given to do is to put an item like an order into a table.
"""

import json
import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load
from bench.delayed import CLIENTS, DELAY
from bench.figures import Figure
from bench.load import Work
from bench.measures import CONNECTIONS, Sizes, benched, drain
from bench.server import free_port, started
from bench.sink import open_sink

DOCUMENT = Path(__file__).parents[1] / "contracts" / "openapi" / "tenant.yaml"
OURS = "orders taken, in the minutes of the peers"
WHERE = "BENCH_PEERS"  # the folder whose bin and node_modules/.bin are looked into, beside the PATH
ANSWER = {"id": 1, "status": "RECEIVED_BY_GATEWAY"}
WARM_UP = 2  # times as long as a measurement: what compiles itself while it works needs that

_JSON = {"Content-Type": "application/json"}
_DYNAMO = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=mock/20270101/eu-west-2/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=mock",
}


@dataclass(frozen=True)
class Peer:
    """`command(program, port, folder)` starts it. Sent to `path` is what `bodies` makes of orders' bodies, with these
    headers or else ours; `prepare(port)` sees to what must be there before.
    """

    title: str
    program: str
    command: Callable[[str, int, Path], list[str]]
    path: str = "/v1/service-orders"
    headers: Mapping[str, str] | None = None
    bodies: Callable[[Sequence[Any]], Sequence[Any]] = lambda bodies: bodies
    prepare: Callable[[int], None] = lambda _port: None


def _wiremock(program: str, port: int, folder: Path) -> list[str]:
    return [program, "--port", str(port), "--root-dir", str(folder), "--no-request-journal", "--disable-banner"]


def _prism(program: str, port: int, _folder: Path) -> list[str]:
    return [program, "mock", "--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "error", str(DOCUMENT)]


def _mockoon(program: str, port: int, folder: Path) -> list[str]:
    route = {
        "uuid": "1", "type": "http", "method": "post", "endpoint": "v1/service-orders", "responseMode": None,
        "responses": [
            {
                "uuid": "2", "body": json.dumps(ANSWER), "latency": 0, "statusCode": 201, "default": True, "rules": [],
                "headers": [{"key": "Content-Type", "value": "application/json"}], "bodyType": "INLINE",
                "rulesOperator": "OR", "sendFileAsBody": False, "disableTemplating": False,
            }
        ],
    }  # fmt: skip
    environment = {
        "uuid": "0", "lastMigration": 33, "name": "bench", "endpointPrefix": "", "latency": 0, "port": port,
        "hostname": "127.0.0.1", "folders": [], "routes": [route], "rootChildren": [{"type": "route", "uuid": "1"}],
        "proxyMode": False, "proxyHost": "", "cors": True, "headers": [], "data": [], "callbacks": [],
    }  # fmt: skip
    file = folder / "mockoon.json"
    file.write_text(json.dumps(environment))
    return [program, "start", "--data", str(file), "--port", str(port), "--disable-log-to-file"]


def _moto(program: str, port: int, _folder: Path) -> list[str]:
    return [program, "--host", "127.0.0.1", "--port", str(port)]


def _table(port: int) -> None:
    keys = [{"AttributeName": "id", "AttributeType": "S"}]
    table = {
        "TableName": "orders",
        "AttributeDefinitions": keys,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    headers = {**_DYNAMO, "X-Amz-Target": "DynamoDB_20120810.CreateTable"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", json.dumps(table).encode(), headers)
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - loopback


def _items(bodies: Sequence[Any]) -> list[Any]:
    return [
        {"TableName": "orders", "Item": {"id": {"S": str(number)}, "order": {"S": json.dumps(body)}}}
        for number, body in enumerate(bodies)
    ]


PEERS = (
    Peer("WireMock", "wiremock", _wiremock),
    Peer("Prism", "prism", _prism, "/service-orders"),
    Peer("Mockoon", "mockoon-cli", _mockoon),
    Peer(
        "moto",
        "moto_server",
        _moto,
        "/",
        {**_DYNAMO, "X-Amz-Target": "DynamoDB_20120810.PutItem"},
        _items,
        _table,
    ),
)


def measure(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """Ours first, then each in turn; what is not installed says so."""
    with benched(sizes, folder) as bench:
        tenant = bench.tenant("tenant1")
        bodies, headers = tenant.orders(), tenant.headers("ORDER_ACKNOWLEDGED")
        bench.place(tenant, headers, seconds=sizes.seconds)  # warm-up
        drain(tenant)
        done = bench.place(tenant, headers)
        yield Figure(OURS, "orders/s", done["answered"] / done["seconds"])
        yield Figure("their answers, p99, then", "ms", done["p99"])
    for peer in PEERS:
        program, place = _program(peer.program), folder / peer.title
        place.mkdir()
        yield from _not_installed(peer) if program is None else _one(peer, program, sizes, place, bodies, headers)
    program = _program("wiremock")
    rate = None if program is None else _waiting(program, sizes, folder / "waiting")
    yield Figure(f"WireMock: answers to {CLIENTS} clients, delayed by {DELAY} ms", "1/s", rate)
    rate = None if program is None else _calling_back(program, sizes, folder / "calling")
    yield Figure("WireMock: webhooks, unsigned, from memory", "1/s", rate)


def _program(name: str) -> str | None:
    folder = os.environ.get(WHERE, "")
    places = [f"{folder}/bin", f"{folder}/node_modules/.bin"] if folder else []
    return shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))


def _one(
    peer: Peer, program: str, sizes: Sizes, folder: Path, bodies: Sequence[Any], headers: Mapping[str, str]
) -> Iterator[Figure]:
    _stub(folder, {"status": 201, "jsonBody": ANSWER})
    with _up(peer.command, program, folder) as server:
        peer.prepare(server.port)
        given = peer.headers or headers
        work = Work(server.port, peer.path, given, peer.bodies(bodies), CONNECTIONS, WARM_UP * sizes.seconds)
        load.run(work)
        done = _taken(load.run(Work(server.port, peer.path, given, peer.bodies(bodies), CONNECTIONS, sizes.seconds)))
        yield Figure(f"{peer.title}: the same bodies answered", "1/s", done["answered"] / done["seconds"], OURS)
        yield Figure(f"{peer.title}: its answers, p99", "ms", done["p99"])
        yield Figure(f"{peer.title}: ready to answer after start", "s", server.ready_after)
        yield Figure(f"{peer.title}: memory after this load", "MB", server.memory())


def _not_installed(peer: Peer) -> Iterator[Figure]:
    yield Figure(f"{peer.title}: the same bodies answered", "1/s", None)


def _waiting(program: str, sizes: Sizes, folder: Path) -> float:
    """Answers a second that WireMock gives to many clients, each delayed on purpose."""
    _stub(folder, {"status": 201, "jsonBody": ANSWER, "fixedDelayMilliseconds": DELAY})
    return _rate(program, sizes, folder, CLIENTS)


def _calling_back(program: str, sizes: Sizes, folder: Path) -> float:
    """Webhooks a second that come, each caused by a request: its own rate is that of the requests."""
    with open_sink() as sink:
        said = json.dumps({"entity": {"id": 1}, "sequenceNumber": 1})
        url = f"http://127.0.0.1:{sink.port}/kcis"
        hook = {"name": "webhook", "parameters": {"method": "POST", "url": url, "headers": _JSON, "body": said}}
        _stub(folder, {"status": 201, "jsonBody": ANSWER}, serveEventListeners=[hook])
        _rate(program, sizes, folder, CONNECTIONS)
        came = sink.wait_for(1_000_000_000, 1)
        return float(came["count"] / came["seconds"])


def _rate(program: str, sizes: Sizes, folder: Path, connections: int) -> float:
    with _up(_wiremock, program, folder) as server:
        path = "/v1/service-orders"
        load.run(Work(server.port, path, _JSON, [ANSWER], connections, WARM_UP * sizes.seconds))
        done = _taken(load.run(Work(server.port, path, _JSON, [ANSWER], connections, sizes.seconds)))
        return float(done["answered"] / done["seconds"])


def _up(command: Callable[[str, int, Path], list[str]], program: str, folder: Path) -> Any:
    port = free_port()
    return started(command(program, port, folder), port, "/", folder / "served.log")


def _stub(folder: Path, response: Mapping[str, Any], **more: Any) -> None:
    """What WireMock is to answer; the others do not look here."""
    mappings = folder / "mappings"
    mappings.mkdir(parents=True)
    asked = {"method": "POST", "urlPath": "/v1/service-orders"}
    (mappings / "order.json").write_text(json.dumps({"request": asked, "response": response, **more}))


def _taken(done: dict[str, Any]) -> dict[str, Any]:
    if not done["answered"] or not set(done["statuses"]) <= {"200", "201"}:
        raise RuntimeError(f"answers that are no success: {done['statuses']}")
    return done
