"""Partners' own suppliers: registered for a world by one of its tenants, and then a supplier of all its tenants.

Removing one is always possible, since it is the way out when a partner's system is gone for good: its credentials end
at once, and what is open there stays as it is and keeps the clock from jumping no longer. Whoever registers the code
again takes it up where it stands; so it is too that an address is changed, or a lost secret replaced.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sandbox.domain.durations import to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem, invalid, not_found
from sandbox.gateway.supplier_client import CAPABILITIES
from sandbox.parts import Parts
from sandbox.portal import own_files
from sandbox.portal.catalogue import supplier_entry
from sandbox.portal.credentials import told_once
from sandbox.store import accounts, exchanges, partners
from sandbox.store.partners import Partner
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.wire.outbound import NO_AUTH, check_auth, check_url, seal, shown

MOST = 20  # partners' suppliers in a world: availability asks them all
CONNECT = 5  # seconds, where nothing else is asked for


def handlers(parts: Parts) -> dict[str, Handler]:
    """The handlers of everything about suppliers, the fakes among them where they are listed."""
    return {
        "listSuppliers": partial(show_all, parts),
        "registerSupplier": partial(register, parts),
        "showSupplier": partial(show, parts),
        "removeSupplier": partial(remove, parts),
        "listExchanges": partial(show_exchanges, parts),
    }


def show_all(parts: Parts, call: Call) -> Answer:
    """GET /suppliers: the fakes that the tenant orders from, then the partners' own of this world."""

    def look(connection: Any) -> tuple[list[str], list[Partner]]:
        tenant = accounts.find_tenant(connection, call.caller.code) if call.caller.kind == "tenant" else None
        codes = list(parts.library.suppliers if tenant is None else tenant.suppliers)
        return codes, partners.of_world(connection, call.caller.world)

    codes, own = parts.store.query(look)
    found = [each for code in codes if (each := parts.own.supplier(call.caller.world, code))]
    fakes = [{"kind": "fake", **supplier_entry(each)} for each in found]
    return Answer(200, {"items": [*fakes, *(_entry(parts, each) for each in own)]})


def show(parts: Parts, call: Call) -> Answer:
    """GET /suppliers/{code}: a partner's own as it is registered, a fake's file."""
    partner = parts.store.query(lambda connection: partners.find(connection, call.caller.world, call.path["code"]))
    return own_files.show(parts, own_files.SUPPLIER, call) if partner is None else Answer(200, _entry(parts, partner))


def register(parts: Parts, call: Call) -> Answer:
    """POST /suppliers: 201 with the credentials for the Supplier Updates API; their secret is told this once."""
    partner = _partner_from(parts, call)

    def keep(tx: Tx) -> dict[str, str]:
        present = partners.of_world(tx.connection, partner.world)
        taken = parts.own.supplier(partner.world, partner.code) is not None
        if taken or partner.code in [each.code for each in present]:
            raise Problem(INVALID_REQUEST, (f"there is a supplier {partner.code} already: take another code",), 409)
        if len(present) >= MOST:
            raise invalid(f"a world has at most {MOST} suppliers of partners: remove one first")
        partners.add(tx.connection, partner)
        return told_once(parts, tx.connection, "supplier", partner.code, partner.world, owner=partner.tenant)

    client = parts.write(call, keep)
    return Answer(201, _entry(parts, partner) | {"client": client})


def _partner_from(parts: Parts, call: Call) -> Partner:
    """The supplier that is asked to be registered. Raises INVALID_REQUEST, or 403 for who is not a tenant."""
    if call.caller.kind != "tenant":
        raise Problem(INVALID_REQUEST, ("only a tenant brings a supplier of its own",), 403)
    body: dict[str, Any] = call.body
    url: str = body["baseUrl"]
    local = parts.settings.local_mode
    check_url("/baseUrl", url, local=local)
    if urlsplit(url).query:
        raise invalid("/baseUrl: send a URL without a query: the paths of the Supplier API are added to it")
    auth = body.get("credentials", NO_AUTH)
    check_auth("/credentials", auth, url, local=local)
    connect, answer = _timeouts(parts, body.get("timeouts", {}))
    return Partner(
        world=call.caller.world,
        code=body["code"],
        tenant=call.caller.code,
        title=body["title"],
        base_url=url.rstrip("/"),
        connect_timeout=connect,
        answer_timeout=answer,
        specifications=body.get("specifications", []),
        capabilities=tuple(body.get("capabilities", dict.fromkeys(CAPABILITIES.values()))),
        credentials=seal(parts.keys, auth),
    )


def _timeouts(parts: Parts, given: Mapping[str, int]) -> tuple[int, int]:
    """Milliseconds (to connect, to answer). Together less than half a lease: a job must still be owned after them."""
    connect = given.get("connect", CONNECT) * 1000
    answer = given["answer"] * 1000 if "answer" in given else parts.settings.supplier_timeout
    if connect + answer >= parts.settings.lease // 2:
        raise invalid(f"/timeouts: together they must be less than {parts.settings.lease // 2000} seconds")
    return connect, answer


def remove(parts: Parts, call: Call) -> Answer:
    """DELETE /suppliers/{code}: only by the tenant that brought it."""
    code = call.path["code"]
    if code in parts.library.suppliers:
        raise Problem(INVALID_REQUEST, (f"{code} is a fake of the sandbox and stays",), 409)
    if parts.own.supplier(call.caller.world, code) is not None:
        return own_files.remove(parts, own_files.SUPPLIER, call)

    def forget(tx: Tx) -> None:
        partner = _found(tx, call)
        if partner.tenant != call.caller.code:
            raise Problem(INVALID_REQUEST, (f"{code} was brought by another tenant of this world",), 403)
        partners.remove(tx.connection, partner.world, partner.code)
        accounts.remove_speakers(tx.connection, partner.world, partner.code)

    parts.write(call, forget)
    return Answer(204)


def show_exchanges(parts: Parts, call: Call) -> Answer:
    """GET /suppliers/{code}/exchanges: what it answered wrongly to calls on the caller's behalf. None of a fake's."""
    code, text = call.path["code"], call.query.get("after", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise invalid("query parameter after: send `next` of an earlier answer, or leave it out")

    def look(tx: Tx) -> list[dict[str, Any]]:
        if parts.own.supplier(call.caller.world, code) is None:
            _found(tx, call)
        if int(text) > exchanges.end(tx, code):  # nothing would ever come after it
            raise invalid("query parameter after: not a cursor that this list gave: leave it out, or send `next`")
        found = exchanges.read(tx, code, call.caller.code, int(text))
        return [{"cursor": str(number), "at": to_text(at), **detail} for number, at, detail in found]

    items = parts.store.read(call.caller.world, look)
    return Answer(200, {"items": items, "next": items[-1]["cursor"] if items else str(int(text))})


def _found(tx: Tx, call: Call) -> Partner:
    partner = partners.find(tx.connection, call.caller.world, call.path["code"])
    if partner is None:
        raise not_found(f"there is no supplier {call.path['code']} in your world")
    return partner


def _entry(parts: Parts, partner: Partner) -> dict[str, Any]:
    return {
        "code": partner.code,
        "kind": "own",
        "title": partner.title,
        "specifications": partner.specifications,
        "baseUrl": partner.base_url,
        "credentials": shown(parts.keys, partner.credentials),
        "capabilities": list(partner.capabilities),
        "timeouts": {"connect": -(-partner.connect_timeout // 1000), "answer": -(-partner.answer_timeout // 1000)},
    }
