"""The suites as a running sandbox offers them to its partners: it vouches for what comes of a run, if it has a name.

What the suites need is loaded when it is needed: a sandbox starts without it.
"""

import importlib.util
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.conformance.report import SELF_RUN, Report, report_of
from sandbox.conformance.runner import Guard, Told, run
from sandbox.conformance.verdicts import NOT_TESTED
from sandbox.spec.requirements import Catalogue, load_catalogue

REQUIREMENTS = "/docs/requirements"  # where a sandbox shows the catalogue
NEEDED = ("httpx", "pytest", "schemathesis")


@dataclass(frozen=True)
class Hosted:
    """`issuer` is what the sandbox calls itself, "" for one that vouches for nothing; `public` is the raw public key
    for what `sign` signs; `guard` opens the connections.
    """

    issuer: str
    public: bytes
    sign: Callable[[bytes], bytes]
    guard: Guard

    def missing(self) -> list[str]:
        """What is not installed and has to be."""
        return [name for name in NEEDED if importlib.util.find_spec(name) is None]

    def catalogue(self) -> Catalogue:
        """All requirements."""
        return load_catalogue()

    def run(
        self,
        profile: Mapping[str, Any],
        only: frozenset[str],
        seed: int,
        limit: int,
        told: Told,
        stop: threading.Event,
    ) -> Report:
        """Examine a target, for at most so many seconds."""
        report = run(profile, seed=seed, only=only, limit=limit, told=told, guard=self.guard, stop=stop)
        return report | {"standing": self.issuer or SELF_RUN}

    def unasked(
        self, profile: Mapping[str, Any], only: frozenset[str], seed: int, limit: int, started: str, cause: str
    ) -> Report:
        """The report of a run that did not begin."""
        target = {"suite": profile["suite"], "name": profile["name"], "url": profile["url"]}
        taken = {"id": "", "started": started, "seconds": 0, "limit": limit, "seed": seed}
        return report_of([], load_catalogue(), target, taken, only, cause)

    def certify(self, report: Report, issued: str) -> dict[str, Any] | None:
        """The certificate of a report; None for a run that came to no verdict, or where nobody vouches for it."""
        from sandbox.conformance.certificate import certify, public_key

        if not self.issuer or report["result"] == NOT_TESTED:
            return None
        return certify(report, self.issuer, issued, public_key(self.public), self.sign)

    def keys(self) -> list[dict[str, Any]]:
        """What its certificates are verified with."""
        from sandbox.conformance.certificate import public_key

        return [public_key(self.public)] if self.issuer else []

    def page(self, report: Report) -> str:
        """A report as HTML."""
        from sandbox.conformance.page import page

        root = self.issuer.rstrip("/") if self.issuer.startswith("https://") else ""
        return page(report, root + REQUIREMENTS)

    def violations(self, kci: Any) -> list[tuple[str, Any]]:
        """(requirement, what is wrong: `pointer` and `message`) of everything that one KCI breaks."""
        from sandbox.conformance.told import violations

        return list(violations(kci))
