"""A tenant's whole conversation in one piece, with all that is needed to play it again. No secret is in it."""

from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.entities import Ref
from sandbox.parts import Parts
from sandbox.shipped import folder
from sandbox.store import accounts, beginnings, kcis, own_files, recordings, terms, timeline
from sandbox.store.beginnings import Beginning
from sandbox.store.documents import unpack
from sandbox.store.kcis import Kci
from sandbox.store.own_files import OwnRow
from sandbox.store.recordings import Exchange, Step
from sandbox.store.store import FORGOTTEN, Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.hearing import as_said

FORMAT = 1
_WORLD = ("name", "seed", "epoch", "gap")
PAGE = 500  # KCIs that are read at a time

# What of the settings decides what is answered.
_SETTINGS = ("reset", "world_start", "patience", "run_limit", "inbox_waiters", "real_data", "body_limit")


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handler of the operation that exports a recording."""
    return {"getRecording": partial(export, parts)}


def export(parts: Parts, call: Call) -> Answer:
    """GET /recording: the caller's conversation in its world's present epoch, and that of before a snapshot in it."""
    recorder, owner, world = parts.recorder, call.caller.code, call.caller.world
    recorder.flush()
    body = parts.store.read(world, partial(_conversation, parts, owner=owner))
    body["complete"] = body["complete"] and not recorder.full(world, body["world"]["epoch"], owner)
    return Answer(200, body, {"Content-Disposition": f'attachment; filename="{owner}.recording.json"'})


def _conversation(parts: Parts, tx: Tx, *, owner: str) -> dict[str, Any]:
    tenant = accounts.find_tenant(tx.connection, owner)
    world, began = tx.world, beginnings.of(tx.connection, tx.world)
    steps = recordings.steps_of(tx, owner)
    told, whole = _kcis(tx, owner, parts.recorder.most)
    return {
        "format": FORMAT,
        "made": to_text(tx.real),
        "versions": versions(),
        "settings": {name: getattr(parts.settings, name) for name in _SETTINGS},
        "world": {**{name: getattr(world, name) for name in _WORLD}, "demo": _is_demo(tx), "now": to_text(tx.now)},
        "tenant": {
            "code": owner,
            "suppliers": [] if tenant is None else list(tenant.suppliers),
            "callback": None if tenant is None else tenant.callback_url,
        },
        "files": [_file(each) for each in own_files.of_tenant(tx.connection, owner)],
        "beginnings": [_beginning(each, owner) for each in began],
        "exchanges": [_exchange(each) for each in recordings.exchanges_of(tx, owner)],
        "played": [_step(each) for each in steps],
        "kcis": told,
        "complete": whole and len(steps) < recordings.MOST_PLAYED and not _forgotten(tx, owner, began),
    }


def _forgotten(tx: Tx, owner: str, began: list[Beginning]) -> bool:
    """Whether something of the conversation was removed since the epoch began, for it had been kept long enough."""
    before = began[0].counters.get(owner, {}).get(FORGOTTEN, 0)
    return accounts.last_number(tx.connection, tx.world.name, owner, FORGOTTEN) > before


def versions() -> dict[str, str]:
    """What the answers of this sandbox rest on, beside what is asked: the program, its data, holidays, time zones."""
    data = {name: _digest(folder(name)) for name in ("scenarios", "fixtures", "contracts")}
    return {"sandbox": version("fibre-sandbox"), **data, **{each: version(each) for each in ("holidays", "tzdata")}}


def _digest(where: Path) -> str:
    """The same for the same YAML files, wherever they lie."""
    made = sha256()
    for path in sorted(where.rglob("*.yaml")):
        made.update(path.relative_to(where).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()[:16]


def _is_demo(tx: Tx) -> bool:
    agreed = terms.of_world(tx.connection, tx.world.name)
    return agreed is None or agreed.partner is None


def _file(row: OwnRow) -> dict[str, Any]:
    return {"kind": row.kind, "name": row.name, "gone": row.gone, "source": row.source.decode()}


def _beginning(began: Beginning, owner: str) -> dict[str, Any]:
    """Numbers of other tenants of the world are nobody's business."""
    numbers = {whose: dict(kinds) for whose, kinds in began.counters.items() if whose in ("", owner)}
    return {**vars(began), "at": to_text(began.at), "real": to_text(began.real), "counters": numbers}


def _exchange(kept: Exchange) -> dict[str, Any]:
    at = {} if kept.at is None else {"at": to_text(kept.at)}
    came = {"epoch": kept.began, "came": to_text(kept.came), **at, "played": kept.played, "told": kept.told}
    return {**came, **unpack(kept.exchange), "answer": as_said(kept.answer)}


def _step(step: Step) -> dict[str, Any]:
    return {**vars(step), "real": to_text(step.real), "now": to_text(step.now)}


def _kcis(tx: Tx, owner: str, most: int) -> tuple[list[dict[str, Any]], bool]:
    """(what was handed over to the owner, whether that is all of it), as far as there is room."""
    found: list[tuple[str, Kci]] = []
    size, cursor = 0, 0
    while size < most and (page := kcis.read_inbox(tx, owner, cursor, PAGE)):
        found += [(str(number), kci) for number, _, kci in page]
        cursor = page[-1][0]
        size += sum(len(kci.body) for _, _, kci in page)
    attempts = _attempts(tx, owner, {kci.about for _, kci in found})
    return [_told(number, kci, attempts.get(kci.id, [])) for number, kci in found], size < most


def _told(cursor: str, kci: Kci, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    about = {"cursor": cursor, "about": kci.entity, "conversation": kci.conversation}
    return {**about, "kci": unpack(kci.body), "attempts": attempts}


def _attempts(tx: Tx, owner: str, things: set[Ref]) -> dict[str, list[dict[str, Any]]]:
    """What each push of a KCI was answered with, by the KCI's id, in order."""
    made: dict[str, list[dict[str, Any]]] = {}
    for ref in sorted(things):
        for at, kind, detail in timeline.of_entity(tx, owner, ref):
            if kind == "attempt":
                said: dict[str, Any] = {name: detail[name] for name in ("httpStatus", "error") if name in detail}
                made.setdefault(detail["id"], []).append({"at": to_text(at), **said})
    return made
