"""A fake's KCI on its way to the gateway: posted by the front door, like anybody else's."""

from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.parts import Parts
from sandbox.store.lanes import Job
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, NoAnswer, Parcel
from sandbox.wire.headers import MARK

TRIES = 5  # running, before a KCI that the gateway does not answer is left for later


def post(
    parts: Parts, job: Job, conversation: str, body: Mapping[str, Any], faults: int, token: str | None = None
) -> int:
    """The status of the gateway's answer; tried a few times running, the same KCI each time, 503 if none ever came.

    `token` is shown instead of the supplier's own.
    """
    if token is None:
        token = parts.tokens.own(Caller("supplier", job.payload["supplier"], job.world, job.epoch, faults))
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "X-Request-ID": body["id"],
        "X-Conversation-ID": conversation,
        **MARK,
    }
    parcel = Parcel("POST", f"{SCHEME}://gateway/v1/kcis", headers, orjson.dumps(body), at=job.due_at)
    status = _try(parts, parcel)
    for _ in range(TRIES - 1 if faults else 0):  # nothing else keeps a sound gateway from answering
        if status in (204, 422):
            break
        status = _try(parts, parcel)
    return status


def _try(parts: Parts, parcel: Parcel) -> int:
    try:
        return parts.courier.send(parcel).status
    except NoAnswer:
        return 503
