"""Every setting, in one table: read from `SANDBOX_*` variables, printed by `sandbox show settings`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from typing import Any

from sandbox.domain.durations import parse_duration
from sandbox.domain.errors import Problem
from sandbox.domain.lifecycles import CANCELLABLE
from sandbox.domain.quotas import Quotas


def _setting(default: Any, purpose: str, *, secret: bool = False, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"purpose": purpose, "secret": secret, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """The table. A field `port` is set by `SANDBOX_PORT`; times are whole milliseconds of real time."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8800, "port to listen on")
    database_url: str = _setting("sqlite:///var/sandbox.db", "sqlite:///FILE or postgresql+psycopg://…")
    key: str = _setting(
        "", "secret from which every key is derived; empty: kept in a file beside the SQLite file", secret=True
    )
    threads: int = _setting(64, "requests served at once")
    players: int = _setting(16, "jobs played at once")
    play: bool = _setting(True, "whether `sandbox serve` plays too; false leaves that to `sandbox work`, on PostgreSQL")
    fsync: bool = _setting(False, "SQLite: survive a power cut too, not only a killed process")
    one_processor: bool = _setting(True, "SQLite without fsync: keep to one processor, the one that it starts on")
    log_calls: bool = _setting(False, "log a line for every call")
    demo_clients: bool = _setting(True, "whether the published demo clients may sign in")
    operator_secret: str = _setting("", "secret of the client operator; empty: there is none", secret=True)
    check_responses: bool = _setting(False, "check our own answers against the documents")
    world_start: str = _setting("now", "world time after a start from nothing and after a reset: now, or RFC 3339")
    reset: str = _setting("", "when all worlds are reset, as cron has it, in UK time: 0 3 * * sun; empty: never")
    local: str = _setting(
        "auto",
        "whether callbacks and suppliers may be on this machine and without TLS: true, false; auto: when it listens to "
        "nobody else",
        choices=("auto", "true", "false"),
    )
    real_data: str = _setting(
        "refuse", "what may be somebody's data: refuse, redact or allow", choices=("refuse", "redact", "allow")
    )
    rejection_status: int = _setting(
        422, "status of a well-formed order, amendment or cancellation that the gateway refuses", choices=("422", "400")
    )
    cancel_from: str = _setting(
        "ACKNOWLEDGED IN_PROGRESS PENDING HELD PENDING_AMENDMENT", "states of an order in which a cancellation is taken"
    )
    expires_in: str = _setting(
        "number", "how a token's expires_in is written: number or text", choices=("number", "text")
    )
    push_retries: str = _setting(
        "PT5S PT30S PT2M PT10M PT1H PT6H P1D", "world time from one attempt to push a KCI to the next; the last repeats"
    )
    push_give_up: str = _setting("P14D", "world time after which a KCI that is not taken is given up")
    scenarios: str = _setting("", "folder of scenarios of one's own, for every tenant; empty: none")
    suppliers: str = _setting("", "folder of suppliers of one's own, for tenants to choose; empty: none")
    body_limit: int = _setting(1_048_576, "largest request body in bytes")
    supplier_timeout: int = _setting(10_000, "how long the gateway waits for a supplier")
    push_timeout: int = _setting(10_000, "how long the gateway waits for a tenant's endpoint")
    patience: int = _setting(5_000, "how long a supplier's early KCI waits for the missing one")
    lease: int = _setting(60_000, "how long a player owns what it claimed: more than twice each time-out above")
    run_limit: int = _setting(30_000, "longest that one advance or drain plays before it answers more: true")
    snapshots: int = _setting(10, "snapshots that one tenant may keep of its world")
    snapshot_bytes: int = _setting(16_777_216, "largest snapshot in bytes")
    recording_bytes: int = _setting(8_388_608, "bytes of a tenant's conversation kept in each epoch; 0: none is")
    inbox_waiters: int = _setting(4, "long polls at once per tenant")
    supplier_waiters: int = _setting(
        8, "answers of partners' own suppliers that one tenant's calls wait for at once; half the threads in all"
    )
    delayed_calls: int = _setting(4, "calls that faults hold up at once per tenant; half the threads in all")
    quota_requests: int = _setting(0, "requests a second per tenant, in each process; 0: as many as come")
    quota_orders: int = _setting(0, "orders open at once per tenant; 0: any number")
    quota_bytes: int = _setting(0, "bytes kept per tenant; 0: any number")
    quota_callbacks: int = _setting(0, "pushes a second per tenant, in each process; 0: as many as fall due")
    quota_sign_ups: int = _setting(0, "new tenants an hour per address, in each process; 0: any number")
    pin_days: int = _setting(14, "days for which a world may be kept past its timetable")
    keep_days: int = _setting(
        0, "days after which timelines and recordings go, though their world was not reset; 0: never"
    )
    issuer: str = _setting(
        "", "what it calls itself in certificates of conformance runs, such as its URL; empty: it makes none"
    )
    idle_days: int = _setting(0, "days without signing in after which a partner's tenant is closed; 0: never")
    proxies: int = _setting(0, "reverse proxies in front of it, whose X-Forwarded-For is believed")

    @property
    def quotas(self) -> Quotas:
        """The quotas of a tenant that has none of its own."""
        return Quotas(self.quota_requests, self.quota_orders, self.quota_bytes, self.quota_callbacks)

    @property
    def retries(self) -> tuple[int, ...]:
        """How long after a failed push the next one follows, in milliseconds of world time; the last repeats."""
        return tuple(map(parse_duration, self.push_retries.split()))

    @property
    def give_up(self) -> int:
        """How long after its first push a KCI that is not taken is given up, in milliseconds of world time."""
        return parse_duration(self.push_give_up)

    @property
    def computes_alone(self) -> bool:
        """Whether one thread computes at a time: where a transaction waits for another process or for the disk, others
        may compute meanwhile.
        """
        return self.database_url.startswith("sqlite") and not self.fsync

    @property
    def local_mode(self) -> bool:
        """Whether this is somebody's sandbox on their own machine, where that machine may be sent to."""
        return self.local == "true" or (self.local == "auto" and _is_loopback(self.host))

    def rows(self) -> list[tuple[str, str, str]]:
        """(variable, value, purpose) of every setting; secrets are masked."""
        return [
            (
                f"SANDBOX_{item.name.upper()}",
                "(set)" if item.metadata["secret"] and getattr(self, item.name) else str(getattr(self, item.name)),
                str(item.metadata["purpose"]),
            )
            for item in fields(self)
        ]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises ValueError that names the variable and what to send instead."""
    environ = os.environ if environ is None else environ
    known = {f"SANDBOX_{item.name.upper()}": item for item in fields(Settings)}
    ours = (name for name in environ if name.startswith("SANDBOX_") and not name.startswith("SANDBOX_TEST_"))
    unknown = sorted(name for name in ours if name not in known)  # SANDBOX_TEST_ speaks to the tests alone
    if unknown:
        raise ValueError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    given = {
        item.name: _parse(name, environ[name], type(item.default), item.metadata["choices"])
        for name, item in known.items()
        if name in environ
    }
    settings = Settings(**given)
    _judge(settings)
    return settings


def _judge(settings: Settings) -> None:
    """What cannot work together is told at the start, not found out under load."""
    for name in ("threads", "players"):
        if getattr(settings, name) == 0:
            raise ValueError(f"SANDBOX_{name.upper()}=0: send a whole number from 1")
    wrong = set(settings.cancel_from.split()) - set(CANCELLABLE)
    if wrong or not settings.cancel_from.split():
        raise ValueError(f"SANDBOX_CANCEL_FROM={settings.cancel_from!r}: send some of {' '.join(CANCELLABLE)}")
    for name in ("push_retries", "push_give_up"):
        texts = getattr(settings, name).split()
        if not texts or (name == "push_give_up" and len(texts) > 1) or not all(map(_is_duration, texts)):
            raise ValueError(
                f"SANDBOX_{name.upper()}={getattr(settings, name)!r}: send a duration such as PT30S or P1D"
            )
    for name in ("push_timeout", "supplier_timeout"):
        timeout = getattr(settings, name)
        if settings.lease <= 2 * timeout:
            raise ValueError(
                f"SANDBOX_LEASE={settings.lease}: send more than twice SANDBOX_{name.upper()}, which is {timeout}: "
                "else a job may be played by another before its time-out"
            )


def _is_duration(text: str) -> bool:
    try:
        return parse_duration(text) > 0
    except Problem:
        return False


def _parse(name: str, text: str, kind: type, choices: tuple[str, ...]) -> Any:
    if choices and text not in choices:
        raise ValueError(f"{name}={text!r}: send one of {', '.join(choices)}")
    if kind is bool:
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise ValueError(f"{name}={text!r}: send true or false")
        return text.lower() in ("true", "1", "yes")
    if kind is int:
        if not text.isdecimal():
            raise ValueError(f"{name}={text!r}: send a whole number")
        return int(text)
    return text
