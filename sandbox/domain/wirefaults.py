"""Faults on the wire: rules say which calls go wrong, how often, and how; what can go wrong is a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.durations import to_ms
from sandbox.domain.errors import invalid
from sandbox.domain.faults import disorder_from
from sandbox.domain.seeds import draw

# Who calls whom.
TENANT = "tenant"  # a tenant calls the gateway
SUPPLIER = "supplier"  # the gateway calls a supplier
UPDATES = "updates"  # a supplier calls the gateway, with KCIs
CALLBACK = "callback"  # the gateway calls a tenant, with KCIs
LEGS: Mapping[str, str] = {
    TENANT: "a tenant calls the gateway, for a token too",
    SUPPLIER: "the gateway calls a supplier",
    UPDATES: "a supplier posts a KCI to the gateway",
    CALLBACK: "the gateway posts a KCI to the tenant's callback",
}

BEFORE, AFTER = "before", "after"
IN_A_ROW = 2  # faults that one request, sent again and again, meets at most before it passes, unless the rule says so
TIMES = 1_000  # faults after which a rule without another end has ended

# The calls that place what has KCIs of its own.
PLACING = ("POST /service-orders", "POST /ethernet/service-orders", "POST /service-tests", "POST /service-problems")

_SHARE = 0.05  # by how much of the limit a delay stays under it, or goes over it


@dataclass(frozen=True)
class Deed:
    """One thing that can go wrong. `legs` and `whens` say where and when it may: the first of `whens` unless told.

    `example` is a rule's `do`.
    """

    name: str
    title: str
    doc: str
    legs: tuple[str, ...]
    whens: tuple[str, ...]
    example: Mapping[str, Any]


_EVERYWHERE = tuple(LEGS)
DEEDS: Mapping[str, Deed] = {
    each.name: each
    for each in (
        Deed(
            "answer",
            "Another answer",
            "The call is answered with this status, and with Retry-After if that many seconds are given.",
            _EVERYWHERE,
            (BEFORE, AFTER),
            {"kind": "answer", "status": 503, "retryAfter": 3},
        ),
        Deed(
            "delay",
            "A slow answer",
            "The call takes this many milliseconds of real time longer; or, where the gateway itself is the one that "
            "waits, just under or just over its limit.",
            _EVERYWHERE,
            (BEFORE, AFTER),
            {"kind": "delay", "limit": "over"},
        ),
        Deed(
            "drop",
            "A dropped connection",
            "The connection breaks off in the middle of the answer.",
            _EVERYWHERE,
            (BEFORE, AFTER),
            {"kind": "drop"},
        ),
        Deed(
            "malformed",
            "Broken JSON",
            "The JSON breaks off half way, in an answer of the right length; on the way to a callback, the KCI does.",
            _EVERYWHERE,
            (AFTER,),
            {"kind": "malformed"},
        ),
        Deed(
            "missing",
            "Missing fields",
            "The fields at these JSON pointers are left out of the answer; on the way to a callback, of the KCI.",
            _EVERYWHERE,
            (AFTER,),
            {"kind": "missing", "fields": ["/status"]},
        ),
        Deed(
            "empty",
            "Empty fields",
            "The fields at these JSON pointers are empty strings in the answer; on the way to a callback, in the KCI.",
            _EVERYWHERE,
            (AFTER,),
            {"kind": "empty", "fields": ["/supplier"]},
        ),
        Deed(
            "expired_token",
            "An expired token",
            "The call is refused as one whose access token has expired; where the gateway calls, it shows an expired "
            "token, and with OAuth 2.0 it comes back with a new one once that was refused.",
            _EVERYWHERE,
            (BEFORE,),
            {"kind": "expired_token"},
        ),
        Deed(
            "wrong_signature",
            "A wrong signature",
            "The KCI is posted with a signature that does not verify.",
            (CALLBACK,),
            (BEFORE,),
            {"kind": "wrong_signature"},
        ),
        Deed(
            "disorder",
            "Disorder among the KCIs",
            "What the call places has this disorder among its KCIs, unless its own X-Scenario names one.",
            (TENANT,),
            (BEFORE,),
            {"kind": "disorder", "do": "swap"},
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Occasion:
    """A call that a rule may meet. `call` is its method and its path as the document has it, `exact` the path as asked.

    `identity` is the same for a request that is sent again; `kci` is the type or reason code of a KCI.
    """

    leg: str
    call: str
    exact: str
    identity: str
    supplier: str | None = None
    kci: str | None = None


@dataclass(frozen=True)
class Rule:
    """Which calls it is about (`leg`, and None for whichever), how often something is done, what, and when.

    `schedule` is one of next, nth, every, percent, with its number. It ends after `times` faults, or at `until` in
    world time. `seed` None takes the world's.
    """

    leg: str
    call: str | None
    supplier: str | None
    kci: str | None
    schedule: str
    number: int
    in_a_row: int
    times: int
    until: int | None
    seed: str | None
    when: str
    do: Mapping[str, Any]

    @property
    def deed(self) -> Deed:
        """What it does."""
        return DEEDS[self.do["kind"]]


_SCHEDULES = ("next", "nth", "every", "percent")


def rule_from(mapping: Mapping[str, Any]) -> Rule:
    """The rule that the control API's FaultRule describes. Raises INVALID_REQUEST for what never comes together."""
    match, do = mapping.get("match", {}), mapping["do"]
    leg, deed = match.get("leg", TENANT), DEEDS[do["kind"]]
    schedule = _schedule_of(mapping)
    number = mapping.get(schedule, 1)
    _check(leg, match, deed, do, mapping.get("when"))
    return Rule(
        leg=leg,
        call=match.get("call"),
        supplier=match.get("supplier"),
        kci=match.get("kci"),
        schedule=schedule,
        number=number,
        in_a_row=mapping.get("inARow", IN_A_ROW),
        times=mapping.get("times", {"next": number, "nth": 1}.get(schedule, TIMES)),
        until=to_ms(mapping["until"]) if "until" in mapping else None,
        seed=mapping.get("seed"),
        when=mapping.get("when", deed.whens[0]),
        do=do,
    )


def _schedule_of(mapping: Mapping[str, Any]) -> str:
    given = [name for name in _SCHEDULES if name in mapping]
    if len(given) > 1:
        raise invalid(f"/{given[1]}: send one of {', '.join(_SCHEDULES)}, not {len(given)}")
    schedule = given[0] if given else "next"
    for name in ("inARow", "seed"):
        if name in mapping and schedule != "percent":
            raise invalid(f"/{name}: goes with percent: nothing else is left to chance")
    return schedule


def _check(leg: str, match: Mapping[str, Any], deed: Deed, do: Mapping[str, Any], when: str | None) -> None:
    if leg not in deed.legs:
        raise invalid(f"/match/leg: {deed.name} is for {' and '.join(deed.legs)}, not for {leg}")
    if leg == TENANT and "supplier" in match:
        raise invalid("/match/supplier: a tenant calls the gateway: name a supplier with another leg")
    if leg in (TENANT, SUPPLIER) and "kci" in match:
        raise invalid(f"/match/kci: a KCI is posted on the legs {UPDATES} and {CALLBACK}")
    if deed.name == "disorder":
        if match.get("call") not in PLACING:
            raise invalid(f"/match/call: KCIs follow on what is placed: send one of {', '.join(PLACING)}")
        disorder_from({name: do[name] for name in do if name != "kind"})
    if when is not None and when not in deed.whens:
        raise invalid(f"/when: {deed.name} happens {' or '.join(deed.whens)} the work, not {when}")
    if "limit" in do and leg in (TENANT, UPDATES):
        raise invalid("/do/limit: here the caller is the one that waits, and knows its limit: send milliseconds")


def matches(rule: Rule, occasion: Occasion) -> bool:
    """Whether the rule is about this call. A path with its values, /service-orders/1001, meets that one alone."""
    method, _, _ = occasion.call.partition(" ")
    return (
        rule.leg == occasion.leg
        and rule.call in (None, occasion.call, f"{method} {occasion.exact}")
        and rule.supplier in (None, occasion.supplier)
        and rule.kci in (None, occasion.kci)
    )


def ended(rule: Rule, done: int, now: int) -> bool:
    """Whether the rule has done all that it will ever do, having done it `done` times before `now`."""
    return done >= rule.times or (rule.until is not None and now >= rule.until)


def strikes(rule: Rule, matched: int, failed: int, seed: str) -> bool:
    """Whether the rule strikes the call that is its `matched`th, counted from 1, of a request that it has struck
    `failed` times running. The world's seed, or the rule's own, decides what is left to chance.
    """
    return _STRIKES[rule.schedule](rule, matched, failed, rule.seed or seed)


def _by_chance(rule: Rule, matched: int, failed: int, seed: str) -> bool:
    about = (rule.leg, rule.call or "", rule.supplier or "", rule.kci or "", rule.do["kind"])
    return failed < rule.in_a_row and draw(seed, "fault", *about, matched) * 100 < rule.number


_STRIKES: Mapping[str, Callable[[Rule, int, int, str], bool]] = {
    "next": lambda rule, matched, _failed, _seed: matched <= rule.number,
    "nth": lambda rule, matched, _failed, _seed: matched == rule.number,
    "every": lambda rule, matched, _failed, _seed: matched % rule.number == 0,
    "percent": _by_chance,
}


def delay_of(do: Mapping[str, Any], limit: int) -> int:
    """The milliseconds of a delay, where the limit of who waits is known."""
    given: int | None = do.get("milliseconds")
    if given is not None:
        return given
    return round(limit * (1 + _SHARE if do["limit"] == "over" else 1 - _SHARE))
