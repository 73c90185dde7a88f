"""No secret is written where somebody reads: not in logs, whatever goes wrong, nor in what is shown of settings."""

import logging

import pytest

from sandbox.app import Sandbox
from sandbox.settings import Settings
from tests.support.sandboxes import Json, in_process, sign_up

SECRET = "a-partners-own-password"


def test_no_secret_is_in_a_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the most talkative level, also when what uses them breaks."""
    caplog.set_level(logging.DEBUG)
    send = in_process(sandbox)
    tenant = sign_up(send)
    auth = {"kind": "basic", "username": "gateway", "password": SECRET}
    body = {"url": "http://127.0.0.1:9/kcis", "auth": auth}
    told = tenant.call("PUT", "/_sandbox/callback", json=body)[1]
    own: Json = {"code": "OWN", "title": "Own", "baseUrl": "http://127.0.0.1:9/own", "credentials": auth}
    supplier = tenant.post("/_sandbox/suppliers", own)["client"]
    new = tenant.post(f"/_sandbox/tenants/{tenant.code}/credentials/{tenant.client_id}/rotate")
    assert tenant.call("GET", "/_sandbox/clock")[0] == 401
    form = {"grant_type": "client_credentials", "client_id": new["id"], "client_secret": new["secret"]}
    tenant.token = send("POST", "/v1/auth/tenant/access-token", form=form)[1]["access_token"]
    tenant.place(supplier="CEDAR")
    tenant.drain()

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(sandbox.parts.keys, "encrypt", broken)
    assert tenant.call("PUT", "/_sandbox/callback", json=body)[0] == 500
    assert "broken on purpose" in caplog.text
    for secret in (SECRET, tenant.secret, tenant.token, told["secret"], supplier["secret"], new["secret"]):
        assert secret not in caplog.text


def test_settings_are_shown_without_what_is_secret_in_them() -> None:
    shown = str(Settings(key=SECRET, operator_secret=SECRET).rows())
    assert SECRET not in shown
    assert shown.count("(set)") == 2
