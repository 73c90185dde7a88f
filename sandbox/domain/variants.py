"""How the words of a KCI differ when a kind of disorder has been at it: from one body to another, by kind and leg."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta, timezone
from typing import Any

from sandbox.domain import slots
from sandbox.domain.durations import to_ms
from sandbox.domain.handing import SUPPLIER, TENANT
from sandbox.domain.ids import make_id
from sandbox.domain.kci import CONTENT
from sandbox.domain.mapping import PROPERTIES

Body = dict[str, Any]

UNKNOWN_TYPE = "SOMETHING_ELSE"
AWKWARD = (
    'Cafe\u0301, Straße, O\'Brien, "quoted", `ticked`, back\\slash, Ll\u0177n a Chwm-y-glo & Söhne,\nnext line; '
    "naïve façade, Ærø, Łódź, ﬁ; "
)

_LONGEST_TEXT = 1_000  # characters of a text in a KCI (FreeText in the documents)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")
_FAR = timezone(timedelta(hours=5, minutes=30))


def varied(body: Mapping[str, Any], marks: Iterable[str], leg: str) -> Body:
    """The KCI as the marks leave it, in the words of whoever gets it on this leg."""
    made = dict(body)
    for mark in marks:
        change = _VARIANTS[leg].get(mark)
        made = made if change is None else change(made)
    return made


def _thing(body: Body) -> str:
    """The member that holds what the KCI is about."""
    return "entity" if "entity" in body else next(name for name in PROPERTIES if name in body)


def _with_status(body: Body, status: str) -> Body:
    name = _thing(body)
    return {**body, name: {**body[name], "status": status}}


def _informed(body: Body, kind: str, **more: Any) -> Body:
    """A KCI of this type; the supplier's member for it is the reason code."""
    if "reasonCode" in body:
        return {**body, "reasonCode": kind, **more}
    rest = {name: value for name, value in body.items() if name not in CONTENT.values()}
    return {**rest, "updateType": "INFORMATIONAL", "information": {"type": kind, **more}}


def _renamed(body: Body, why: str, number: int) -> Body:
    return {**body, "id": make_id("variant", 0, why, body["id"]), "sequenceNumber": number}


def _other_body(body: Body) -> Body:
    return _with_status(_informed(body, "DELAY", **_problem(body)), "HELD")


def _problem(body: Body) -> dict[str, str]:
    return {"problemCode" if "reasonCode" in body else "code": "UNKNOWN_FAULT"}


def _number_higher(body: Body) -> Body:
    return {**body, "sequenceNumber": body["sequenceNumber"] + 1}


def _stale(body: Body) -> Body:
    return _with_status(_informed(_renamed(body, "stale", max(1, body["sequenceNumber"] - 1)), "UPDATE"), "IN_PROGRESS")


def _forged(body: Body) -> Body:
    named = _renamed(body, "forged", body["sequenceNumber"] + 1)
    return _with_status(_informed(named, "CANCELLED", **_problem(body)), "CANCELLED")


def _unheard_of(body: Body) -> Body:
    if "reasonCode" in body:
        return {**_renamed(body, "unknown reason", body["sequenceNumber"]), "reasonCode": UNKNOWN_TYPE}
    member = next(name for name in CONTENT.values() if name in body)
    return {**body, member: {**body[member], "type": UNKNOWN_TYPE}}


def _without_zone(body: Body) -> Body:
    made: Body = _times(body, lambda text: slots.local(to_ms(text)).strftime("%Y-%m-%dT%H:%M:%S"))
    return made


def _elsewhere(body: Body) -> Body:
    made: Body = _times(body, lambda text: slots.local(to_ms(text)).astimezone(_FAR).isoformat(timespec="milliseconds"))
    return made


def _times(value: Any, write: Callable[[str], str]) -> Any:
    """The value with every moment in it written otherwise."""
    if isinstance(value, dict):
        return {name: _times(item, write) for name, item in value.items()}
    if isinstance(value, list):
        return [_times(item, write) for item in value]
    return write(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else value


def _with_text(body: Body, text: str) -> Body:
    if "reasonCode" in body:
        return {**body, "text": text}
    member = next(name for name in CONTENT.values() if name in body)
    return body if member == "error" else {**body, member: {**body[member], "text": text, "supplierCode": text[:50]}}


def _awkward(body: Body) -> Body:
    text = (AWKWARD * (_LONGEST_TEXT // len(AWKWARD) + 1))[:_LONGEST_TEXT]
    return _with_text(body, text)


def _without_status(body: Body) -> Body:
    name = _thing(body)
    return {**body, name: {member: value for member, value in body[name].items() if member != "status"}}


def _with_more(body: Body) -> Body:
    name = _thing(body)
    more = {"notDocumentedYet": {"since": "the next version", "list": [1, None, True]}}
    return {**body, **more, name: {**body[name], **more}}


def _as_supplier(change: Callable[[Body], Body], why: str) -> Callable[[Body], Body]:
    """The same of a supplier, which then says it as it should, under another id."""
    return lambda body: change(_renamed(body, why, body["sequenceNumber"]))


_VARIANTS: Mapping[str, Mapping[str, Callable[[Body], Body]]] = {
    TENANT: {
        "same_id_new_body": _other_body,
        "sequence_gap": _number_higher,
        "stale_after_terminal": _stale,
        "wrong_signature": _forged,
        "old_timestamp": _forged,
        "unknown_reason": _unheard_of,
        "local_time": _without_zone,
        "other_offset": _elsewhere,
        "empty_strings": lambda body: _with_text(body, ""),
        "missing_field": _without_status,
        "unknown_members": _with_more,
        "awkward_text": _awkward,
        "illegal_status": lambda body: _with_status(body, "COMPLETED"),
    },
    SUPPLIER: {
        "same_id_new_body": _other_body,
        "sequence_gap": _number_higher,
        "stale_after_terminal": _stale,
        "wrong_signature": _forged,
        "old_timestamp": _forged,
        "unknown_reason": _unheard_of,
        "local_time": _as_supplier(_without_zone, "local time"),
        "empty_strings": _as_supplier(lambda body: _with_text(body, ""), "empty strings"),
        "missing_field": _as_supplier(_without_status, "missing field"),
        "unknown_members": _with_more,
        "illegal_status": _as_supplier(lambda body: _with_status(body, "COMPLETED"), "illegal status"),
    },
}
