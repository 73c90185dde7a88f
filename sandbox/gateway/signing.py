"""The headers of what is posted to a tenant: the published ones, and a signature as Standard Webhooks has it."""

from datetime import UTC, datetime

from standardwebhooks import Webhook

from sandbox.parts import Parts
from sandbox.wire.headers import MARK


def signed(
    parts: Parts,
    secret: bytes | None,
    message_id: str,
    body: bytes,
    request_id: str,
    conversation: str,
    *,
    ago: int = 0,
) -> dict[str, str]:
    """The headers for this body; without a signature where there is no key yet. It was signed `ago` seconds ago."""
    headers = {
        "Content-Type": "application/json",
        "X-Request-ID": request_id,
        "X-Conversation-ID": conversation,
        "webhook-id": message_id,
        **MARK,
    }
    if secret is not None:
        signed_at = datetime.fromtimestamp(parts.clock.now() // 1000 - ago, UTC)
        headers["webhook-timestamp"] = str(int(signed_at.timestamp()))
        signer = Webhook(parts.keys.decrypt(secret))
        headers["webhook-signature"] = signer.sign(message_id, signed_at, body.decode())
    return headers
