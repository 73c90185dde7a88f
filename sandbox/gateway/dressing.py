"""A KCI as it goes out: its bytes and its headers, with what disorder and faults have made of both."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from sandbox.domain.handing import TENANT
from sandbox.domain.ids import make_id
from sandbox.domain.variants import varied
from sandbox.gateway.signing import signed
from sandbox.parts import Parts
from sandbox.store.kcis import Kci
from sandbox.wire.faultplane import HEADER
from sandbox.wire.faulty_sending import wrongly_signed
from sandbox.wire.spoiling import spoilt

LONG_AGO = 3_600  # seconds


def dressed(
    parts: Parts,
    secret: bytes | None,
    kci: Kci,
    request_id: str,
    marks: Sequence[str] = (),
    spoil: Mapping[str, Any] | None = None,
) -> tuple[bytes, dict[str, str]]:
    """(body, headers). `marks` are the kinds of disorder that have been at it; a fault on the wire may `spoil` it.
    What is signed are the bytes as they then are.
    """
    body, kci_id = kci.body, kci.id
    if marks:
        changed = varied(orjson.loads(body), marks, TENANT)
        body, kci_id = orjson.dumps(changed), str(changed["id"])
    if spoil is not None:
        body = spoilt(spoil, body)
    ago = LONG_AGO if "old_timestamp" in marks else 0
    headers = signed(parts, secret, kci_id, body, request_id, kci.conversation, ago=ago)
    return body, _marked(headers, marks, kci) if marks else headers


def _marked(headers: dict[str, str], marks: Sequence[str], kci: Kci) -> dict[str, str]:
    headers[HEADER] = " ".join(marks)
    if "wrong_conversation" in marks:
        headers["X-Conversation-ID"] = make_id("variant", 0, "conversation", kci.id)
    if "repeated_request_id" in marks:
        headers["X-Request-ID"] = make_id("variant", 0, "request", kci.owner, kci.entity)
    return wrongly_signed(headers) if "wrong_signature" in marks else headers
