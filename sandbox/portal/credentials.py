"""Credentials of partners' tenants: more of them, other secrets for them, and their end.

A secret is told once and kept as a keyed hash. Whatever happens to credentials happens at once and for good: a token
names the version of its client, and neither a reset nor a snapshot touches what lies outside worlds.
"""

from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid, not_found
from sandbox.domain.worldtime import World
from sandbox.parts import Parts
from sandbox.portal import steering
from sandbox.store import accounts, founding, partners
from sandbox.store.accounts import Client, Tenant
from sandbox.store.terms import TenantTerms
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.keys import new_client_secret, new_code, new_token
from sandbox.world.reset import beginning

MOST = 20  # pairs of credentials per tenant, those of its own suppliers among them


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the credentials' operations."""
    return {
        "listCredentials": partial(show_all, parts),
        "createCredentials": partial(create, parts),
        "rotateCredentials": partial(rotate, parts),
        "revokeCredentials": partial(revoke, parts),
    }


def told_once(parts: Parts, connection: Any, kind: str, code: str, world: str, owner: str) -> dict[str, str]:
    """A new pair of credentials: its id, and its secret, which is told to nobody again."""
    client_id, secret = f"{code.lower()}-{new_token()}", new_client_secret()
    kept = parts.keys.hash_secret(client_id, secret)
    accounts.add_client(connection, Client(client_id, kind, code, world, kept, 1, owner, parts.clock.now()))
    return {"id": client_id, "secret": secret}


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /tenants/{code}/credentials: what they are for, and no secret."""

    def look(connection: Any) -> list[Client]:
        tenant, _ = steering.tenant_of(connection, call)
        return accounts.clients_of(connection, tenant.code)

    return Answer(200, {"items": [_entry(parts, each) for each in parts.store.query(look)]})


def create(parts: Parts, call: Call) -> Answer:
    """POST /tenants/{code}/credentials: for the tenant itself, for a supplier in its world, or for a gateway."""
    body: dict[str, Any] = call.body or {}
    kind = body.get("kind", "tenant")
    if (kind == "supplier") != ("supplier" in body):
        raise invalid("/supplier: say whose KCIs they are for, with the kind supplier and with no other")
    make = {"tenant": _for_tenant, "supplier": _for_supplier, "gateway": _for_gateway}[kind]

    def keep(connection: Any) -> dict[str, Any]:
        tenant, agreed = steering.steered(connection, call)
        if len(accounts.clients_of(connection, tenant.code)) >= MOST:
            raise Problem(INVALID_REQUEST, (f"a tenant has at most {MOST}: revoke some first",), 409)
        code, world = make(parts, connection, tenant, agreed, body)
        return {"kind": kind, "code": code, "world": world} | told_once(
            parts, connection, kind, code, world, owner=tenant.code
        )

    return Answer(201, parts.store.transact(keep) | {"createdAt": to_text(parts.clock.now()), "published": False})


def _for_tenant(
    _parts: Parts, _connection: Any, tenant: Tenant, _agreed: TenantTerms, _body: dict[str, Any]
) -> tuple[str, str]:
    return tenant.code, tenant.world


def _for_supplier(
    parts: Parts, connection: Any, tenant: Tenant, agreed: TenantTerms, body: dict[str, Any]
) -> tuple[str, str]:
    """To speak as a fake in a world that is the partner's alone, or as a supplier that the tenant brought."""
    code = body["supplier"]
    own = partners.find(connection, tenant.world, code)
    brought = own is not None and own.tenant == tenant.code
    if not brought and (agreed.partner is None or code not in parts.library.suppliers):
        raise invalid(f"/supplier: {code} is neither a fake nor a supplier that {tenant.code} has brought")
    return code, tenant.world


def _for_gateway(
    parts: Parts, connection: Any, _tenant: Tenant, agreed: TenantTerms, _body: dict[str, Any]
) -> tuple[str, str]:
    """To call the fakes' own API: in a world that stands alone, whose KCIs go to an inbox of its own."""
    real, name = parts.clock.now(), new_code("W")
    start = beginning(parts.settings.world_start, real)
    world = World(name, name, 1, start, real, 1, 30_000, resets_at=parts.timetable.next(real))
    founding.found_world(connection, world, agreed.partner)
    return new_code("G"), name


def rotate(parts: Parts, call: Call) -> Answer:
    """POST …/{clientId}/rotate: another secret, told this once; the old one, and tokens got with it, open nothing."""
    client_id, secret = call.path["clientId"], new_client_secret()
    kept = parts.keys.hash_secret(client_id, secret)

    def keep(connection: Any) -> Client:
        client = _given(parts, connection, call)
        accounts.replace_secret(connection, client_id, kept)
        return client

    return Answer(200, _entry(parts, parts.store.transact(keep)) | {"secret": secret})


def revoke(parts: Parts, call: Call) -> Answer:
    """DELETE …/{clientId}: it opens nothing any more, nor do the tokens that it has."""

    def end(connection: Any) -> None:
        client = _given(parts, connection, call)
        accounts.remove_client(connection, client.client_id)
        founding.close_world(connection, client.world, parts.clock.now())  # that of a gateway goes with it

    parts.store.transact(end)
    return Answer(204)


def _given(parts: Parts, connection: Any, call: Call) -> Client:
    """The credentials of the call's path, to be changed. Those that are published stay as they are, for everybody."""
    tenant, _ = steering.tenant_of(connection, call)
    given = {client.client_id: client for client in accounts.clients_of(connection, tenant.code)}
    client = given.get(call.path["clientId"])
    if client is None:
        raise not_found(f"{tenant.code} has no credentials {call.path['clientId']}")
    if _published(parts, client):
        steering.check_operator(call, f"{client.client_id} is published, and everybody's: sign up for one of your own")
    return client


def _published(parts: Parts, client: Client) -> bool:
    return any(client.client_id == each.id for each in parts.library.clients)


def _entry(parts: Parts, client: Client) -> dict[str, Any]:
    return {
        "id": client.client_id,
        "kind": client.kind,
        "code": client.code,
        "world": client.world,
        "createdAt": to_text(client.created_at),
        "published": _published(parts, client),
    }
