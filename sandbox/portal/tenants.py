"""Partners' tenants: signing up, looking, changing, closing. No contract and nobody to ask.

Who signs up without a token is a new partner; with the token of one of its tenants a partner takes another one, in a
world of its own or beside those that it has. A partner sees and steers its own tenants; the operator all of them.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sandbox.domain.durations import to_text
from sandbox.domain.errors import INVALID_REQUEST, NOT_AUTHORISED, Problem, invalid
from sandbox.domain.worldtime import World
from sandbox.parts import Parts
from sandbox.portal import steering
from sandbox.portal.credentials import told_once
from sandbox.store import accounts, founding, terms
from sandbox.store.accounts import Tenant
from sandbox.store.terms import NO_QUOTAS, TenantTerms
from sandbox.wire.admission import Buckets, may_come_from, read_networks
from sandbox.wire.auth import OPERATOR
from sandbox.wire.calls import NOBODY, Answer, Call, Handler
from sandbox.world.keys import new_code
from sandbox.world.reset import beginning

PAGE = 200  # tenants in one answer
GAP = 30  # seconds between KCIs in a new world of the compressed tempo
HOUR = 3_600  # seconds


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of the tenants' operations."""
    return {
        "createTenant": partial(sign_up, parts, Buckets(parts.clock.now)),
        "listTenants": partial(show_all, parts),
        "showTenant": partial(show, parts),
        "changeTenant": partial(change, parts),
        "closeTenant": partial(close, parts),
    }


def sign_up(parts: Parts, doorman: Buckets, call: Call) -> Answer:
    """POST /tenants: 201 with the tenant and its credentials, whose secret is told this once."""
    body: dict[str, Any] = call.body
    suppliers = _suppliers(parts, body.get("suppliers", _networks_of(parts)))
    allowed = _networks(body.get("allowedFrom", []))
    most = parts.settings.quota_sign_ups
    doorman.admit(call.address, most / HOUR, f"at most {most} new tenants an hour from one address", burst=most)
    real, code = parts.clock.now(), new_code("T")
    fresh = _new_world(parts, body, real)

    def found(connection: Any) -> tuple[Tenant, TenantTerms, dict[str, str]]:
        partner = _partner(connection, call)
        if "world" in body:
            _check_own_world(connection, body["world"], partner)
        else:
            founding.found_world(connection, fresh, partner)
        tenant = Tenant(code, body.get("world", fresh.name), suppliers, None, None)
        agreed = TenantTerms(code, partner, body["title"], real, real, allowed, NO_QUOTAS)
        founding.found_tenant(connection, tenant, agreed)
        return tenant, agreed, told_once(parts, connection, "tenant", code, tenant.world, owner=code)

    tenant, agreed, client = parts.store.transact(found)
    return Answer(201, tenant_entry(parts, tenant, agreed) | {"client": client})


def _partner(connection: Any, call: Call) -> str:
    """Whose the new tenant will be."""
    if call.caller == NOBODY:
        return new_code("P")
    agreed = terms.of_tenant(connection, call.caller.code)
    if agreed is None or agreed.partner is None:
        raise Problem(NOT_AUTHORISED, ("the demo tenants are everybody's: sign up without a token",), 403)
    return agreed.partner


def _new_world(parts: Parts, body: Mapping[str, Any], real: int) -> World:
    """The world that comes with a new tenant. Refuses to shape one that is there already."""
    if "world" in body and (shaping := sorted({"tempo", "gap", "seed"} & body.keys())):
        raise invalid(*(f"/{name}: belongs to a new world: leave it out, or leave out world" for name in shaping))
    realistic = body.get("tempo") == "realistic"
    if realistic and "gap" in body:
        raise invalid("/gap: belongs to the compressed tempo: leave it out")
    name = new_code("W")
    gap = None if realistic else body.get("gap", GAP) * 1000
    start = beginning(parts.settings.world_start, real)
    return World(name, body.get("seed", name), 1, start, real, 1, gap, resets_at=parts.timetable.next(real))


def _check_own_world(connection: Any, name: str, partner: str) -> None:
    agreed = terms.of_world(connection, name)
    if agreed is None or agreed.partner != partner or agreed.closed_at is not None:
        raise invalid("/world: you have no world of this name: leave it out to get a new one")


def _networks_of(parts: Parts) -> list[str]:
    """The fakes that build a network of their own; the others sell on theirs, each with a quirk of its own."""
    return [code for code, each in parts.library.suppliers.items() if each.network == code]


def _suppliers(parts: Parts, codes: list[str], own: Iterable[str] = ()) -> tuple[str, ...]:
    known = [*parts.library.suppliers, *own]
    if unknown := [code for code in codes if code not in known]:
        raise invalid(*(f"/suppliers: there is no fake {code}: they are {', '.join(known)}" for code in unknown))
    return tuple(codes)


def _networks(given: list[str]) -> tuple[str, ...]:
    for place, each in enumerate(given):
        try:
            read_networks(each)
        except ValueError:
            raise invalid(f"/allowedFrom/{place}: send a network such as 198.51.100.0/24 or 2001:db8::/32") from None
    return tuple(given)


def _check_not_shut_out(call: Call, networks: list[str]) -> None:
    """A tenant that may no more be called from where it is would need somebody else to come in again."""
    if call.caller.code == call.path["code"] and not may_come_from(" ".join(networks), call.address):
        raise invalid(
            "/allowedFrom: would shut you out, who call from elsewhere: add your own network, or change this tenant as "
            "another one of yours"
        )


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /tenants: those of the caller's partner; the operator's are all."""
    after = call.query.get("after", "")

    def look(connection: Any) -> list[tuple[Tenant, TenantTerms]]:
        if call.caller.kind == OPERATOR:
            listed = terms.tenants_of(connection, None, after=after, most=PAGE)
        else:
            own = steering.agreed_with(connection, call, call.caller.code)
            listed = [own] if own.partner is None else terms.tenants_of(connection, own.partner, after=after, most=PAGE)
        return [(tenant, each) for each in listed if (tenant := accounts.find_tenant(connection, each.tenant))]

    found = parts.store.query(look)
    items = [tenant_entry(parts, *each) for each in found]
    return Answer(200, {"items": items, "next": found[-1][0].code if found else after})


def show(parts: Parts, call: Call) -> Answer:
    """GET /tenants/{code}."""
    return Answer(200, tenant_entry(parts, *parts.store.query(lambda connection: steering.tenant_of(connection, call))))


def change(parts: Parts, call: Call) -> Answer:
    """PATCH /tenants/{code}: title, suppliers, addresses that it is called from; and its quotas, by the operator."""
    body: dict[str, Any] = call.body
    own = parts.own.sold(call.path["code"]) if "suppliers" in body else ()
    suppliers = _suppliers(parts, body["suppliers"], own) if "suppliers" in body else None
    changes = {"title": body["title"]} if "title" in body else {}
    if "allowedFrom" in body:
        changes |= {"allowed_from": _networks(body["allowedFrom"])}
        _check_not_shut_out(call, body["allowedFrom"])
    if "quotas" in body:
        steering.check_operator(call, "quotas are set by the operator")
        changes |= {"quotas": body["quotas"]}

    def keep(connection: Any) -> tuple[Tenant, TenantTerms]:
        tenant, _ = steering.steered(connection, call)
        if suppliers is not None:
            accounts.set_suppliers(connection, tenant.code, suppliers)
        terms.change_tenant(connection, tenant.code, **changes)
        return steering.tenant_of(connection, call)

    return Answer(200, tenant_entry(parts, *parts.store.transact(keep)))


def close(parts: Parts, call: Call) -> Answer:
    """DELETE /tenants/{code}: its credentials, and the tokens given out for them, open nothing from now on."""

    def end(connection: Any) -> None:
        tenant, agreed = steering.steered(connection, call)
        if agreed.partner is None:
            raise Problem(INVALID_REQUEST, (f"{tenant.code} is shipped with the sandbox and stays",), 409)
        founding.close_tenant(connection, tenant, parts.clock.now())

    parts.store.transact(end)
    return Answer(204)


def tenant_entry(parts: Parts, tenant: Tenant, agreed: TenantTerms) -> dict[str, Any]:
    """A tenant as its partner and the operator see it."""
    return {
        "code": tenant.code,
        **({} if agreed.partner is None else {"partner": agreed.partner}),
        "title": agreed.title,
        "world": tenant.world,
        "suppliers": list(tenant.suppliers),
        "allowedFrom": list(agreed.allowed_from),
        "createdAt": to_text(agreed.created_at),
        "seenAt": to_text(agreed.seen_at),
        "quotas": vars(parts.settings.quotas.but(agreed.quotas)),
    }
