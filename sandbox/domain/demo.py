"""The shipped worlds with their tenants, and the credentials that are published on purpose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.durations import parse_duration


@dataclass(frozen=True)
class DemoTenant:
    """A tenant of a shipped world, with the codes of the suppliers that it may order from."""

    code: str
    title: str
    suppliers: tuple[str, ...]


@dataclass(frozen=True)
class DemoWorld:
    """A shipped world. `gap_ms` is its fixed gap between KCIs, None for the realistic tempo."""

    code: str
    name: str
    seed: str
    gap_ms: int | None
    tenants: tuple[DemoTenant, ...]


@dataclass(frozen=True)
class DemoClient:
    """A published OAuth client. `kind` is tenant, supplier or gateway; `code` says for whom it speaks."""

    id: str
    secret: str
    kind: str
    code: str
    world: str


def worlds_from(mapping: Mapping[str, Any]) -> tuple[DemoWorld, ...]:
    """The worlds of the file, which has passed contracts/schemas/worlds.schema.json."""
    return tuple(
        DemoWorld(
            code=each["code"],
            name=each["name"],
            seed=each["seed"],
            gap_ms=parse_duration(each["gap"]) if "gap" in each else None,
            tenants=tuple(
                DemoTenant(tenant["code"], tenant["title"], tuple(tenant["suppliers"])) for tenant in each["tenants"]
            ),
        )
        for each in mapping["worlds"]
    )


def clients_from(mapping: Mapping[str, Any]) -> Iterator[DemoClient]:
    """The published clients: each tenant's own, then the others. The gateway's speaks for the code GATEWAY."""
    for world in mapping["worlds"]:
        for tenant in world["tenants"]:
            client = tenant["client"]
            yield DemoClient(client["id"], client["secret"], "tenant", tenant["code"], world["code"])
    for each in mapping["clients"]:
        yield DemoClient(each["id"], each["secret"], each["kind"], each.get("supplier", "GATEWAY"), each["world"])
