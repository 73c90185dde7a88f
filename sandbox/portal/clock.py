"""The world's clock by the control API: look at it, change its speed, jump."""

from functools import partial
from typing import Any

from sandbox.domain.durations import parse_duration, to_ms, to_text
from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.domain.worldtime import World, with_rate
from sandbox.parts import Parts
from sandbox.store import partners, worlds
from sandbox.store.lanes import Job, playing
from sandbox.store.partners import OpenWork
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Handler
from sandbox.world.runs import Conductor, Played

MOST_TOLD = 20  # open orders, tests and problems that the refusal of a jump names

_NO_JUMP = "no jump, and no rate but 1"
_ABOUT = ("supplier", "reasonCode", "kci")  # what of a job's payload says what it was about


def handlers(parts: Parts, conductor: Conductor) -> dict[str, Handler]:
    """The handlers of the clock's operations."""
    return {
        "getClock": partial(show, parts),
        "setClock": partial(set_rate, parts),
        "advanceClock": partial(_jump, parts, partial(advance, conductor)),
        "stepClock": partial(_jump, parts, partial(step, conductor)),
        "drainClock": partial(_jump, parts, partial(drain, conductor)),
    }


def _jump(parts: Parts, jump: Handler, call: Call) -> Answer:
    """Jump, unless something is open at a partner's own supplier."""
    check_real_time(parts.store.read(call.caller.world, partners.open_work), call, _NO_JUMP)
    return jump(call)


def check_real_time(work: list[OpenWork], call: Call, refused: str) -> None:
    """Refuse while work with a partner's own supplier is open: it lives in real time. Others' work is only counted.
    `refused` says what cannot be done meanwhile.
    """
    own = [each for each in work if each.tenant == call.caller.code]
    told = [f"{each.supplier} has open work ({each.ref} is {each.status})" for each in own[:MOST_TOLD]]
    if len(work) > len(told):
        told.append(f"{len(work) - len(told)} more are open, {len(work) - len(own)} of them of other tenants")
    if told:
        why = f"work with a partner's own supplier is open, which lives in real time: {refused}"
        raise Problem(INVALID_REQUEST, (why, *told), 409)


def show(parts: Parts, call: Call) -> Answer:
    """GET /clock."""
    return Answer(200, parts.store.read(call.caller.world, lambda tx: _clock(tx.world, tx.now)))


def set_rate(parts: Parts, call: Call) -> Answer:
    """PUT /clock: another speed from now on. Refused while a run has the clock."""

    def change(tx: Tx) -> dict[str, Any]:
        if tx.world.running(tx.real):
            raise Problem(INVALID_REQUEST, ("an advance, step or drain is under way: wait for its answer",), 409)
        if call.body["rate"] != 1:
            check_real_time(partners.open_work(tx), call, _NO_JUMP)
        world = with_rate(tx.world, tx.real, call.body["rate"])
        worlds.set_clock(tx.connection, world)
        tx.rings.add(playing(tx.world.name))
        return _clock(world, tx.now)

    return Answer(200, parts.write(call, change))


def advance(conductor: Conductor, call: Call) -> Answer:
    """POST /clock/advance: by a duration, or to a moment."""
    body: dict[str, str] = call.body
    world, epoch = call.caller.world, call.caller.epoch
    if "by" in body:
        distance = parse_duration(body["by"])
        return _played(call, conductor.advance(world, lambda now: now + distance, epoch=epoch))
    moment = to_ms(body["to"])
    return _played(call, conductor.advance(world, lambda _now: moment, epoch=epoch))


def step(conductor: Conductor, call: Call) -> Answer:
    """POST /clock/step: the one thing that is due next."""
    return _played(call, conductor.step(call.caller.world, epoch=call.caller.epoch))


def drain(conductor: Conductor, call: Call) -> Answer:
    """POST /clock/drain: until nothing waits but callbacks that keep failing."""
    return _played(call, conductor.drain(call.caller.world, epoch=call.caller.epoch))


def _played(call: Call, played: Played) -> Answer:
    """A run as its caller may see it: what concerned others in a shared world stays theirs."""
    fired = [played_entry(job) for job in played.fired if job.owner == call.caller.code]
    return Answer(200, {"now": to_text(played.now), "fired": fired, "more": played.more})


def played_entry(job: Job) -> dict[str, Any]:
    """A job as its owner sees it."""
    return {
        "at": to_text(job.due_at),
        "kind": job.kind,
        job.ref.kind: job.ref.id,
        **{name: job.payload[name] for name in _ABOUT if name in job.payload},
    }


def _clock(world: World, now: int) -> dict[str, Any]:
    gap = {} if world.gap is None else {"gap": world.gap // 1000}
    tempo = "realistic" if world.gap is None else "compressed"
    return {"now": to_text(now), "rate": world.rate, "tempo": tempo, **gap, "epoch": world.epoch, "world": world.name}
