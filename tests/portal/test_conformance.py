"""The sandbox itself examines a partner's system, in the background, and signs what came of it."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import httpx
import jsonschema
import pytest
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.conformance.certificate import verify
from sandbox.portal.examiner import PLACE
from sandbox.spec.documents import load_document
from sandbox.spec.schemas import schema_of
from sandbox.store import examinations
from sandbox.wire import guarded
from sandbox.wire.courier import Parcel, Reply
from tests.support.processes import free_port
from tests.support.sandboxes import START, Json, Tenant, in_process, open_sandbox, sign_up

FEW = ["TEN-001", "TEN-002"]
ISSUER = "https://sandbox.example"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One that vouches for what comes of its runs."""
    opened = open_sandbox(tmp_path, issuer=ISSUER)
    yield opened
    opened.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    """A partner's."""
    return sign_up(in_process(sandbox))


@pytest.fixture
def endpoint(sandbox: Sandbox) -> Iterator[str]:
    """The reference endpoint of this very sandbox, over HTTP."""
    server = make_server("127.0.0.1", 0, sandbox.app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tenants/TENANT1/kcis"
    server.shutdown()
    server.server_close()


def profile(url: str, **more: Any) -> Json:
    lacks = {"offers": [], "lacks": {"NEW_TYPES": "it keeps to the types of its document"}}
    return {"suite": "tenant", "name": "Our endpoint", "url": url, **lacks, **more}


def begun(tenant: Tenant, url: str, **more: Any) -> Json:
    status, body = tenant.call("POST", "/_sandbox/conformance", json={"profile": profile(url), "only": FEW, **more})
    assert status == 202, body
    assert body["state"] == "running"
    return body


def ended(sandbox: Sandbox, tenant: Tenant, run: Json) -> Json:
    """The run once it has ended."""
    for thread in list(sandbox.examiner._busy):
        thread.join()
    found: Json = tenant.get(f"/_sandbox/conformance/{run['id']}")
    return found


def test_a_run_reports_and_its_certificate_is_verified_by_the_published_key(
    sandbox: Sandbox, tenant: Tenant, endpoint: str
) -> None:
    run = begun(tenant, endpoint, seed=7)
    done = ended(sandbox, tenant, run)
    assert (done["state"], done["result"]) == ("ended", "passed"), done
    jsonschema.validate(done["report"], schema_of("report"))
    assert done["report"]["standing"] == ISSUER
    keys = Client(sandbox.app).get("/_sandbox/conformance/keys").get_json()["keys"]
    signed = verify(json.dumps(done["certificate"]).encode(), keys)
    assert (signed["issuer"], signed["seed"], signed["only"]) == (ISSUER, 7, FEW)
    assert signed["target"] == done["report"]["target"]
    assert signed["target"]["build"].startswith("WSGIServer")  # what it called itself, since the profile does not say
    page = Client(sandbox.app).get(
        f"/_sandbox/conformance/{run['id']}/page", headers={"Authorization": f"Bearer {tenant.token}"}
    )
    assert page.content_type == "text/html; charset=utf-8"
    assert f"{ISSUER}/docs/requirements#TEN-001" in page.text
    listed = tenant.get("/_sandbox/conformance")["items"]
    assert [each["id"] for each in listed] == [run["id"]]
    assert "report" not in listed[0]


@pytest.mark.prove
def test_a_whole_suite_is_a_self_run_at_a_sandbox_without_a_name(tmp_path: Path, endpoint: str) -> None:
    opened = open_sandbox(tmp_path / "own")
    tenant = sign_up(in_process(opened))
    done = ended(opened, tenant, begun(tenant, endpoint, only=[]))
    assert (done["state"], done["result"]) == ("ended", "passed"), done["report"]
    assert done["report"]["standing"] == "SELF-RUN"
    assert "certificate" not in done
    opened.close()


def test_a_sandbox_without_a_name_vouches_for_nothing(tmp_path: Path) -> None:
    opened = open_sandbox(tmp_path)
    assert Client(opened.app).get("/_sandbox/conformance/keys").get_json() == {"keys": []}
    passed = {"result": "passed"}
    assert opened.examiner.suites.certify(passed, "2027-06-07T09:00:00Z") is None
    opened.close()


def test_whoever_is_not_there_could_not_be_tested(sandbox: Sandbox, tenant: Tenant) -> None:
    done = ended(sandbox, tenant, begun(tenant, f"http://127.0.0.1:{free_port()}/kcis"))
    assert done["result"] == "could not be tested"
    assert "cannot be reached" in done["report"]["requirements"][0]["reason"]
    assert "certificate" not in done


@pytest.mark.parametrize(("says", "word"), [("somebody else", "has not said"), (None, "cannot be reached")])
def test_a_host_of_others_must_want_it(sandbox: Sandbox, tenant: Tenant, says: str | None, word: str) -> None:
    asked: list[str] = []

    def answer(parcel: Parcel) -> Reply | None:
        asked.append(parcel.url)
        return None if says is None else Reply(200, {}, says.encode())

    sandbox.parts.courier.instead = answer
    done = ended(sandbox, tenant, begun(tenant, "http://dealer.invalid/kcis"))
    assert asked == ["http://dealer.invalid" + PLACE]
    assert done["result"] == "could not be tested"
    assert word in done["report"]["requirements"][0]["reason"]


def test_a_host_says_so_by_the_tenants_code_or_by_its_callback(sandbox: Sandbox, tenant: Tenant) -> None:
    tenant.call("PUT", "/_sandbox/callback", json={"url": "https://dealer.invalid/kcis"})
    asked: list[str] = []

    def answer(parcel: Parcel) -> Reply:
        asked.append(parcel.url)
        return Reply(200, {}, parcel.body or tenant.code.encode() + b"\n")

    sandbox.parts.courier.instead = answer
    assert tenant.post("/_sandbox/callback/challenge")["state"] == "verified"
    tokens = {"kind": "oauth2", "tokenUrl": "https://tokens.invalid/", "clientId": "a", "clientSecret": "b"}
    assert sandbox.examiner._unwilling(tenant.code, profile("https://dealer.invalid/other", auth=tokens)) is None
    assert asked == ["https://dealer.invalid/kcis", "https://tokens.invalid" + PLACE]


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost/"])
def test_a_suites_connections_are_guarded(url: str) -> None:
    with guarded.client(local=False, seconds=1) as client, pytest.raises(httpx.ConnectError, match="not sent"):
        client.get(url)


def test_a_suites_connections_work(endpoint: str) -> None:
    with guarded.client(local=True, seconds=5) as client:
        assert client.get(endpoint).status_code == 405
        with pytest.raises(httpx.ConnectError):
            client.get(f"http://127.0.0.1:{free_port()}/")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"url": "http://10.0.0.1/kcis"}, "/profile/url: the host's address is private"),
        ({"url": "http://169.254.169.254/latest"}, "/profile/url"),
        ({"url": "file:///etc/passwd"}, "/profile/url"),
        ({"auth": {"kind": "mtls", "certificate": "/etc/passwd"}}, "certificate in a file"),
        ({"auth": {"kind": "none", "authority": "/etc/passwd"}}, "certificate in a file"),
        ({"auth": {"kind": "oauth2", "tokenUrl": "http://10.0.0.1", "clientId": "a", "clientSecret": "b"}}, "tokenUrl"),
        ({"auth": {"kind": "basic", "password": 1}}, "/profile/auth"),
        ({"suite": "people"}, "/profile/suite"),
    ],
)
def test_what_cannot_be_run_is_refused(tenant: Tenant, wrong: Json, word: str) -> None:
    body = {"profile": profile("http://127.0.0.1:9/kcis") | wrong}
    status, answer = tenant.call("POST", "/_sandbox/conformance", json=body)
    assert status == 422
    assert word in " ".join(answer["messages"])


def test_requirements_of_another_suite_are_refused(tenant: Tenant) -> None:
    body = {"profile": profile("http://127.0.0.1:9/kcis"), "only": ["SUP-001"]}
    status, answer = tenant.call("POST", "/_sandbox/conformance", json=body)
    assert (status, answer["messages"]) == (422, ["/only: no requirement of this suite: SUP-001"])


def test_one_run_at_a_time_and_never_too_many(sandbox: Sandbox, tenant: Tenant) -> None:
    held = threading.Event()

    def hang(_parcel: Parcel) -> Reply:
        held.wait()
        return Reply(404, {}, b"")

    sandbox.parts.courier.instead = hang
    run = begun(tenant, "http://dealer.invalid/kcis")
    status, body = tenant.call("POST", "/_sandbox/conformance", json={"profile": profile("http://127.0.0.1:9/kcis")})
    assert (status, run["id"] in body["messages"][0]) == (409, True)
    assert tenant.call("GET", f"/_sandbox/conformance/{run['id']}/page")[0] == 409
    begun(sign_up(in_process(sandbox)), "http://dealer.invalid/kcis")
    another = sign_up(in_process(sandbox))
    wanted = {"profile": profile("http://127.0.0.1:9/kcis")}
    assert another.call("POST", "/_sandbox/conformance", json=wanted)[0] == 429
    assert another.call("GET", f"/_sandbox/conformance/{run['id']}")[0] == 404
    held.set()
    assert ended(sandbox, tenant, run)["state"] == "ended"


def test_a_run_whose_process_was_killed_is_over_with_its_time(sandbox: Sandbox, tenant: Tenant) -> None:
    real = sandbox.parts.clock.now()
    left = examinations.Examination("CLEFT", tenant.code, "W", "tenant", "Ours", "http://x", real, real, {})
    sandbox.parts.store.transact(lambda connection: examinations.add(connection, left, 9))
    assert tenant.get("/_sandbox/conformance/CLEFT")["state"] == "broken off"
    begun(tenant, "http://127.0.0.1:9/kcis")


def test_the_last_ten_runs_are_kept_and_none_of_a_closed_tenant(sandbox: Sandbox, tenant: Tenant) -> None:
    transact, codes = sandbox.parts.store.transact, [f"C{number:02}" for number in range(12)]
    for number, code in enumerate(codes):
        made = examinations.Examination(code, tenant.code, "W", "tenant", "Ours", "http://x", START + number, 0, {})
        transact(partial(examinations.add, made=made, kept=9))
    assert [each["id"] for each in tenant.get("/_sandbox/conformance")["items"]] == codes[:1:-1]
    tenant.call("DELETE", f"/_sandbox/tenants/{tenant.code}")
    assert sandbox.parts.store.query(partial(examinations.of_tenant, tenant=tenant.code)) == []


def test_one_message_is_checked_and_the_clause_is_named(tenant: Tenant) -> None:
    operation = load_document("supplier-updates").data["paths"]["/kcis"]["post"]
    kci = operation["requestBody"]["content"]["application/json"]["examples"]["delay"]["value"]
    status, body = tenant.call("POST", "/_sandbox/check", json={"kci": kci})
    assert (status, body["conforms"], body["findings"]) == (200, True, [])
    broken = {name: value for name, value in kci.items() if name != "problemCode"}
    (finding,) = tenant.post("/_sandbox/check", {"kci": broken})["findings"]
    assert (finding["requirement"], finding["pointer"]) == ("KCI-011", "/problemCode")
    assert finding["clause"] == "Narrative, supplier reason codes, DELAY"
