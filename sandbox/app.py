"""The composition root: the only place that knows every room."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from sandbox.conformance.hosting import Hosted
from sandbox.conformance.runner import Guard
from sandbox.domain.errors import GATEWAY_FAULT, SUPPLIER_FAULT, TENANT_FAULT
from sandbox.domain.wirefaults import SUPPLIER, TENANT, UPDATES
from sandbox.domain.worldtime import World
from sandbox.gateway import delivery, disorder, inbound, requesting, sending, tenant_api
from sandbox.gateway.allowance import within
from sandbox.parts import Parts
from sandbox.portal import (
    callback,
    catalogue,
    clock,
    conformance,
    credentials,
    endpoint,
    events,
    faults,
    feedback,
    inbox,
    metrics,
    operator,
    own_files,
    pages,
    partners,
    recording,
    resets,
    scorecard,
    snapshots,
    tenants,
    timetables,
)
from sandbox.portal.examiner import Examiner
from sandbox.settings import Settings
from sandbox.spec.documents import load_document
from sandbox.spec.library import load_library
from sandbox.store import accounts, founding, lanes, worlds
from sandbox.store.accounts import Client, Tenant
from sandbox.store.engines import is_sqlite, sqlite_file
from sandbox.store.store import Store
from sandbox.store.terms import NO_QUOTAS, TenantTerms
from sandbox.suppliers import api as supplier_api
from sandbox.suppliers import disorder as supplier_disorder
from sandbox.suppliers import voice
from sandbox.wire.admission import Buckets
from sandbox.wire.auth import OPERATOR, Tokens, unreadable
from sandbox.wire.call_log import log_calls
from sandbox.wire.calls import Handler
from sandbox.wire.courier import Courier, WSGIApp
from sandbox.wire.edge import Door, make_app
from sandbox.wire.egress import Egress
from sandbox.wire.faultplane import FaultPlane
from sandbox.wire.headers import with_headers
from sandbox.wire.queueing import in_turn
from sandbox.wire.recorder import Recorder
from sandbox.wire.waiting import Waiters
from sandbox.world.clock import Clock, SystemClock
from sandbox.world.keys import load_keys
from sandbox.world.player import Handlers, Player
from sandbox.world.reset import beginning
from sandbox.world.runs import Conductor
from sandbox.world.schedule import Schedule, Timetable
from sandbox.world.turns import Turns, away

log = logging.getLogger("sandbox")


@dataclass(frozen=True)
class Sandbox:
    """One running sandbox: `app` is its WSGI application. Once they are started, `player` plays what comes due, and
    `schedule` keeps worlds to the timetable. `jobs` says what is played by what.
    """

    parts: Parts
    app: WSGIApp
    player: Player
    schedule: Schedule
    jobs: Handlers
    examiner: Examiner

    def close(self) -> None:
        """Let go of the database and the threads. Player and schedule, if started, are to be stopped first."""
        self.examiner.stop()
        self.parts.fan_out.shutdown()
        self.parts.recorder.stop()
        self.parts.store.close()


def make_sandbox(settings: Settings, clock: Clock | None = None) -> Sandbox:
    """A sandbox on the database that the settings name, with the shipped worlds in it."""
    clock = clock or SystemClock()
    timetable = Timetable(settings.reset)
    library = load_library(settings.scenarios, settings.suppliers)
    store = Store(settings.database_url, clock.now, fsync=settings.fsync, waiting=away)
    file = sqlite_file(settings.database_url)
    keys = load_keys(settings.key, file.with_suffix(".key") if file else None)
    barred = () if settings.demo_clients else (client.id for client in library.clients)
    buckets = Buckets(clock.now)
    tokens = Tokens(
        store,
        keys,
        buckets,
        barred=frozenset(barred),
        quotas=settings.quotas,
        operator_secret=settings.operator_secret,
        text=settings.expires_in == "text",
    )
    fan_out = ThreadPoolExecutor(settings.threads, "fan-out")
    asking = Waiters("calls to partners' suppliers", settings.supplier_waiters, altogether=settings.threads // 2)
    delays = Waiters("delayed calls", settings.delayed_calls, altogether=settings.threads // 2)
    plane = FaultPlane(store, clock, delays)
    courier = Courier(clock.now, Egress(local=settings.local_mode))
    turns = Turns(1 if settings.computes_alone else max(2, os.cpu_count() or 1))
    recorder = Recorder(store, settings.recording_bytes, turns)
    parts = Parts(
        *(settings, clock, store, keys, tokens, library, courier),
        *(fan_out, asking, plane, timetable, buckets, recorder, turns),
    )
    _found(parts)
    jobs = _jobs(parts)
    conductor = Conductor(store, clock, jobs, settings.run_limit, settings.lease)
    player = Player(store, clock, jobs, turns, threads=settings.players, lease=settings.lease)
    kept = {"idle_days": settings.idle_days, "keep_days": settings.keep_days}
    schedule = Schedule(store, clock, timetable, settings.world_start, **kept)
    guard = Guard("sandbox.wire.guarded", settings.local_mode)
    examiner = Examiner(parts, Hosted(settings.issuer, keys.certifying, keys.certify, guard))
    return Sandbox(parts, _applications(parts, conductor, examiner), player, schedule, jobs, examiner)


def _jobs(parts: Parts) -> Handlers:
    """What is played by what."""
    return {
        "send": partial(sending.send, parts),
        "ask": partial(requesting.send, parts),
        "beat": partial(voice.speak, parts),
        "post": partial(supplier_disorder.post_planned, parts),
        "release": partial(inbound.release, parts),
        "deliver": partial(disorder.deliver, parts),
        "push": partial(delivery.push, parts),
    }


def _applications(parts: Parts, conductor: Conductor, examiner: Examiner) -> WSGIApp:
    """One small app per room: a call from one to another inside this process then shares no request with it."""
    token_handlers: Mapping[str, Handler] = {
        "getTenantAccessToken": lambda call: parts.tokens.grant(call, ("tenant", OPERATOR)),
        "getSupplierAccessToken": lambda call: parts.tokens.grant(call, ("supplier", "gateway")),
    }
    endpoints = endpoint.Endpoints()
    control = clock.handlers(parts, conductor) | inbox.handlers(parts) | callback.handlers(parts)
    control |= faults.handlers(parts) | catalogue.handlers(parts) | partners.handlers(parts) | events.handlers(parts)
    control |= endpoint.reading(endpoints) | resets.handlers(parts) | snapshots.handlers(parts)
    control |= timetables.handlers(parts) | operator.handlers(parts)
    control |= tenants.handlers(parts) | credentials.handlers(parts) | feedback.handlers(parts)
    control |= own_files.handlers(parts) | recording.handlers(parts)
    control |= conformance.handlers(parts, examiner) | scorecard.handlers(parts)
    updates = {"handleOrderUpdate": partial(inbound.accept, parts)}
    whose = parts.tokens.claimant
    tenant_document = load_document("tenant")
    keeping = frozenset(each.id for each in tenant_document.operations.values() if each.method == "POST")
    gateway = _app(
        parts,
        "gateway",
        Door(load_document("authentication"), "/v1", token_handlers, unreadable, leg=TENANT, whose=whose),
        Door(tenant_document, "/v1", within(parts, tenant_api.handlers(parts), keeping), leg=TENANT),
        Door(load_document("supplier-updates"), "/v1", updates, leg=UPDATES),
    )
    suppliers = _app(
        parts,
        "suppliers",
        Door(load_document("supplier"), "/suppliers/{code}", supplier_api.handlers(parts), leg=SUPPLIER),
        fault=SUPPLIER_FAULT,
    )
    endpoint_app = _app(
        parts,
        "tenants",
        Door(load_document("tenant-updates"), "/tenants/{code}", endpoint.handlers(parts, endpoints)),
        fault=TENANT_FAULT,
    )
    portal = _app(parts, "portal", Door(load_document("control"), "/_sandbox", control))
    parts.courier.apps |= {"gateway": gateway, "suppliers": _under("/suppliers", suppliers)}
    by_prefix = {"v1": gateway, "suppliers": suppliers, "tenants": endpoint_app, "_sandbox": portal}
    whole = _dispatch(by_prefix, pages.make_pages(demo_clients=parts.settings.demo_clients))
    whole = with_headers(metrics.measured(parts, whole), resets.headers(parts))
    whole = in_turn(whole, parts.turns, parts.tokens.owner, parts.settings.body_limit)
    behind = parts.settings.proxies
    return ProxyFix(whole, x_for=behind, x_proto=behind, x_host=behind) if behind else whole


def _app(parts: Parts, name: str, *doors: Door, fault: str = GATEWAY_FAULT) -> WSGIApp:
    settings = parts.settings
    made = make_app(
        name,
        list(doors),
        parts.tokens.check,
        parts.plane,
        parts.recorder,
        body_limit=settings.body_limit,
        check_answers=settings.check_responses,
        real_data=settings.real_data,
        fault=fault,
    )
    if settings.log_calls:
        log_calls(made)
    return made.wsgi_app


def _dispatch(by_prefix: Mapping[str, WSGIApp], otherwise: WSGIApp) -> WSGIApp:
    def dispatch(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        first = environ["PATH_INFO"].split("/", 2)[1:2]
        return by_prefix.get(first[0] if first else "", otherwise)(environ, start)

    return dispatch


def _under(prefix: str, app: WSGIApp) -> WSGIApp:
    """The app as a courier reaches it: by a path below its prefix."""

    def under(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return app({**environ, "PATH_INFO": prefix + environ["PATH_INFO"]}, start)

    return under


def _found(parts: Parts) -> None:
    """Make the shipped worlds, tenants and clients if they are not there yet."""
    library, keys = parts.library, parts.keys
    real = parts.clock.now()
    start, resets_at = beginning(parts.settings.world_start, real), parts.timetable.next(real)

    def found(connection: Any) -> None:
        if worlds.every(connection):
            return
        for world in library.worlds.values():
            fresh = World(world.code, world.seed, 1, start, real, 1, world.gap_ms, resets_at=resets_at)
            founding.found_world(connection, fresh, None)
            for tenant in world.tenants:
                made = Tenant(tenant.code, world.code, tenant.suppliers, None, None)
                agreed = TenantTerms(tenant.code, None, tenant.title, real, real, (), NO_QUOTAS)
                founding.found_tenant(connection, made, agreed)
        for client in library.clients:
            kept = keys.hash_secret(client.id, client.secret)
            owner = client.code if client.kind == "tenant" else None
            made_client = Client(client.id, client.kind, client.code, client.world, kept, 1, owner, real)
            accounts.add_client(connection, made_client)

    parts.store.transact(found)
    if is_sqlite(parts.settings.database_url):
        freed = parts.store.transact(lanes.release_all)  # one process has the file: nobody else can be playing
        if freed:
            log.warning("the last process was killed: lanes played again: %s", freed)
