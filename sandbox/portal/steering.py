"""Which tenants a caller reaches: itself, the others of its partner, and by the operator all of them."""

from typing import Any

from sandbox.domain.errors import NOT_AUTHORISED, Problem, not_found
from sandbox.store import accounts, terms
from sandbox.store.accounts import Tenant
from sandbox.store.terms import TenantTerms
from sandbox.wire.auth import OPERATOR
from sandbox.wire.calls import Call


def agreed_with(connection: Any, call: Call, code: str) -> TenantTerms:
    """What was agreed with a tenant that the caller reaches. One that is out of reach is as if there were none: 404."""
    found = terms.of_tenant(connection, code)
    if found is not None and call.caller.kind != OPERATOR and code != call.caller.code:
        own = terms.of_tenant(connection, call.caller.code)
        if own is None or own.partner is None or own.partner != found.partner:
            found = None
    if found is None:
        raise not_found(f"you have no tenant {code}")
    return found


def tenant_of(connection: Any, call: Call) -> tuple[Tenant, TenantTerms]:
    """The tenant of the call's path. Raises 404 for one that is out of reach."""
    agreed = agreed_with(connection, call, call.path["code"])
    tenant = accounts.find_tenant(connection, agreed.tenant)
    if tenant is None:
        raise not_found(f"you have no tenant {agreed.tenant}")
    return tenant, agreed


def steered(connection: Any, call: Call) -> tuple[Tenant, TenantTerms]:
    """The tenant of the call's path, to be changed by the caller. Raises 403 for a demo tenant: others use it."""
    tenant, agreed = tenant_of(connection, call)
    if agreed.partner is None:
        check_operator(call, f"{tenant.code} is a demo tenant, and everybody's: sign up for one of your own")
    return tenant, agreed


def check_operator(call: Call, why: str) -> None:
    """Refuse, with 403, whoever is not the operator."""
    if call.caller.kind != OPERATOR:
        raise Problem(NOT_AUTHORISED, (why,), 403)
