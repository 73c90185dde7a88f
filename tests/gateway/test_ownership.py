"""A host gets no KCI before it has shown that it wants them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from werkzeug.test import Client, TestResponse

from sandbox.app import Sandbox
from sandbox.gateway.ownership import UNANSWERED
from tests.support.partner import Asked, PartnerSystem, Reaction, open_partner
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox

Answer = Callable[[Asked], Reaction]


@dataclass
class Callback:
    """A tenant's endpoint behind a name, which therefore is no machine of the sandbox's own."""

    system: PartnerSystem
    tenant: Tenant
    port: str
    secret: str = ""
    challenges: list[Asked] = field(default_factory=list)
    kcis: list[Asked] = field(default_factory=list)

    def register(self, host: str = "tenant.example", path: str = "/kcis") -> Json:
        """Where KCIs are to go from now on."""
        status, answer = self.tenant.call("PUT", "/_sandbox/callback", json={"url": f"http://{host}:{self.port}{path}"})
        assert status == 200
        self.secret = answer["secret"]
        return answer

    def answer_challenges(self, answer: Answer) -> None:
        """What the endpoint says to a challenge; KCIs are taken."""

        def react(asked: Asked) -> Reaction:
            if "challenge" in asked.body:
                self.challenges.append(asked)
                return answer(asked)
            self.kcis.append(asked)
            return Reaction(204)

        self.system.otherwise = react

    def attempts(self, order: int) -> list[Json]:
        """How the pushes of an order went."""
        timeline = self.tenant.get(f"/_sandbox/orders/{order}/timeline")["items"]
        return [each for each in timeline if each["kind"] == "attempt"]


@pytest.fixture
def callback(sandbox: Sandbox, tenant: Tenant) -> Iterator[Callback]:
    with open_partner() as system:
        egress = sandbox.parts.courier._egress
        egress._resolve = lambda _host, port: [("127.0.0.1", port)]
        yield Callback(system, tenant, system.url.rpartition(":")[2])


def whole(asked: Asked) -> Reaction:
    return Reaction(200, {"challenge": asked.body["challenge"]})


ECHOES: dict[str, Answer] = {
    "member": whole,
    "among others": lambda asked: Reaction(201, {"ok": True, "challenge": asked.body["challenge"]}),
    "text": lambda asked: Reaction(200, f"{asked.body['challenge']}\n".encode(), "text/plain"),
    "JSON text": lambda asked: Reaction(200, asked.body["challenge"]),
}
OTHERS: dict[str, tuple[Answer, str]] = {
    "nothing": (lambda _asked: Reaction(204), UNANSWERED),
    "something else": (lambda _asked: Reaction(200, {"challenge": "another"}), UNANSWERED),
    "a page": (lambda _asked: Reaction(200, b"<p>Hello</p>", "text/html"), UNANSWERED),
    "everything that came": (
        lambda asked: Reaction(200, {"json": asked.body, "headers": dict(asked.headers)}),
        UNANSWERED,
    ),
    "a number": (lambda _asked: Reaction(200, 17), UNANSWERED),
    "not found": (lambda asked: Reaction(404, {"challenge": asked.body["challenge"]}), f"{UNANSWERED}: status 404"),
    "a redirect": (lambda asked: Reaction(302, {"challenge": asked.body["challenge"]}), f"{UNANSWERED}: status 302"),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_host_that_echoes_gets_the_kcis(callback: Callback, echo: str) -> None:
    callback.answer_challenges(ECHOES[echo])
    assert callback.register()["state"] == "pending"
    order = callback.tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")["id"]
    callback.tenant.drain()
    assert len(callback.challenges) == 1
    assert len(callback.kcis) == 2
    assert all(each["httpStatus"] == 204 for each in callback.attempts(order))
    assert callback.tenant.get("/_sandbox/callback")["state"] == "verified"


@pytest.mark.parametrize("answer", OTHERS)
def test_a_host_that_does_not_gets_none(callback: Callback, answer: str) -> None:
    say, why = OTHERS[answer]
    callback.answer_challenges(say)
    callback.register()
    order = callback.tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")["id"]
    callback.tenant.drain()
    assert callback.challenges
    assert callback.kcis == []
    assert {each["error"] for each in callback.attempts(order)} == {why}
    assert callback.tenant.get("/_sandbox/callback")["state"] == "pending"
    assert {each["deliveryStatus"] for each in callback.tenant.order(order)["updates"]} == {"PENDING"}


def test_the_challenge_is_signed_like_a_kci_and_never_the_same_twice(callback: Callback) -> None:
    callback.answer_challenges(lambda _asked: Reaction(204))
    callback.register()
    for _ in range(2):
        callback.tenant.post("/_sandbox/callback/challenge")
    first, second = callback.challenges
    assert first.path == "/kcis"
    headers = {name: first.headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signature = Webhook(callback.secret).sign(headers["webhook-id"], signed_at, first.raw.decode())
    assert signature == headers["webhook-signature"]
    assert first.headers["content-type"] == "application/json"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-conversation-id"]
    assert first.body["challenge"] != second.body["challenge"]
    assert len(first.body["challenge"]) >= 16


def test_it_can_be_asked_for_before_the_first_kci(callback: Callback) -> None:
    callback.answer_challenges(lambda _asked: Reaction(500))
    callback.register()
    pending = callback.tenant.post("/_sandbox/callback/challenge")
    assert (pending["state"], pending["reason"]) == ("pending", f"{UNANSWERED}: status 500")
    callback.answer_challenges(whole)
    verified = callback.tenant.post("/_sandbox/callback/challenge")
    assert verified["state"] == "verified"
    assert "reason" not in verified
    assert callback.tenant.post("/_sandbox/callback/challenge") == verified
    assert len(callback.challenges) == 2


def test_another_path_of_the_host_needs_no_new_proof_and_another_host_does(callback: Callback) -> None:
    callback.answer_challenges(whole)
    callback.register()
    callback.tenant.post("/_sandbox/callback/challenge")
    assert callback.register(path="/other")["state"] == "verified"
    assert callback.register(host="TENANT.example")["state"] == "verified"
    assert callback.register(host="victim.example")["state"] == "pending"
    callback.answer_challenges(lambda _asked: Reaction(204))
    callback.tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    callback.tenant.drain()
    assert callback.kcis == []


def test_a_host_that_answers_later_gets_what_waited(callback: Callback) -> None:
    callback.answer_challenges(lambda _asked: Reaction(204))
    callback.register()
    callback.tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    callback.tenant.drain()
    callback.answer_challenges(whole)
    callback.tenant.advance("PT1M")
    assert [each.body["sequenceNumber"] for each in callback.kcis] == [1, 2]


def test_one_tenants_proof_is_not_anothers(callback: Callback) -> None:
    callback.answer_challenges(whole)
    callback.register()
    callback.tenant.post("/_sandbox/callback/challenge")
    other = Tenant(callback.tenant.send, "tenant2").sign_in()
    url = {"url": f"http://tenant.example:{callback.port}/kcis"}
    assert other.call("PUT", "/_sandbox/callback", json=url)[1]["state"] == "pending"


def test_no_reset_forgets_a_proof(callback: Callback) -> None:
    callback.answer_challenges(whole)
    callback.register()
    callback.tenant.post("/_sandbox/callback/challenge")
    callback.tenant.post("/_sandbox/reset")
    assert callback.tenant.get("/_sandbox/callback")["state"] == "verified"


def test_this_machine_is_not_asked_in_local_mode(callback: Callback) -> None:
    callback.answer_challenges(lambda _asked: Reaction(500))
    for host in ("127.0.0.1", "localhost"):
        assert callback.register(host=host)["state"] == "verified"
    callback.tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    callback.tenant.drain()
    assert len(callback.kcis) == 2
    assert callback.challenges == []


def test_without_a_callback_there_is_nothing_to_challenge(tenant: Tenant) -> None:
    assert "state" not in tenant.get("/_sandbox/callback")
    status, answer = tenant.call("POST", "/_sandbox/callback/challenge")
    assert status == 409
    assert "PUT /_sandbox/callback" in answer["messages"][0]


def test_the_sandboxs_own_endpoint_echoes(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path)
    tenant = Tenant(in_process(sandbox)).sign_in()
    assert tenant.call("PUT", "/_sandbox/callback", json={"url": None})[0] == 200
    body = json.dumps({"challenge": "a nonce of somebody's"})
    headers = {"X-Request-ID": "r", "X-Conversation-ID": "c", "Content-Type": "application/json"}
    response = _post(sandbox, body, headers)
    assert (response.status_code, response.headers["Sandbox-Challenge"]) == (204, "a nonce of somebody's")
    wrong = {"webhook-id": "m", "webhook-timestamp": "1800000000", "webhook-signature": "v1,bm8="}
    assert _post(sandbox, body, {**headers, **wrong}).status_code == 401
    assert tenant.get("/_sandbox/endpoint")["items"] == []
    sandbox.close()


def _post(sandbox: Sandbox, body: str, headers: dict[str, str]) -> TestResponse:
    return Client(sandbox.app).post("/tenants/TENANT1/kcis", data=body, headers=headers)
