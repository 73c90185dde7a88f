"""Scenarios and suppliers that a tenant brings: judged as `sandbox lint` does it, kept beside the shipped ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid, not_found
from sandbox.parts import Parts
from sandbox.shipped import folder
from sandbox.spec.library import Library
from sandbox.store import accounts, own_files, partners
from sandbox.store.own_files import OwnRow
from sandbox.store.store import Unavailable
from sandbox.wire.calls import Answer, Call, Handler

MOST = 50  # files of one tenant
SCENARIO, SUPPLIER = "scenario", "supplier"
_TRIES = 5

_Rows = Sequence[OwnRow]


@dataclass(frozen=True)
class _Named:
    """A file by what its operation says of it."""

    kind: str
    name: str

    @property
    def file(self) -> str:
        return f"{self.name}.yaml"


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the files' operations, but for those that are about partners' own suppliers too."""
    return {
        "showScenario": partial(show, parts, SCENARIO),
        "putScenario": partial(put, parts, SCENARIO),
        "removeScenario": partial(remove, parts, SCENARIO),
        "putSupplier": partial(put, parts, SUPPLIER),
    }


def show(parts: Parts, kind: str, call: Call) -> Answer:
    """GET: the file as the tenant sent it, or as it is shipped."""
    name = _name(call, kind)
    row = next((row for row in _rows(parts, call) if (row.kind, row.name, row.gone) == (kind, name, False)), None)
    if row is not None:
        return Answer(200, _entry(row))
    path = _path(parts, kind, name)
    if path is None:
        raise not_found(f"there is no {kind} {name}")
    known: Any = {SCENARIO: parts.library.scenarios, SUPPLIER: parts.library.suppliers}[kind]
    source = path.read_text(encoding="utf-8")
    return Answer(200, {"name": name, "kind": kind, "own": False, "title": known[name].title, "source": source})


def put(parts: Parts, kind: str, call: Call) -> Answer:
    """PUT: the file is kept, or refused with everything that is wrong with it, each with its line."""
    about = _Named(kind, _name(call, kind))
    _check_tenant(call)

    def judged(rows: _Rows) -> list[OwnRow]:
        return _judged(parts.library, rows, about, call)

    def keep(connection: Any, rows: list[OwnRow]) -> None:
        if kind == SUPPLIER:
            _check_code(connection, call, about.name)
            _sell(connection, call.caller.code, about.name, offered=True)
        for row in rows:
            own_files.put(connection, row)

    kept = _change(parts, call, judged, keep)
    return Answer(200, _entry(next(row for row in kept if row.name == about.name)))


def remove(parts: Parts, kind: str, call: Call) -> Answer:
    """DELETE: nothing new plays it; refused while another of the tenant's files needs it."""
    about = _Named(kind, _name(call, kind))
    _check_tenant(call)
    if _path(parts, kind, about.name) is not None:
        raise Problem(INVALID_REQUEST, (f"{about.name} is shipped with the sandbox and stays",), 409)

    def judged(rows: _Rows) -> list[OwnRow]:
        if not any((row.kind, row.name) == (kind, about.name) for row in rows):
            raise not_found(f"you have no {kind} {about.name}")
        _check_unneeded(parts.library, rows, about)
        return []

    def take(connection: Any, _rows: list[OwnRow]) -> None:
        own_files.take_away(connection, call.caller.code, kind, about.name)
        if kind == SUPPLIER:
            _sell(connection, call.caller.code, about.name, offered=False)

    _change(parts, call, judged, take)
    return Answer(204)


def _change(
    parts: Parts,
    call: Call,
    judge: Callable[[_Rows], list[OwnRow]],
    keep: Callable[[Any, list[OwnRow]], None],
) -> list[OwnRow]:
    """Judge what is there, and keep what comes of it unless that has changed meanwhile: judging takes its time, which
    nobody who writes should wait for.
    """
    tenant = call.caller.code
    for _ in range(_TRIES):
        before = _rows(parts, call)
        made = judge([row for row in before if not row.gone])

        def work(connection: Any, before: _Rows = before, made: list[OwnRow] = made) -> bool:
            accounts.find_tenant(connection, tenant, lock=True)
            if own_files.of_tenant(connection, tenant) != before:
                return False
            keep(connection, made)
            return True

        if parts.store.transact(work):
            return made
    raise Unavailable("others change the same tenant's files")


def _judged(library: Library, rows: _Rows, about: _Named, call: Call) -> list[OwnRow]:
    """The rows to keep: the new file's, and those of files that extend it. Raises INVALID_REQUEST."""
    # Imported late: what says what is wrong with a file takes longer to load than all that is served without it.
    from sandbox.spec import own
    from sandbox.spec.yamlfile import UnreadableFileError

    source: bytes = call.body.encode()
    others = [row for row in rows if (row.kind, row.name) != (about.kind, about.name)]
    if len(others) >= MOST:
        raise invalid(f"you have {MOST} files, and no more are kept: take one away first")
    try:
        sent = own.file_from(about.kind, about.name, source)
    except UnreadableFileError as wrong:
        raise invalid(f"{about.file}:{wrong.line}: {wrong.message}") from None
    files = [*(own.file_from(row.kind, row.name, row.source) for row in others), sent]
    if found := own.findings(library, files, sent):
        raise invalid(*(f"{about.file}:{line}: {reason}" for line, reason in found))
    for each in files:
        if broken := own.findings(library, files, each):
            line, reason = broken[0]
            raise invalid(f"{about.file}: it would break your {each.name}.yaml:{line}: {reason}")
    sources = {(row.kind, row.name): row.source for row in others} | {(about.kind, about.name): source}
    tenant, world = call.caller.code, call.caller.world
    return [
        OwnRow(tenant, each.kind, each.name, world, sources[each.kind, each.name], own.whole(library, files, each))
        for each in files
    ]


def _check_unneeded(library: Library, rows: _Rows, about: _Named) -> None:
    from sandbox.spec import own

    left = [row for row in rows if (row.kind, row.name) != (about.kind, about.name)]
    files = [own.file_from(row.kind, row.name, row.source) for row in left]
    wrong = [f"{each.name}.yaml:{line}: {text}" for each in files for line, text in own.findings(library, files, each)]
    if wrong:
        raise Problem(INVALID_REQUEST, tuple(wrong), 409)


def _check_code(connection: Any, call: Call, code: str) -> None:
    """A code is one supplier's in a world: a partner's own, or one that another tenant brought, is in the way."""
    world = call.caller.world
    there = own_files.in_world(connection, world, SUPPLIER, code)
    if partners.find(connection, world, code) is not None or (there is not None and there.tenant != call.caller.code):
        raise invalid(f"{code}.yaml:1: /code: there is already a supplier {code} in your world: take another code")


def _sell(connection: Any, tenant: str, code: str, *, offered: bool) -> None:
    found = accounts.find_tenant(connection, tenant)
    others = [each for each in (found.suppliers if found else ()) if each != code]
    accounts.set_suppliers(connection, tenant, [*others, code] if offered else others)


def _check_tenant(call: Call) -> None:
    if call.caller.kind != "tenant":
        raise Problem(INVALID_REQUEST, ("only a tenant brings files of its own",), 403)


def _name(call: Call, kind: str) -> str:
    return call.path["name" if kind == SCENARIO else "code"]


def _rows(parts: Parts, call: Call) -> list[OwnRow]:
    return parts.store.query(lambda connection: own_files.of_tenant(connection, call.caller.code))


def _path(parts: Parts, kind: str, name: str) -> Path | None:
    """The file of this name, of those that are for everybody."""
    if name not in parts.library.sources[kind]:
        return None
    shipped = {SCENARIO: folder("scenarios"), SUPPLIER: folder("fixtures") / "suppliers"}[kind]
    own = {SCENARIO: parts.settings.scenarios, SUPPLIER: parts.settings.suppliers}[kind]
    path = shipped / f"{name}.yaml"
    return path if path.is_file() else Path(own) / f"{name}.yaml"


def _entry(row: OwnRow) -> dict[str, Any]:
    source = row.source.decode()
    return {"name": row.name, "kind": row.kind, "own": True, "title": row.whole["title"], "source": source}
