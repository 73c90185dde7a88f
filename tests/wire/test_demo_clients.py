"""A deployment may switch the published clients off."""

from pathlib import Path

from tests.support.sandboxes import Tenant, in_process, open_sandbox


def test_switched_off_demo_clients_get_no_tokens_and_those_they_have_open_nothing(tmp_path: Path) -> None:
    """Also those given out before."""
    before = open_sandbox(tmp_path)
    tenant = Tenant(in_process(before)).sign_in()
    before.close()
    after = open_sandbox(tmp_path, demo_clients=False)
    tenant.send = in_process(after)
    assert tenant.call("GET", "/_sandbox/clock")[0] == 401
    form = {"grant_type": "client_credentials", "client_id": "tenant1", "client_secret": "tenant1-secret"}
    status, body = tenant.send("POST", "/v1/auth/tenant/access-token", form=form)
    assert (status, body["error"]) == (400, "invalid_client")
    after.close()
