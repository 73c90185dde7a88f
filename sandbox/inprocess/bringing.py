"""What a recorded tenant had when its recording begins: scenarios and suppliers of its own, and a callback.

A recording has its files as they were at its end; what the conversation itself brings or takes away comes by its calls.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.spec import own
from sandbox.spec.library import Library
from sandbox.store.own_files import OwnRow

_PUT = {"putScenario": own.SCENARIO, "putSupplier": own.SUPPLIER}
_REMOVED = {"removeScenario": own.SCENARIO, "removeSupplier": own.SUPPLIER}
ANYWHERE = "http://callback.test/kcis"

Recording = Mapping[str, Any]


def files_at_first(library: Library, recording: Recording) -> list[OwnRow]:
    """The files to begin with. Of one that the conversation brought, or brought anew, nothing of before is known."""
    about, first = (recording["tenant"]["code"], recording["world"]["name"]), _first_changes(recording)
    sent = [own.file_from(each["kind"], each["name"], each["source"].encode()) for each in recording["files"]]
    rows = []
    for each, file in zip(recording["files"], sent, strict=True):
        change = first.get((file.kind, file.name))
        if change not in _PUT:
            value, gone = own.whole(library, sent, file), each["gone"] and change is None
            rows.append(OwnRow(about[0], file.kind, file.name, about[1], each["source"].encode(), value, gone))
    return rows


def suppliers_at_first(recording: Recording) -> tuple[str, ...]:
    """Whom the tenant ordered from when its recording begins."""
    changes = {name: change for (kind, name), change in _first_changes(recording).items() if kind == own.SUPPLIER}
    kept = [code for code in recording["tenant"]["suppliers"] if changes.get(code) not in _PUT]
    known = {each["name"] for each in recording["files"] if each["kind"] == own.SUPPLIER}
    back = [code for code, change in changes.items() if change in _REMOVED and code in known and code not in kept]
    return (*kept, *back)


def callback_at_first(recording: Recording) -> str | None:
    """Where KCIs were pushed to when the recording begins: before the first call that changes it, somewhere or not."""
    known: str | None = recording["tenant"]["callback"]
    change = next((each for each in recording["exchanges"] if each["operation"] == "setCallback"), None)
    if change is None:
        return known
    pushed = any(
        step["lane"].startswith("push ") and step["number"] <= change["played"] for step in recording["played"]
    )
    return ANYWHERE if pushed else None


def _first_changes(recording: Recording) -> dict[tuple[str, str], str]:
    """Which operation first brought each file or took it away, by (kind, name)."""
    first: dict[tuple[str, str], str] = {}
    kinds = _PUT | _REMOVED
    for exchange in recording["exchanges"]:
        if exchange["operation"] in kinds and exchange["status"] < 300:
            name = exchange["path"].rpartition("/")[2]
            first.setdefault((kinds[exchange["operation"]], name), exchange["operation"])
    return first
