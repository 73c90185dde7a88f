"""Rows of clients (who may sign in) and tenants (where to push to). They lie outside epochs: no reset touches them."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from sandbox.store.schema import clients, counters, tenants, worlds
from sandbox.store.statements import Statement


@dataclass(frozen=True)
class Client:
    """One pair of credentials: `kind` is tenant, supplier or gateway, `code` whose it is."""

    client_id: str
    kind: str
    code: str
    world: str
    secret_hash: str
    version: int


@dataclass(frozen=True)
class Tenant:
    """A tenant's settings. The callback's secret, and how to sign in there, are encrypted."""

    code: str
    world: str
    suppliers: tuple[str, ...]
    callback_url: str | None
    callback_secret: bytes | None
    callback_auth: bytes | None = None
    callback_proved: str | None = None


_CLIENT = Statement(select(*clients.c).where(clients.c.client_id == bindparam("client")))
_CALLER = Statement(
    select(*clients.c, worlds.c.epoch, worlds.c.faults)
    .outerjoin(worlds, worlds.c.name == clients.c.world)
    .where(clients.c.client_id == bindparam("client"))
)
_OF_TENANT = select(*tenants.c).where(tenants.c.code == bindparam("tenant"))
_TENANT = Statement(_OF_TENANT)
_LOCK_TENANT = Statement(_OF_TENANT.with_for_update())


def find_client(connection: Connection, client_id: str) -> Client | None:
    """The client of this id."""
    row = _CLIENT.one(connection, {"client": client_id})
    return None if row is None else Client(*row)


def find_caller(connection: Connection, client_id: str) -> tuple[Client, int | None, int] | None:
    """The client of this id, the epoch that its world is in, and how many fault rules there are in it."""
    row = _CALLER.one(connection, {"client": client_id})
    return None if row is None else (Client(*row[:-2]), row[-2], row[-1] or 0)


def add_client(connection: Connection, client: Client) -> None:
    """A new client."""
    connection.execute(insert(clients).values([vars(client)]))


def remove_client(connection: Connection, client_id: str) -> None:
    """End a pair of credentials, and with it the tokens given out for it."""
    connection.execute(delete(clients).where(clients.c.client_id == client_id))


def find_tenant(connection: Connection, code: str, *, lock: bool = False) -> Tenant | None:
    """The tenant of this code; `lock` keeps others from changing it until this transaction ends."""
    row = (_LOCK_TENANT if lock else _TENANT).one(connection, {"tenant": code})
    if row is None:
        return None
    code, world, suppliers, *callback = row
    return Tenant(code, world, tuple(suppliers.split()), *callback)


def add_tenant(connection: Connection, tenant: Tenant) -> None:
    """A new tenant."""
    connection.execute(insert(tenants).values([vars(tenant) | {"suppliers": " ".join(tenant.suppliers)}]))


def set_callback(connection: Connection, code: str, url: str | None, secret: bytes, auth: bytes | None = None) -> None:
    """Where this tenant's KCIs are pushed to, the key that signs them, and how to sign in there."""
    values = {"callback_url": url, "callback_secret": secret, "callback_auth": auth}
    connection.execute(update(tenants).where(tenants.c.code == code).values(**values))


def set_proved(connection: Connection, code: str, origin: str) -> None:
    """The host of this origin has shown that it wants the tenant's KCIs."""
    connection.execute(update(tenants).where(tenants.c.code == code).values(callback_proved=origin))


_COUNTER = (
    counters.c.world == bindparam("of_world"),
    counters.c.owner == bindparam("of_owner"),
    counters.c.kind == bindparam("of_kind"),
)
_COUNT = Statement(update(counters).where(*_COUNTER).values(value=counters.c.value + 1).returning(counters.c.value))


def next_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    """The next number of this kind: it rises, and no reset sets it back."""
    row = _COUNT.one(connection, {"of_world": world, "of_owner": owner, "of_kind": kind})
    return _first_number(connection, world, owner, kind) if row is None else int(row[0])


def last_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    """The last number given out; 0 before the first."""
    value = connection.execute(
        select(counters.c.value).where(counters.c.world == world, counters.c.owner == owner, counters.c.kind == kind)
    ).scalar()
    return int(value or 0)


def _first_number(connection: Connection, world: str, owner: str, kind: str) -> int:
    connection.execute(insert(counters).values(world=world, owner=owner, kind=kind, value=1))
    return 1
