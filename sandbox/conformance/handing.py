"""Handing KCIs to a tenant's endpoint, as the gateway does: named, signed, and posted to the URL as it stands."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from standardwebhooks import Webhook

from sandbox.conformance import shapes
from sandbox.conformance.exchange import Exchange
from sandbox.conformance.party import Party
from sandbox.conformance.realtime import new_name, today

NOBODYS = "whsec_bm90LXRoZS1zZWNyZXQtdGhhdC13YXMtYWdyZWVk"
OLD = timedelta(minutes=10)  # the specification lets a signature be five minutes old


class Hand:
    """Posts KCIs to one endpoint. `secret` is the signing secret of the profile, None where nothing is signed."""

    def __init__(self, party: Party, secret: str | None) -> None:
        self._party, self._secret = party, secret

    def __call__(
        self,
        kci: Any,
        *,
        raw: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        sign: str = "right",
        slowly: bool = False,
    ) -> Exchange:
        """Hand one over; `sign` is right, wrong or old. A header of None is left out. Raises CouldNotTest.

        `slowly`: it is sent in pieces, and the answer is waited for before it is read.
        """
        content = json.dumps(kci) if raw is None else raw
        sent = {"Content-Type": "application/json", "X-Request-ID": new_name(), "X-Conversation-ID": "conformance"}
        token = self._party.token()
        sent |= {} if token is None else {"Authorization": token}
        name = kci.get("id", new_name()) if isinstance(kci, dict) else new_name()
        sent |= self._signature(name, content, sign)
        sent = {each: value for each, value in (sent | dict(headers or {})).items() if value is not None}
        exchange = self._party.send("handleKci", "POST", self._party.url, [], sent, content, kci, slowly=slowly)
        self._party.exchanges.append(exchange)
        return exchange

    def _signature(self, name: str, content: str, sign: str) -> dict[str, str]:
        if self._secret is None:
            return {}
        when = today() - (OLD if sign == "old" else timedelta())
        made = Webhook(NOBODYS if sign == "wrong" else self._secret).sign(name, when, content)
        return {"webhook-id": name, "webhook-timestamp": str(int(when.timestamp())), "webhook-signature": made}


def published_examples() -> dict[str, Any]:
    """The published KCIs by name."""
    operation = shapes.as_published("tenant-updates")["paths"]["/kcis"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return {name: each["value"] for name, each in examples.items() if "entityType" in each["value"]}
