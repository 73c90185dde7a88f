"""A scenario or a supplier that extends another: the other's file, with what this one says instead."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.flaws import Flaw

EXTENDS, ADAPT = "extends", "adapt"
# What a scenario or a supplier never takes over from the one that it extends.
_OWN = ("name", "code", "title", "description", "default")

Value = Mapping[str, Any]
Find = Callable[[str], Value | None]  # the value of another file of the kind, by its name; None where there is none


@dataclass(frozen=True)
class Composed:
    """A file's value once nothing is left to extend, and the flaws for which that could not be made.

    `said` tells of places in the value where in the file they are said: JSON pointers, of which the longest counts;
    what it does not know of was taken over. None: the file extends nothing.
    """

    value: Value
    said: Mapping[str, str] | None = None
    flaws: tuple[Flaw, ...] = ()

    def place(self, place: str) -> str:
        """Where in the file that is said which stands at this place of the value."""
        if self.said is None:
            return place
        steps = place.split("/")
        for length in range(len(steps), 1, -1):
            known = "/".join(steps[:length])
            if known in self.said:
                return self.said[known] + place.removeprefix(known)
        return f"/{EXTENDS}"


def compose(value: Value, find: Find, below: tuple[str, ...] = ()) -> Composed:
    """The whole scenario or supplier of a file whose value has passed its schema. `below` are those that extend it in
    turn.
    """
    if EXTENDS not in value:
        return Composed(value)
    wanted, way = value[EXTENDS], tuple(dict.fromkeys((*below, value.get("name", value.get("code")))))
    if wanted in way:
        return _broken(value, f"{wanted} would extend itself, by way of {' and '.join(way)}")
    base = find(wanted)
    if base is None:
        return _broken(value, f"there is no {wanted} that can be extended")
    whole = compose(base, find, (*way, wanted))  # whatever it calls itself, it is known by the name it is found by
    if whole.flaws:
        return _broken(value, f"{wanted} cannot be extended: {whole.flaws[0].message}")
    return _joined(value, whole.value)


def _broken(value: Value, message: str) -> Composed:
    return Composed(value, None, (Flaw(f"/{EXTENDS}", message),))


def _joined(value: Value, base: Value) -> Composed:
    own = {name: each for name, each in value.items() if name not in (EXTENDS, ADAPT)}
    made: dict[str, Any] = {name: each for name, each in base.items() if name not in _OWN}
    if "code" in base:
        made.setdefault("network", base["code"])
    said = {f"/{name}": f"/{name}" for name in own}
    if "parameters" in base and "parameters" in own:
        said |= {f"/parameters/{name}": f"/{EXTENDS}" for name in base["parameters"] if name not in own["parameters"]}
        own["parameters"] = base["parameters"] | own["parameters"]
    adapted: dict[str, Any] = value.get(ADAPT, {})
    used: set[str] = set()
    for name, chapter in made.items():
        if name not in own and isinstance(chapter, Mapping) and "beats" in chapter:
            made[name] = {**chapter, "beats": [_adapted(beat, adapted) for beat in chapter["beats"]]}
            used |= {beat["kci"] for beat in chapter["beats"]}
            said |= dict(_said(name, chapter, adapted))
    told = ", ".join(sorted(used)) or "none"
    unused = (Flaw(f"/{ADAPT}/{kci}", f"no {kci} comes from {value[EXTENDS]}; there are: {told}") for kci in adapted)
    return Composed(made | own, said, tuple(each for each in unused if each.place.rpartition("/")[2] not in used))


def _adapted(beat: Value, adapted: Mapping[str, Value]) -> Value:
    """The beat with what is said of its kind; null takes a member away."""
    changed = {**beat, **adapted.get(beat["kci"], {})}
    return {name: value for name, value in changed.items() if value is not None}


def _said(name: str, chapter: Value, adapted: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    for number, beat in enumerate(chapter["beats"]):
        kci = beat["kci"]
        if kci in adapted:
            place = f"/{name}/beats/{number}"
            yield place, f"/{ADAPT}/{kci}"
