"""A tenant's endpoint that somebody else wrote."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

TOKEN = "Bearer known-to-both"
SECRET = "whsec_c29tZWJvZHktZWxzZS1zLXNlY3JldC1mb3IgdGVzdHM="


def endpoint(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application."""
    status, code, message = judge(environ)
    if not code:
        start(f"{status} Taken", [])
        return [b""]
    body = {"uuid": str(uuid.uuid4()), "code": code, "messages": [message]}
    start(f"{status} Refused", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def judge(environ: Mapping[str, Any]) -> tuple[int, str, str]:
    """(status, code, message): what becomes of a KCI."""
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_AUTHORIZATION") != TOKEN:
        return 401, "NOT_AUTHORISED", "a bearer token is needed"
    try:
        headers = {name: environ.get(f"HTTP_WEBHOOK_{name.upper()}", "") for name in ("id", "timestamp", "signature")}
        Webhook(SECRET).verify(raw, {f"webhook-{name}": value for name, value in headers.items()})
    except WebhookVerificationError:
        return 401, "NOT_AUTHORISED", "the signature does not fit"
    except ValueError:
        return 400, "MALFORMED_REQUEST", "the body is not JSON"
    kci = json.loads(raw)
    missing = [name for name in ("id", "entity") if not isinstance(kci, dict) or name not in kci]
    return (400, "MALFORMED_REQUEST", f"{missing[0]} is missing") if missing else (204, "", "")
