"""What was said between the suite and its target, as evidence: secrets masked, with a command to repeat it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MASK = "***"
LONGEST = 4_000  # characters of a body that a report shows

_SECRET = ("authorization", "cookie", "set-cookie", "webhook-signature", "x-api-key")
_SECRET_MEMBERS = ("client_secret", "access_token", "password", "clientSecret", "secret")


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `answer` is the JSON of the answer, None where there is none or it cannot be read."""

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    sent: Any
    status: int
    answer_headers: Mapping[str, str]
    raw: bytes
    seconds: float
    answer: Any = None

    @property
    def is_json(self) -> bool:
        """Whether the answer calls itself JSON and is."""
        declared = self.answer_headers.get("content-type", "").partition(";")[0].strip()
        return declared == "application/json" and (self.answer is not None or self.raw.strip() == b"null")

    def member(self, name: str) -> Any:
        """A member of the answer, None where it has none."""
        return self.answer.get(name) if isinstance(self.answer, dict) else None

    def evidence(self) -> dict[str, Any]:
        """What a finding shows of it."""
        sent = {"method": self.method, "url": self.url, "headers": masked_headers(self.headers)}
        if self.sent is not None:
            sent["body"] = shown(self.sent)
        received = {"status": self.status, "headers": masked_headers(self.answer_headers)}
        body = self.answer if self.answer is not None else self.raw.decode("utf-8", "replace")
        return {
            "sent": sent,
            "received": received | {"body": shown(body), "seconds": round(self.seconds, 3)},
            "curl": self.curl(),
        }

    def curl(self) -> str:
        """A command that sends it again; the token has to be put in."""
        parts = ["curl", "-i", "-X", self.method, self.url]
        for name, value in self.headers.items():
            kept = "Bearer $TOKEN" if name.lower() == "authorization" else value
            parts += ["-H", f"{name}: {kept}"]
        if self.sent is not None:
            parts += ["--data", self.sent if isinstance(self.sent, str) else json.dumps(self.sent)]
        return " ".join(f'"{each}"' if "$TOKEN" in each else shlex.quote(each) for each in parts)


@dataclass(frozen=True)
class Message:
    """A KCI as it came. `body`: its JSON, None where it cannot be read; lower-case headers, none from mailboxes."""

    number: int
    headers: Mapping[str, str]
    raw: bytes
    body: Any = field(repr=False, default=None)
    answered: int = 204

    def evidence(self) -> dict[str, Any]:
        """What a finding shows of it."""
        body = self.body if self.body is not None else self.raw.decode("utf-8", "replace")
        return {"message": {"headers": masked_headers(self.headers), "body": shown(body), "answered": self.answered}}


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as a report may show them."""
    return {name: MASK if name.lower() in _SECRET else value for name, value in headers.items()}


def masked(value: Any) -> Any:
    """A JSON value as a report may show it."""
    if isinstance(value, dict):
        return {name: MASK if name in _SECRET_MEMBERS else masked(each) for name, each in value.items()}
    return [masked(each) for each in value] if isinstance(value, list) else value


def shown(value: Any) -> Any:
    """The same, and no longer than a report can bear."""
    told = masked(value)
    text = told if isinstance(told, str) else json.dumps(told)
    return told if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
