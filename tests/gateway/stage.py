"""A supplier that the test plays: the gateway calls it by its API, and it speaks by KCIs, all in this process."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.app import Sandbox
from tests.gateway.living import go_live, have_tested
from tests.support.sandboxes import Json, Send, Tenant, in_process

AT = "2027-01-15T08:00:00.000Z"
DATES = {"committedDate": "2027-02-01T12:00:00.000Z", "targetDate": "2027-02-01T12:00:00.000Z"}
# Published: what has to come with a reason code.
DEMANDED: dict[str, Json] = {
    **{code: {"problemCode": "UNKNOWN_FAULT"} for code in ("WARNING", "DELAY", "REAPPOINT", "CANCELLED")},
    **{code: {"text": "Please say which door."} for code in ("INFORMATION_REQUIRED", "ORDER_REJECTED")},
}
RESOLUTION = {"resolvedDate": AT, "resolutionDetails": {"resolutionCode": "ACCESS_ISSUE"}, "status": "PENDING"}
REFUSAL = {"uuid": "00000000-0000-4000-8000-000000000000", "code": "INVALID_REQUEST", "messages": ["as planned"]}


@dataclass
class Played:
    """CEDAR in the tenant's world. `answer` is its next one: a status, and what its body has beside the request."""

    send: Send
    tenant: Tenant
    token: str
    test: int
    order: Json
    answer: tuple[int, Json] = (202, {})
    asked: list[tuple[str, Json]] = field(default_factory=list)
    kcis: int = 0

    def reply(self, path: str, body: Json) -> tuple[int, Json]:
        """The answer to one call, which is noted."""
        self.asked.append((path, body))
        status, more = self.answer
        if status >= 400:
            return status, REFUSAL
        return status, None if status == 202 else {**body, **more}

    def say(self, member: str, entity: Json, reason: str, number: int, **more: Any) -> tuple[int, Json]:
        """Post a KCI about something: (status, body) of the answer."""
        self.kcis += 1
        kci_id = f"{self.kcis:08x}-0000-4000-8000-000000000000"
        kci = {"id": kci_id, "sequenceNumber": number, "issuedOn": AT, "reasonCode": reason}
        stated = {"tenant": "TENANT1", **(DATES if reason == "COMMITTED" else {}), **entity}
        headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": kci_id}
        body = {**kci, **DEMANDED.get(reason, {}), member: stated, **more}
        return self.send("POST", "/v1/kcis", headers=headers, json=body)


def play(sandbox: Sandbox) -> Played:
    """Have a service of TENANT1 at CEDAR made live and tested RED by the fake, then take the fake's place."""
    send = in_process(sandbox)
    tenant = Tenant(send).sign_in()
    test = have_tested(tenant, go_live(tenant, "CEDAR"), "SERVICE_TEST_RED")
    form = {"grant_type": "client_credentials", "client_id": "cedar1", "client_secret": "cedar1-secret"}
    _, granted = send("POST", "/v1/auth/supplier/access-token", form=form)
    played = Played(send, tenant, granted["access_token"], test["id"], tenant.order_body("CEDAR"))
    sandbox.parts.courier.apps["suppliers"] = _in_place_of(sandbox.parts.courier.apps["suppliers"], played)
    return played


def _in_place_of(fakes: Callable[..., Any], played: Played) -> Callable[..., Any]:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read()
        path = environ["PATH_INFO"]
        if not path.startswith("/CEDAR/"):
            return list(fakes(environ, start))
        status, body = played.reply(path.removeprefix("/CEDAR"), json.loads(raw or b"null"))
        start(f"{status} Planned", [("Content-Type", "application/json")] if body is not None else [])
        return [json.dumps(body).encode()] if body is not None else []

    return app
