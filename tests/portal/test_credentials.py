"""An old secret opens nothing, ever: rotated or revoked it ends at once, with its tokens, and nothing revives it."""

from pathlib import Path

import pytest

from sandbox.app import Sandbox
from tests.support.sandboxes import Json, Send, Tenant, in_process, sign_up


def token_of(send: Send, client: Json, kind: str = "tenant") -> str | None:
    """A token for these credentials; None when there is none to be had."""
    form = {"grant_type": "client_credentials", "client_id": client["id"], "client_secret": client["secret"]}
    status, body = send("POST", f"/v1/auth/{kind}/access-token", form=form)
    assert status == 200 or (status, body["error"]) == (400, "invalid_client")
    return body["access_token"] if status == 200 else None


def opens(send: Send, token: str | None, path: str = "/_sandbox/clock") -> int:
    """The status that the token gets there."""
    return send("GET", path, headers={"Authorization": f"Bearer {token}"})[0]


@pytest.mark.parametrize("how", ["rotate", "revoke"])
def test_an_old_secret_and_its_tokens_end_at_once_and_for_good(sandbox: Sandbox, how: str) -> None:
    """Whatever is done with the world afterwards; and the new ones are as good as the old ones were."""
    send = in_process(sandbox)
    tenant = sign_up(send)
    order = tenant.place(supplier="CEDAR")["id"]
    tenant.post("/_sandbox/snapshots", {"name": "before"})
    old, old_token = {"id": tenant.client_id, "secret": tenant.secret}, tenant.token
    place = f"/_sandbox/tenants/{tenant.code}/credentials"
    if how == "rotate":
        new = tenant.post(f"{place}/{tenant.client_id}/rotate")
        assert new["id"] == old["id"]
    else:
        new = tenant.post(place)
        assert tenant.call("DELETE", f"{place}/{old['id']}")[0] == 204
    assert new["secret"] != old["secret"]
    new_token = token_of(send, new)
    for path in ("/_sandbox/clock", f"/v1/service-orders/{order}"):
        tenant.token = old_token
        assert tenant.call("GET", path)[0] == 401
    assert token_of(send, old) is None
    assert opens(send, new_token) == 200
    tenant.token = str(new_token)
    for path in ("/_sandbox/reset", "/_sandbox/snapshots/before/restore"):
        tenant.post(path)
        sandbox.schedule.tick()
        assert (opens(send, old_token), token_of(send, old)) == (401, None)
        assert opens(send, new_token) == 200


def test_each_rotation_ends_the_one_before(sandbox: Sandbox) -> None:
    """A secret that was the right one twice before is as wrong as any."""
    send = in_process(sandbox)
    tenant = sign_up(send)
    place = f"/_sandbox/tenants/{tenant.code}/credentials/{tenant.client_id}/rotate"
    told: list[Json] = [{"id": tenant.client_id, "secret": tenant.secret}]
    for _ in range(3):
        told.append(tenant.post(place))
        tenant.token = str(token_of(send, told[-1]))
    assert len({each["secret"] for each in told}) == 4
    assert [token_of(send, each) is not None for each in told] == [False, False, False, True]


def test_two_pairs_are_apart(sandbox: Sandbox) -> None:
    """So that a new one can be in use everywhere before the old one ends."""
    send = in_process(sandbox)
    tenant = sign_up(send)
    place = f"/_sandbox/tenants/{tenant.code}/credentials"
    second = tenant.post(place, {"kind": "tenant"})
    token = token_of(send, second)
    listed = tenant.get(place)["items"]
    assert [(each["id"], each["kind"], each["code"]) for each in listed] == [
        (each, "tenant", tenant.code) for each in sorted((tenant.client_id, second["id"]))
    ]
    assert "secret" not in str(listed)
    assert tenant.call("DELETE", f"{place}/{tenant.client_id}")[0] == 204
    assert (opens(send, tenant.token), opens(send, token)) == (401, 200)
    status, body = send("DELETE", f"{place}/{tenant.client_id}", headers={"Authorization": f"Bearer {token}"})
    assert (status, body["messages"]) == (404, [f"{tenant.code} has no credentials {tenant.client_id}"])


def test_who_has_lost_all_its_credentials_is_helped_by_another_tenant_of_the_partner(sandbox: Sandbox) -> None:
    send = in_process(sandbox)
    first = sign_up(send)
    second = sign_up(send, by=first)
    place = f"/_sandbox/tenants/{first.code}/credentials"
    assert first.call("DELETE", f"{place}/{first.client_id}")[0] == 204
    assert opens(send, token_of(send, second.post(place))) == 200


def test_a_partners_own_supplier_has_credentials_likewise(sandbox: Sandbox) -> None:
    """They are its tenant's to rotate and revoke, and end when it is removed. Also a demo tenant's supplier."""
    send = in_process(sandbox)
    for tenant in (sign_up(send), Tenant(send).sign_in()):
        place = f"/_sandbox/tenants/{tenant.code}/credentials"
        own = {"code": "OWN", "title": "Own", "baseUrl": "http://127.0.0.1:9/own"}
        client = tenant.post("/_sandbox/suppliers", own)["client"]
        token = token_of(send, client, "supplier")
        assert opens(send, token, "/v1/kcis") == 405
        new = tenant.post(f"{place}/{client['id']}/rotate")
        assert (new["kind"], new["code"]) == ("supplier", "OWN")
        assert token_of(send, client, "supplier") is None
        fresh = token_of(send, new, "supplier")
        kci = {"headers": {"Authorization": f"Bearer {token}"}, "json": {}}
        assert send("POST", "/v1/kcis", **kci)[0] == 401
        assert send("POST", "/v1/kcis", **kci | {"headers": {"Authorization": f"Bearer {fresh}"}})[0] == 400
        assert tenant.call("DELETE", "/_sandbox/suppliers/OWN")[0] == 204
        assert token_of(send, new, "supplier") is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"kind": "supplier"}, "/supplier: say whose"),
        ({"supplier": "ALDER"}, "/supplier: say whose"),
        ({"kind": "gateway", "supplier": "ALDER"}, "/supplier: say whose"),
        ({"kind": "supplier", "supplier": "NOBODY"}, "/supplier: NOBODY is neither a fake nor"),
        ({"kind": "operator"}, "/kind"),
    ],
)
def test_credentials_for_what_there_is_not_are_refused(sandbox: Sandbox, body: Json, told: str) -> None:
    tenant = sign_up(in_process(sandbox))
    status, answer = tenant.call("POST", f"/_sandbox/tenants/{tenant.code}/credentials", json=body)
    assert (status, answer["messages"][0].startswith(told)) == (422, True)


def test_a_tenant_has_a_score_of_credentials_at_most(sandbox: Sandbox) -> None:
    tenant = sign_up(in_process(sandbox))
    place = f"/_sandbox/tenants/{tenant.code}/credentials"
    assert [tenant.call("POST", place)[0] for _ in range(20)] == [201] * 19 + [409]


def test_secrets_are_kept_as_hashes_and_told_by_nothing_afterwards(sandbox: Sandbox) -> None:
    """Not in the database's file, by any answer, or by the settings that are shown."""
    send = in_process(sandbox)
    tenant = sign_up(send)
    place = f"/_sandbox/tenants/{tenant.code}"
    second = tenant.post(f"{place}/credentials")
    shown = [tenant.get(path) for path in ("/_sandbox/tenants", place, f"{place}/credentials")]
    sandbox.close()
    file = sandbox.parts.settings.database_url.removeprefix("sqlite:///")
    kept = Path(file).read_bytes()
    for secret in (tenant.secret, second["secret"]):
        assert secret not in str(shown)
        assert secret.encode() not in kept
