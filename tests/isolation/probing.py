"""Requests that try every place of an operation with what is somebody else's, made from the documents alone."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from sandbox.spec.documents import Parameter
from tests.contracts.reading import resolved
from tests.support.sandboxes import Json
from tests.wire.asking import Asked, sound

TENANTS = ("tenant", "Tenant")  # how a place is called that names whose something is
NAMING = re.compile(
    r"id|ref|code|name|after|world|supplier|tenant|value|number|snapshot|scenario|address", re.IGNORECASE
)


@dataclass(frozen=True)
class Probe:
    """One request, the place in it that was filled, and with what: None for a request as the document shows it."""

    asked: Asked
    place: str
    tried: str | int | None


def probes(name: str, operation: str, ids: list[str | int], own: str, other: str, *, whole: bool) -> Iterator[Probe]:
    """Each example of the operation's body with each id in each of its places, in turn; then once more with the
    `other` tenant's code wherever a tenant is named. `own` is the caller's code.

    Unless `whole`, only places that by their name say what is meant, not how long it takes or what it looks like.
    """
    for asked in _examples(sound(name, operation), own):
        for base in {json.dumps(each.body, default=str): each for each in (asked, _naming(asked, other))}.values():
            yield Probe(base, "", None)
            for place, filled in _filled(base, ids):
                if whole or NAMING.search(place[0].rpartition("/")[2] or place[0]):
                    yield Probe(filled, *place)


def _examples(asked: Asked, own: str) -> Iterator[Asked]:
    """The operation's examples as requests. The caller steers its own tenant: what follows in a path is tried too."""
    if asked.document.name == "control" and asked.operation.path.startswith("/tenants/{code}/"):
        asked = replace(asked, path=asked.path.replace("/tenants/TENANT1", f"/tenants/{own}"))
    item = asked.document.data["paths"][asked.operation.path][asked.operation.method.lower()]
    content = item.get("requestBody", {}).get("content", {})
    examples = [each for media in content.values() for each in media.get("examples", {}).values()]
    if not examples:
        yield asked
    for each in examples:
        value = resolved(dict(asked.document.data), each)["value"]
        yield replace(asked, body=deepcopy(value))


def _naming(asked: Asked, tenant: str) -> Asked:
    """The same, with this tenant wherever one is named."""

    def named(value: Json) -> Json:
        if isinstance(value, list):
            return [named(item) for item in value]
        if not isinstance(value, dict):
            return value
        names = {key for key, item in value.items() if key in TENANTS and isinstance(item, str)}
        return {key: tenant if key in names else named(item) for key, item in value.items()}

    headers = {key: tenant if key in TENANTS else value for key, value in asked.headers.items()}
    return replace(asked, body=named(asked.body), headers=headers)


def _filled(asked: Asked, ids: list[str | int]) -> Iterator[tuple[tuple[str, str | int], Asked]]:
    """((place, id), request) for each place that an id fits into by its type."""
    for tried in ids:
        for number in range(asked.operation.path.count("{")):
            yield (f"path name {number}", tried), _with_path(asked, number, tried)
        for parameter in asked.operation.parameters:
            if parameter.place in ("query", "header"):
                yield (f"{parameter.place} {parameter.name}", tried), _with_parameter(asked, parameter, tried)
        for place in _places(asked.body, type(tried)):
            yield ("/" + "/".join(map(str, place)), tried), replace(asked, body=_put(asked.body, place, tried))


def _with_path(asked: Asked, number: int, tried: str | int) -> Asked:
    template = asked.operation.path.split("/")
    steps = asked.path.split("/")
    first = len(steps) - len(template)
    holes = [place for place, step in enumerate(template) if step.startswith("{")]
    steps[first + holes[number]] = str(tried).replace("/", "%2F")
    return replace(asked, path="/".join(steps))


def _with_parameter(asked: Asked, parameter: Parameter, tried: str | int) -> Asked:
    text = json.dumps({"id": tried, "type": "UPRN"}) if parameter.is_json else str(tried)
    target: Mapping[str, Any] = asked.query if parameter.place == "query" else asked.headers
    filled = {**target, parameter.name: text}
    return replace(asked, query=filled) if parameter.place == "query" else replace(asked, headers=filled)


def _places(value: Json, kind: type, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a JSON value something of this type stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, kind, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, kind, (*path, index))
    elif type(value) is kind and path:  # a text that is a whole file names what is in it to nobody else
        yield path


def _put(value: Json, path: tuple[str | int, ...], tried: str | int) -> Json:
    copied = deepcopy(value)
    target = copied
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = tried
    return copied
