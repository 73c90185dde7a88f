"""A suite, and the system under test, in one process: no network, no waiting."""

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.conformance import plugin
from sandbox.conformance.inbox import Inbox
from sandbox.conformance.profile import Profile, Trigger
from sandbox.conformance.setup import Setup, suite_folder
from sandbox.conformance.verdicts import merged

WSGI = Callable[..., Iterable[bytes]]


@dataclass
class Outcome:
    """What came of a run: verdicts by requirement, as a report has them, and all events."""

    verdicts: dict[str, dict[str, Any]]
    events: list[Mapping[str, Any]] = field(repr=False, default_factory=list)

    def named(self, *outcomes: str) -> list[str]:
        """The requirements with one of these outcomes."""
        return sorted(name for name, each in self.verdicts.items() if each["outcome"] in outcomes)


def examine(setup: Setup) -> Outcome:
    """Run a suite in this process."""
    events: list[Mapping[str, Any]] = []
    setup.tell = events.append
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        plugin.run(setup, suite_folder(setup.profile.suite))
    said = defaultdict(list)
    for each in events:
        if each["event"] == "verdict":
            said[each["requirement"]].append(each)
    return Outcome({name: merged(each) for name, each in said.items()}, events)


def in_process(app: WSGI) -> Callable[[], httpx.Client]:
    """What connects to an application of this process."""
    return lambda: httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://target.example")


def posting(inbox: Inbox, token: str | None = None) -> Callable[[dict[str, str], bytes], int]:
    """What posts a KCI to an inbox of this process, signed in as its client."""
    client = httpx.Client(transport=httpx.WSGITransport(app=inbox), base_url="http://inbox.example")
    kept: dict[str, str] = {} if token is None else {"token": token}

    def post(headers: dict[str, str], raw: bytes) -> int:
        if "token" not in kept:
            form = {"grant_type": "client_credentials", "client_id": inbox.client_id}
            form |= {"client_secret": inbox.client_secret}
            kept["token"] = client.post("/v1/auth/supplier/access-token", data=form).json()["access_token"]
        sent = {"Authorization": f"Bearer {kept['token']}", **headers}
        return client.post("/v1/kcis", headers={k: v for k, v in sent.items() if v}, content=raw).status_code

    return post


def situations(header: str, **outcomes: str) -> dict[str, Trigger]:
    """Situations that a header brings about."""
    return {name.replace("_", "-"): Trigger({header: value} if value else {}) for name, value in outcomes.items()}


OUTCOMES = {
    "successful": "well", "in_progress": "committed", "delayed": "delayed", "warned": "warned", "pending": "question",
    "reappoint": "missed", "reappointed": "moved", "cancelled": "given-up", "rejected": "rejected",
    "acknowledged_at_once": "at-once", "committed_at_once": "at-once-committed", "amendment_accepted": "well",
    "amendment_rejected": "refuse", "cancellation_accepted": "well", "cancellation_rejected": "refuse",
    "modify": "well", "cease": "well", "takeover": "well", "transfer": "well", "start": "well", "test_green": "well",
    "test_red": "red", "problem_open": "well", "problem_resolved": "resolved",
}  # fmt: skip
EVERYTHING = frozenset(
    ("APPOINTMENTS", "ORDERS", "AMENDMENTS", "CANCELLATIONS", "MODIFY", "CEASE", "ETHERNET", "TESTS", "PROBLEMS")
)


def supplier_profile(**more: Any) -> Profile:
    """The profile of the supplier of `tests.foreign`."""
    served = tuple({"id": f"9999000000{number:02}", "type": "UPRN"} for number in range(1, 40))
    return Profile(**{
        "suite": "supplier",
        "name": "Somebody else's supplier",
        "url": "http://target.example",
        "auth": {"kind": "bearer", "token": "known-to-both"},
        "offers": EVERYTHING,
        "addresses": served,
        "unserved": {"id": "999900000099", "type": "UPRN"},
        "situations": situations("X-Outcome", **OUTCOMES),
        "patience": 0.01,
        "quiet": 0.001,
        "answer": 1,
        "examples": 0,
        **more,
    })  # fmt: skip
