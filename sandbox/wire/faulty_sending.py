"""Faults on the way out: on the gateway's calls to a supplier, and on KCIs to a tenant's callback."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import orjson

from sandbox.domain.ids import make_id
from sandbox.domain.wirefaults import AFTER, delay_of
from sandbox.wire.courier import Courier, NoAnswer, Parcel, Reply
from sandbox.wire.faultplane import HEADER, Fault, FaultPlane
from sandbox.wire.outbound import ClientCredentials
from sandbox.wire.problems import error_body, told_instead
from sandbox.wire.spoiling import spoilt

_PARTS = (b'{"alg":"HS256","typ":"JWT"}', b'{"iss":"fibre-sandbox","exp":946684800}', b"nobody signed this")
EXPIRED = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in _PARTS)  # since the year 2000


@dataclass(frozen=True)
class Sender:
    """How to send for this owner. Whoever waits for the answer does so for `limit` milliseconds; `bounded` where the
    waiting counts among the owner's delayed calls.
    """

    courier: Courier
    plane: FaultPlane
    owner: str
    limit: int
    bounded: bool


def send(sender: Sender, parcel: Parcel, fault: Fault) -> Reply:
    """The answer to a request that is struck. Raises NoAnswer where the fault lets none through."""
    parcel = replace(parcel, headers={**parcel.headers, HEADER: fault.rule})
    return _DEEDS[fault.kind](sender, parcel, fault)


def _otherwise(sender: Sender, parcel: Parcel, fault: Fault) -> Reply:
    if fault.when == AFTER:
        sender.courier.send(parcel)
    problem = told_instead(fault.do)
    body = orjson.dumps(error_body(make_id("fault", 0, fault.rule, parcel.url), problem))
    more = {"Retry-After": str(problem.retry_after)} if problem.retry_after is not None else {}
    return Reply(fault.do["status"], {"Content-Type": "application/json", **more}, body)


def _late(sender: Sender, parcel: Parcel, fault: Fault) -> Reply:
    late = delay_of(fault.do, sender.limit)
    reply = sender.courier.send(parcel) if fault.when == AFTER else None
    sender.plane.hold_up(sender.owner, min(late, sender.limit), bounded=sender.bounded)
    if late >= sender.limit:
        raise NoAnswer("Timeout", timed_out=True)
    return reply or sender.courier.send(replace(parcel, timeout=max(1, parcel.timeout - late)))


def _dropped(sender: Sender, parcel: Parcel, fault: Fault) -> Reply:
    if fault.when == AFTER:
        sender.courier.send(parcel)
    raise NoAnswer("ConnectionDropped", timed_out=False)


def _spoilt(sender: Sender, parcel: Parcel, fault: Fault) -> Reply:
    """A supplier's answer. A KCI was spoilt before it was signed, and a callback's answer says nothing."""
    reply = sender.courier.send(parcel)
    return replace(reply, body=spoilt(fault.do, reply.body))


def _with_old_token(sender: Sender, parcel: Parcel, _fault: Fault) -> Reply:
    """Whoever fetches its tokens from the peer comes back with a new one; nobody else has another to show."""
    old = replace(parcel, auth=None, headers={**parcel.headers, "Authorization": f"Bearer {EXPIRED}"})
    reply = sender.courier.send(old)
    if reply.status == 401 and isinstance(parcel.auth, ClientCredentials):
        return sender.courier.send(parcel)
    return reply


def _wrongly_signed(sender: Sender, parcel: Parcel, _fault: Fault) -> Reply:
    return sender.courier.send(replace(parcel, headers=wrongly_signed(parcel.headers)))


def wrongly_signed(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a push with a signature of the right shape that does not verify."""
    wrong = base64.b64encode(b"a signature that nobody can verify").decode()
    return {**headers, "webhook-signature": f"v1,{wrong}"}


_DEEDS: Mapping[str, Callable[[Sender, Parcel, Fault], Reply]] = {
    "answer": _otherwise,
    "delay": _late,
    "drop": _dropped,
    "malformed": _spoilt,
    "missing": _spoilt,
    "empty": _spoilt,
    "expired_token": _with_old_token,
    "wrong_signature": _wrongly_signed,
}
