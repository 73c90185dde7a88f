"""Contract tests by the control API: one message, a whole suite in the background, and what came of it."""

from functools import partial
from importlib.metadata import version
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import GATEWAY_FAULT, INVALID_REQUEST, Problem, invalid, not_found
from sandbox.parts import Parts
from sandbox.portal.examiner import Examiner, Suites, Wanted, check_profile
from sandbox.spec.requirements import profile_violations
from sandbox.store import examinations
from sandbox.store.examinations import Examination
from sandbox.wire.calls import Answer, Call, Handler

LIMIT = 300  # seconds, where no other is asked for
SEED = 1
LARGEST = 65_536  # bytes of a message that is checked
PAGE = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",  # it quotes what others have answered
}
NO_REPORT = "there is no report yet: the run is under way"


def handlers(parts: Parts, examiner: Examiner) -> dict[str, Handler]:
    """The handlers of the contract tests' operations."""
    return {
        "checkMessage": partial(check, examiner.suites),
        "startConformance": partial(start, parts, examiner),
        "listConformance": partial(show_all, parts),
        "showConformance": partial(show, parts),
        "showConformancePage": partial(show_page, parts, examiner.suites),
        "listConformanceKeys": lambda _call: Answer(200, {"keys": examiner.suites.keys()}),
    }


def check(suites: Suites, call: Call) -> Answer:
    """POST /check: whether a supplier's KCI keeps to the interface, and which clause says so if not."""
    if len(call.raw) > LARGEST:
        raise invalid(f"/kci: a message of more than {LARGEST} bytes is none that a gateway would take")
    known = suites.catalogue().requirements
    findings = [
        {
            "requirement": name,
            "sentence": known[name].sentence,
            "clause": known[name].clause,
            "severity": known[name].severity,
            "pointer": wrong.pointer,
            "message": wrong.message,
        }
        for name, wrong in suites.violations(call.body["kci"])
    ]
    return Answer(200, {"conforms": not findings, "catalogue": suites.catalogue().version, "findings": findings})


def start(parts: Parts, examiner: Examiner, call: Call) -> Answer:
    """POST /conformance: 202, and the run begins."""
    body = call.body
    if missing := examiner.suites.missing():
        told = f"the suites are not installed here: it takes fibre-sandbox[contracts] ({', '.join(missing)})"
        raise Problem(GATEWAY_FAULT, (told,), 503)
    profile: dict[str, Any] = body["profile"]
    if wrong := profile_violations(profile):
        raise invalid(*(f"/profile{each.place}: {each.message}" for each in wrong))
    check_profile(profile, local=parts.settings.local_mode)
    only = frozenset(body.get("only", ()))
    if unknown := sorted(only - set(examiner.suites.catalogue().of(profile["suite"]))):
        raise invalid(f"/only: no requirement of this suite: {', '.join(unknown)}")
    wanted = Wanted(profile, only, body.get("seed", SEED), body.get("limit", LIMIT))
    made = examiner.begin(call.caller.code, call.caller.world, wanted)
    return Answer(202, _entry(parts, made), {"Location": f"/_sandbox/conformance/{made.id}"})


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /conformance: the caller's runs, newest first, without their reports."""
    found = parts.store.query(lambda connection: examinations.of_tenant(connection, call.caller.code))
    return Answer(200, {"items": [_entry(parts, each) for each in found]})


def show(parts: Parts, call: Call) -> Answer:
    """GET /conformance/{id}: how far it is; once it has ended the report, and the certificate if there is one."""
    found = _found(parts, call)
    more = {"report": found.report, "certificate": found.certificate}
    return Answer(200, _entry(parts, found) | {name: value for name, value in more.items() if value is not None})


def show_page(parts: Parts, suites: Suites, call: Call) -> Answer:
    """GET /conformance/{id}/page: the report as HTML."""
    found = _found(parts, call)
    if found.report is None:
        raise Problem(INVALID_REQUEST, (NO_REPORT,), 409)
    return Answer(200, suites.page(dict(found.report)), PAGE)


def _found(parts: Parts, call: Call) -> Examination:
    name = call.path["id"]
    found = parts.store.query(lambda connection: examinations.find(connection, call.caller.code, name))
    if found is None:
        raise not_found(f"you have no run {name}")
    return found


def _entry(parts: Parts, made: Examination) -> dict[str, Any]:
    target = {"suite": made.suite, "name": made.name, "url": made.url}
    shown = {"id": made.id, "target": target, "startedAt": to_text(made.started_at), "suites": version("fibre-sandbox")}
    if made.report is not None and made.ended_at is not None:
        ended = {"state": "ended", "endedAt": to_text(made.ended_at), "result": made.report["result"]}
        return shown | ended | {"summary": made.report["summary"]}
    if made.under_way(parts.clock.now()):
        return shown | {"state": "running", "progress": dict(made.progress)}
    return shown | {"state": "broken off"}
