"""The catalogue for people, in Markdown: docs/catalogue.md is what this writes."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Entry = Mapping[str, Any]

_HEAD = """\
# Catalogue

Every scenario, fault, address and supplier of the sandbox, each with what it does, when, and an example. This page is
made from the data files: `sandbox show catalogue` writes it, and `GET /_sandbox/catalogue` answers the same as JSON,
with what a tenant brought itself. Version {version}.

- [Scenarios](#scenarios): what becomes of an order, a request about one, a test or a problem
- [Faults](#faults): what goes wrong with calls, and with KCIs on their way
- [Addresses](#addresses): places that always behave the same
- [Suppliers](#suppliers): characters, and what each rejects

A file of your own, a scenario's or a supplier's, is checked by `sandbox lint FILE` and brought by
`PUT /_sandbox/scenarios/NAME` or `PUT /_sandbox/suppliers/CODE`; a scenario is drawn by `sandbox draw FILE`. What is
for everybody in a deployment lies in the folders that `SANDBOX_SCENARIOS` and `SANDBOX_SUPPLIERS` name. Its first line
gives a file an editor's help:

```yaml
# yaml-language-server: $schema=../contracts/schemas/scenario.schema.json
```

with the way from your file to where `contracts/schemas` lies.
"""


def page(catalogue: Entry) -> str:
    """The whole page."""
    parts = [_HEAD.format(version=catalogue["version"])]
    for name, more in _SECTIONS.items():
        parts.append(f"\n## {name.capitalize()}\n")
        parts += ["\n" + "\n".join(_entry(each, more)) + "\n" for each in catalogue[name]]
    return "".join(parts)


def _entry(entry: Entry, more: Callable[[Entry], Iterator[str]]) -> Iterator[str]:
    yield f"### `{entry['name']}`"
    yield ""
    yield f"{entry['title']}. {entry['does']}"
    yield ""
    yield f"- When: {entry['when']}."
    yield from more(entry)
    yield f"- Example: {_example(entry['example'])}"


def _example(example: Entry) -> str:
    shown = [f"`{example['call']}`"]
    shown += [f"`{name}: {value}`" for name, value in example.get("headers", {}).items()]
    shown += [f"`{name}={_json(value)}`" for name, value in example.get("query", {}).items()]
    shown += [f"`{_json(example['body'])}`"] if "body" in example else []
    return " with ".join([shown[0], " and ".join(shown[1:])]) if len(shown) > 1 else shown[0]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_scenario(entry: Entry) -> Iterator[str]:
    for name, each in entry["parameters"].items():
        limits = f"{each['minimum']} to {each['maximum']}, {each['default']} unless told"
        yield f"- Parameter `{name}`, {limits}: {each['description']}"


def _of_fault(_entry: Entry) -> Iterator[str]:
    return iter(())


def _of_address(entry: Entry) -> Iterator[str]:
    listed = [f"{each['address']['id']} ({' '.join(each['suppliers']) or 'nobody'})" for each in entry["premises"]]
    more = f", and {len(listed) - 6} more" if len(listed) > 6 else ""
    yield f"- Where, by UPRN, and whose network reaches it: {', '.join(listed[:6])}{more}."


def _of_supplier(entry: Entry) -> Iterator[str]:
    yield "- Character: " + "; ".join(f"{trait}: {how}" for trait, how in entry["character"].items()) + "."
    for rule in entry["rejects"]:
        then = f"plays `{rule['scenario']}`" if "scenario" in rule else f"rejects with {rule['problemCode']}"
        yield f"- `{rule['when']}`: {then}. “{rule['text']}”"


_SECTIONS: Mapping[str, Callable[[Entry], Iterator[str]]] = {
    "scenarios": _of_scenario,
    "faults": _of_fault,
    "addresses": _of_address,
    "suppliers": _of_supplier,
}
