"""What tenants brought beside the shipped scenarios and suppliers, looked up when it is asked for.

A shipped name is never asked of the database, and nobody can take one: who uses no file of his own pays nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.domain.scenarios import SCENARIO, Scenario, scenario_from
from sandbox.domain.suppliers import Supplier, supplier_from
from sandbox.spec.library import Library
from sandbox.store import own_files
from sandbox.store.own_files import OwnRow
from sandbox.store.store import Store


class OwnFiles:
    """The scenarios and suppliers that there are for a tenant, or in a world."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    def scenarios(self, tenant: str, headers: Mapping[str, str], *, gone: bool = False) -> Mapping[str, Scenario]:
        """The scenarios that these headers may choose from for the tenant; with `gone` those too that it took away."""
        asked = headers.get(SCENARIO, "").partition("?")[0]
        shipped = self._library.scenarios
        if not asked or asked in shipped:
            return shipped
        return MappingProxyType({**shipped, **self.brought(tenant, gone=gone)})

    def brought(self, tenant: str, *, gone: bool = False) -> Mapping[str, Scenario]:
        """The tenant's own scenarios."""
        rows = self._store.query(lambda connection: own_files.of_tenant(connection, tenant))
        kept = (row for row in rows if row.kind == "scenario" and (gone or not row.gone))
        return {row.name: scenario_from(row.whole) for row in kept}

    def sold(self, tenant: str) -> tuple[str, ...]:
        """The codes of the tenant's own suppliers."""
        rows = self._store.query(lambda connection: own_files.of_tenant(connection, tenant))
        return tuple(row.name for row in rows if row.kind == "supplier" and not row.gone)

    def supplier(self, world: str, code: str) -> Supplier | None:
        """The fake of this code; None where it is no fake. One that was taken away still plays what it has begun."""
        shipped = self._library.suppliers.get(code)
        if shipped is not None:
            return shipped
        row = self._row(world, code)
        return None if row is None else supplier_from(row.whole)

    def _row(self, world: str, code: str) -> OwnRow | None:
        return self._store.query(lambda connection: own_files.in_world(connection, world, "supplier", code))
