"""The answer to whoever places something: the thing as it was taken, at once; or, where that was asked for, after the
tenant has been handed its first KCI.
"""

from collections.abc import Callable
from functools import partial

from sandbox.domain.entities import Entity
from sandbox.domain.faults import BEFORE_RESPONSE
from sandbox.gateway import delivery, disorder, sending
from sandbox.gateway.handing_over import lane
from sandbox.parts import Parts
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call
from sandbox.world.overtaking import play_first


def placed(parts: Parts, call: Call, keep: Callable[[Tx], Entity]) -> Answer:
    """201 with what `keep` stores."""
    entity = parts.write(call, keep)
    if any(each["do"] == BEFORE_RESPONSE for each in entity.disorder):
        _let_pass(parts, call, entity)
    return Answer(201, entity.body)


def _let_pass(parts: Parts, call: Call, entity: Entity) -> None:
    handlers = {
        "send": partial(sending.send, parts),
        "deliver": partial(disorder.deliver, parts),
        "push": partial(delivery.push, parts),
    }
    about = f"{entity.tenant} {entity.ref}"
    lanes = (f"send {about}", f"deliver {about}", lane(entity.tenant, entity.ref))
    where = (call.caller.world, call.caller.epoch)
    play_first(parts.store, parts.clock, handlers, *where, lanes, lease=parts.settings.lease)
