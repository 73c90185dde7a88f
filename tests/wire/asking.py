"""Requests made from the documents alone, so that an operation that is added is tested as it comes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from sandbox.app import Sandbox
from sandbox.spec.checks import Checks
from sandbox.spec.documents import NAMES, Document, Operation, Parameter, load_document
from sandbox.world.clock import ManualClock
from tests.contracts.reading import resolved
from tests.support.sandboxes import START, open_sandbox
from tests.wire import story

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

# Where each document is served, and who may come in there.
PREFIXES = {
    "authentication": "/v1",
    "tenant": "/v1",
    "supplier": "/suppliers/ALDER",
    "tenant-updates": "/tenants/TENANT1",
    "supplier-updates": "/v1",
    "control": "/_sandbox",
}
CLIENTS = {"tenant": "tenant1", "control": "tenant1", "supplier": "gateway", "supplier-updates": "alder1"}


@dataclass(frozen=True)
class Asked:
    """One request. `query` holds texts, a list where a parameter comes more than once; `body` is a JSON value."""

    document: Document
    operation: Operation
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    media_type: str | None = None

    def data(self) -> bytes | None:
        """The body as it goes out."""
        if self.raw is not None or self.operation.media_type is None:
            return self.raw
        if self.operation.media_type == FORM:
            return "&".join(f"{name}={value}" for name, value in self.body.items()).encode()
        if self.operation.media_type != JSON and isinstance(self.body, str):
            return self.body.encode()  # the text of a file
        return json.dumps(self.body).encode()

    def without_header(self, name: str) -> "Asked":
        """The same without one header."""
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})

    def without_query(self, name: str) -> "Asked":
        """The same without one query parameter."""
        return replace(self, query={key: value for key, value in self.query.items() if key != name})

    def with_member(self, name: str, value: Any) -> "Asked":
        """The same with another value for a member of the body."""
        return replace(self, body={**deepcopy(self.body), name: value})

    def without_member(self, name: str) -> "Asked":
        """The same without a member of the body."""
        return replace(self, body={key: value for key, value in self.body.items() if key != name})


def client_of(asked: Asked) -> str | None:
    """Who may ask this."""
    return "operator" if asked.operation.callers == {"operator"} else CLIENTS.get(asked.document.name)


def everything() -> Iterator[tuple[str, str]]:
    """(document, operation id) of all that is served."""
    for name in NAMES:
        for operation in load_document(name).operations:
            yield name, operation


@cache
def sound(name: str, operation_id: str) -> Asked:
    """A request of the documented shape, made of the document's own examples, without a token."""
    document = load_document(name)
    operation = document.operations[operation_id]
    entry, shared = _entry(document, operation)
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    path = operation.path
    for parameter in (resolved(dict(document.data), each) for each in [*shared, *entry.get("parameters", [])]):
        value = _example(parameter)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(value))
        elif parameter.get("required"):
            target = query if parameter["in"] == "query" else headers
            target[parameter["name"]] = json.dumps(value) if "content" in parameter else str(value)
    body = None
    if operation.media_type is not None:
        examples = entry["requestBody"]["content"][operation.media_type]["examples"]
        body = deepcopy(next(iter(examples.values()))["value"])
    return Asked(document, operation, PREFIXES[name] + path, query, headers, body)


def _entry(document: Document, operation: Operation) -> tuple[dict[str, Any], list[Any]]:
    item = document.data["paths"][operation.path]
    return item[operation.method.lower()], item.get("parameters", [])


def _example(parameter: Mapping[str, Any]) -> Any:
    holder = parameter["content"][JSON] if "content" in parameter else parameter
    if "example" in holder:
        return holder["example"]
    return next(iter(holder["examples"].values()))["value"] if "examples" in holder else None


def schema_of(asked: Asked) -> dict[str, Any]:
    """The body's schema with what it is built on merged in: every property, every required member."""
    merged: dict[str, Any] = {"properties": {}, "required": []}
    pending: list[Any] = [asked.operation.body]
    while pending:
        schema = dict(pending.pop())
        if "$ref" in schema:
            pending.append(resolved(dict(asked.document.data), {"$ref": schema["$ref"]}))
        pending += schema.get("allOf", [])
        merged["properties"] |= {key: value for key, value in schema.get("properties", {}).items() if value is not True}
        merged["required"] += schema.get("required", [])
    return merged


EVERY = list(everything())
WITH_BODY = [each for each in EVERY if sound(*each).operation.media_type]
WITH_JSON = [each for each in EVERY if sound(*each).operation.media_type == JSON]
SECURED = [each for each in EVERY if sound(*each).operation.secured]


def objects(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a JSON value, with its pointer."""
    if isinstance(value, dict):
        yield place, value
        for key, item in value.items():
            yield from objects(item, f"{place}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, f"{place}/{index}")


class Asker:
    """Asks a sandbox of this process, and holds every answer against the document."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = Client(sandbox.app)
        self.tokens: dict[tuple[str, int], str] = {}
        self._checks = {name: Checks(load_document(name)) for name in NAMES}

    def token(self, client_id: str) -> str:
        """A token of this published client, a new one each half hour."""
        key = client_id, self.sandbox.parts.clock.now() // 1_800_000
        if key not in self.tokens:
            kind = "tenant" if client_id.startswith(("tenant", "operator")) else "supplier"
            form = {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": f"{client_id}-secret",
            }
            answer = self.client.post(f"/v1/auth/{kind}/access-token", data=form)
            assert answer.status_code == 200, answer.data
            self.tokens[key] = json.loads(answer.data)["access_token"]
        return self.tokens[key]

    def ask(
        self, asked: Asked, *, client_id: str | None = None, token: str | None = None, failing: bool = False
    ) -> TestResponse:
        """The answer, of a documented status and of the shape documented for it: no failure, unless one is planted."""
        headers = dict(asked.headers)
        client_id = client_id or client_of(asked)
        if token is None and client_id is not None:
            token = f"Bearer {self.token(client_id)}"
        if token:
            headers["Authorization"] = token
        data = asked.data()
        if data is not None:
            headers["Content-Type"] = asked.media_type or asked.operation.media_type or JSON
        answer = self.client.open(
            asked.path, method=asked.operation.method, query_string=asked.query, headers=headers, data=data
        )
        self._judge(asked, answer, failing)
        return answer

    def _judge(self, asked: Asked, answer: TestResponse, failing: bool) -> None:
        assert failing or answer.status_code < 500, (asked, answer.data)
        body = json.loads(answer.data) if answer.data else None
        wrong = self._checks[asked.document.name].answer(asked.operation, answer.status_code, body)
        assert not wrong, (asked.operation.id, answer.status_code, wrong, answer.data)


@contextmanager
def open_asker(folder: Path) -> Iterator[Asker]:
    """Somebody to ask a sandbox in which the story of the examples is under way."""
    sandbox = open_sandbox(folder, ManualClock(START), world_start=story.BEGINS, push_timeout=100)
    story.tell(sandbox)
    yield Asker(sandbox)
    sandbox.close()


def told(answer: TestResponse) -> list[str]:
    """What a refusal says: one message a violation; a token endpoint says it in one line."""
    body = answer.get_json()
    return list(body["messages"]) if "messages" in body else str(body["error_description"]).split("; ")


def named(case: Any) -> str:
    """How a case is called in the report."""
    text = case.name if isinstance(case, Parameter) else ascii(case)[1:-1] if isinstance(case, str) else repr(case)
    return text if len(text) <= 40 else f"{text[:30]}…{len(text)}"


def code_of(answer: TestResponse) -> str:
    """The code of a refusal."""
    body = answer.get_json()
    return str(body.get("code") or body["error"])
