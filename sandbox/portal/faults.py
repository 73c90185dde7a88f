"""Telling the wire what to do to a tenant's calls: rules set, shown and taken away."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid, not_found
from sandbox.domain.wirefaults import CALLBACK, SUPPLIER, TENANT, UPDATES, ended, rule_from
from sandbox.parts import Parts
from sandbox.spec.documents import load_document
from sandbox.store import faults
from sandbox.store.faults import KeptRule
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.faultplane import rule_name

MOST = 50  # rules of one owner

_DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    TENANT: ("tenant", "authentication"),
    SUPPLIER: ("supplier",),
    UPDATES: ("supplier-updates",),
    CALLBACK: ("tenant-updates",),
}
_NAME = re.compile(r"fault-([0-9]{1,12})")


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the operations around faults."""
    return {
        "setFault": partial(add, parts),
        "listFaults": partial(show, parts),
        "removeFaults": partial(remove_all, parts),
        "removeFault": partial(remove, parts),
    }


def add(parts: Parts, call: Call) -> Answer:
    """POST /faults: 201 with the rule and its name. 409 when the owner has as many as may be."""
    rule: dict[str, Any] = call.body
    made, match = rule_from(rule), rule.get("match", {})
    if made.call is not None:
        _check_call(made.leg, made.call)
    owner = call.caller.code

    def keep(tx: Tx) -> dict[str, Any]:
        if ended(made, 0, tx.now):
            raise invalid("/until: send a later moment: the world's time has passed it")
        if len(faults.of_owner(tx, owner, lock=True)) >= MOST:
            raise Problem(INVALID_REQUEST, (f"there are {MOST} rules already: remove some",), 409)
        return _shown(faults.add(tx, owner, {**rule, "match": {"leg": made.leg, **match}}), tx.now)

    return Answer(201, parts.write(call, keep))


def show(parts: Parts, call: Call) -> Answer:
    """GET /faults: the caller's rules, with how far each has come."""

    def look(tx: Tx) -> list[dict[str, Any]]:
        return [_shown(kept, tx.now) for kept in faults.of_owner(tx, call.caller.code)]

    return Answer(200, {"items": parts.store.read(call.caller.world, look)})


def remove_all(parts: Parts, call: Call) -> Answer:
    """DELETE /faults: the wire is sound again."""
    parts.write(call, lambda tx: faults.remove(tx, call.caller.code))
    return Answer(204)


def remove(parts: Parts, call: Call) -> Answer:
    """DELETE /faults/{id}."""
    found = _NAME.fullmatch(call.path["id"])
    number = int(found[1]) if found else 0
    if not parts.write(call, lambda tx: faults.remove(tx, call.caller.code, number)):
        raise not_found("you have no such rule: GET /_sandbox/faults lists yours")
    return Answer(204)


def _check_call(leg: str, wanted: str) -> None:
    """Refuse a call that does not come on this leg. A path may have its parameters in braces, or values for them."""
    known = list(_calls(leg))
    if not any(re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each)), wanted) for each in known):
        raise invalid(f"/match/call: no such call comes on the leg {leg}: they are {', '.join(known)}")


def _calls(leg: str) -> Iterable[str]:
    for name in _DOCUMENTS[leg]:
        for operation in load_document(name).operations.values():
            yield f"{operation.method} {operation.path}"


def _shown(kept: KeptRule, now: int) -> dict[str, Any]:
    spent = ended(rule_from(kept.rule), kept.done, now)
    return {"id": rule_name(kept.number), **kept.rule, "matched": kept.matched, "done": kept.done, "ended": spent}
