"""Rows of clients (who may sign in) and tenants (where to push to). They lie outside epochs: no reset touches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from sandbox.domain.quotas import NAMES
from sandbox.store.account_tables import clients, tenant_terms, tenants
from sandbox.store.schema import counters, worlds
from sandbox.store.statements import Statement


@dataclass(frozen=True)
class Client:
    """One pair of credentials: `kind` is tenant, supplier, gateway or operator, `code` who signs in with it.

    `owner` is the tenant that it was given to, None where it is published; `created_at` is in real time.
    """

    client_id: str
    kind: str
    code: str
    world: str
    secret_hash: str
    version: int
    owner: str | None = None
    created_at: int = 0


@dataclass(frozen=True)
class Known:
    """A client with what a call of its needs: its world's epoch, next reset and number of fault rules, and what was
    agreed with its owner.

    `agreed` are the owner's own quotas by name, None for those that it has as everybody; the rest is as in Terms.
    """

    client: Client
    epoch: int | None
    resets_at: int | None
    faults: int
    seen_at: int | None
    allowed_from: str
    agreed: Mapping[str, int | None]


@dataclass(frozen=True)
class Tenant:
    """A tenant's settings. The callback's secret, and how to sign in there, are encrypted; `callbacks` is its own quota
    of pushes a second, None for everybody's.
    """

    code: str
    world: str
    suppliers: tuple[str, ...]
    callback_url: str | None
    callback_secret: bytes | None
    callback_auth: bytes | None = None
    callback_proved: str | None = None
    callbacks: int | None = None


_KNOWN = Statement(
    select(
        *clients.c, worlds.c.epoch, worlds.c.resets_at, worlds.c.faults, tenant_terms.c.seen_at,
        tenant_terms.c.allowed_from, *(tenant_terms.c[name] for name in NAMES),
    )
    .outerjoin(worlds, worlds.c.name == clients.c.world)
    .outerjoin(tenant_terms, tenant_terms.c.tenant == clients.c.owner)
    .where(clients.c.client_id == bindparam("client"))
)  # fmt: skip
_CLIENT_COLUMNS = len(clients.c)
_OF_TENANT = (
    select(*tenants.c, tenant_terms.c.callbacks)
    .outerjoin(tenant_terms, tenant_terms.c.tenant == tenants.c.code)
    .where(tenants.c.code == bindparam("tenant"))
)
_TENANT = Statement(_OF_TENANT)
_LOCK_TENANT = Statement(_OF_TENANT.with_for_update(of=tenants))


def find_client(connection: Connection, client_id: str) -> Known | None:
    """The client of this id."""
    row = _KNOWN.one(connection, {"client": client_id})
    if row is None:
        return None
    epoch, resets_at, faults, seen_at, allowed_from, *quotas = row[_CLIENT_COLUMNS:]
    agreed = dict(zip(NAMES, quotas, strict=True))
    return Known(Client(*row[:_CLIENT_COLUMNS]), epoch, resets_at, faults or 0, seen_at, allowed_from or "", agreed)


def clients_of(connection: Connection, owner: str) -> list[Client]:
    """The credentials that were given to this tenant, oldest first."""
    query = select(*clients.c).where(clients.c.owner == owner)
    return [Client(*row) for row in connection.execute(query.order_by(clients.c.created_at, clients.c.client_id))]


def add_client(connection: Connection, client: Client) -> None:
    """A new client."""
    connection.execute(insert(clients).values([vars(client)]))


def replace_secret(connection: Connection, client_id: str, secret_hash: str) -> None:
    """Give a client another secret. The tokens that it has open nothing from now on."""
    changed = {"secret_hash": secret_hash, "version": clients.c.version + 1}
    connection.execute(update(clients).where(clients.c.client_id == client_id).values(**changed))


def remove_client(connection: Connection, client_id: str) -> None:
    """End a pair of credentials, and with it the tokens given out for it."""
    connection.execute(delete(clients).where(clients.c.client_id == client_id))


def remove_speakers(connection: Connection, world: str, supplier: str) -> None:
    """End all credentials with which this supplier speaks in this world."""
    of_supplier = (clients.c.kind == "supplier", clients.c.world == world, clients.c.code == supplier)
    connection.execute(delete(clients).where(*of_supplier))


def find_tenant(connection: Connection, code: str, *, lock: bool = False) -> Tenant | None:
    """The tenant of this code; `lock` keeps others from changing it until this transaction ends."""
    row = (_LOCK_TENANT if lock else _TENANT).one(connection, {"tenant": code})
    if row is None:
        return None
    code, world, suppliers, *callback = row
    return Tenant(code, world, tuple(suppliers.split()), *callback)


def tenants_in(connection: Connection, world: str) -> list[str]:
    """The codes of the world's tenants, in their order."""
    return list(
        connection.execute(select(tenants.c.code).where(tenants.c.world == world).order_by(tenants.c.code)).scalars()
    )


def add_tenant(connection: Connection, tenant: Tenant) -> None:
    """A new tenant."""
    values = {column.name: getattr(tenant, column.name) for column in tenants.c}
    connection.execute(insert(tenants).values(values | {"suppliers": " ".join(tenant.suppliers)}))


def set_suppliers(connection: Connection, code: str, suppliers: Sequence[str]) -> None:
    """Which fakes this tenant orders from, from now on."""
    connection.execute(update(tenants).where(tenants.c.code == code).values(suppliers=" ".join(suppliers)))


def remove_tenant(connection: Connection, code: str) -> None:
    """Forget a tenant, and end all credentials that it was given, with the tokens given out for them."""
    connection.execute(delete(clients).where(clients.c.owner == code))
    connection.execute(delete(tenants).where(tenants.c.code == code))


def set_callback(connection: Connection, code: str, url: str | None, secret: bytes, auth: bytes | None = None) -> None:
    """Where this tenant's KCIs are pushed to, the key that signs them, and how to sign in there."""
    values = {"callback_url": url, "callback_secret": secret, "callback_auth": auth}
    connection.execute(update(tenants).where(tenants.c.code == code).values(**values))


def set_proved(connection: Connection, code: str, origin: str) -> None:
    """The host of this origin has shown that it wants the tenant's KCIs."""
    connection.execute(update(tenants).where(tenants.c.code == code).values(callback_proved=origin))


def anybody_in(connection: Connection, world: str) -> bool:
    """Whether anybody may still come into this world: a tenant of its, or a client that reaches it."""
    found = (select(table.c.world).where(table.c.world == world).limit(1) for table in (tenants, clients))
    return any(connection.execute(query).first() is not None for query in found)


_COUNTER = (
    counters.c.world == bindparam("of_world"),
    counters.c.owner == bindparam("of_owner"),
    counters.c.kind == bindparam("of_kind"),
)
_COUNT = Statement(update(counters).where(*_COUNTER).values(value=counters.c.value + 1).returning(counters.c.value))


_LAST = Statement(select(counters.c.value).where(*_COUNTER))
_NUMBERS = Statement(select(counters.c.kind, counters.c.value).where(*_COUNTER[:2]))


def next_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    """The next number of this kind: it rises, and no reset sets it back."""
    row = _COUNT.one(connection, {"of_world": world, "of_owner": owner, "of_kind": kind})
    return _first_number(connection, world, owner, kind) if row is None else int(row[0])


def set_numbers(connection: Connection, world: str, owner: str, numbers: Mapping[str, int]) -> None:
    """Go on from these numbers of the owner's, by kind: for a world that is played again."""
    for kind, value in numbers.items():
        place = (counters.c.world == world, counters.c.owner == owner, counters.c.kind == kind)
        if not connection.execute(update(counters).where(*place).values(value=value)).rowcount:
            connection.execute(insert(counters).values(world=world, owner=owner, kind=kind, value=value))


def last_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    """The last number given out; 0 before the first."""
    row = _LAST.one(connection, {"of_world": world, "of_owner": owner, "of_kind": kind})
    return 0 if row is None else int(row[0])


def numbers_of(connection: Connection, world: str, owner: str) -> dict[str, int]:
    """The last numbers given out to an owner, by kind."""
    return dict(_NUMBERS.rows(connection, {"of_world": world, "of_owner": owner}))


def _first_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    connection.execute(insert(counters).values(world=world, owner=owner, kind=kind, value=1))
    return 1
