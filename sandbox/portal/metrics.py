"""What operators watch, as Prometheus reads it: what waits, how late it is, what was played, and what was answered."""

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from sandbox.gateway.delivery import PUSHES
from sandbox.parts import Parts
from sandbox.store import claiming
from sandbox.store.store import Unavailable
from sandbox.wire.courier import WSGIApp
from sandbox.wire.faultplane import FAULTS
from sandbox.world.player import PLAYED

PATH = "/_sandbox/metrics"


class Backlog(Collector):
    """What waits in the database, looked up when somebody asks: every process says the same."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        """How deep the queue is, and how late."""
        turns = "Calls and jobs of this process that wait to be computed"
        yield GaugeMetricFamily("sandbox_turns_waiting", turns, self._parts.turns.waiting)
        now = self._parts.clock.now()
        try:
            waiting, late = self._parts.store.query(lambda connection: claiming.backlog(connection, now))
        except Unavailable:
            return  # what this process has counted is told all the same
        yield GaugeMetricFamily("sandbox_lanes_waiting", "Lanes with something to play, now or later", waiting)
        yield GaugeMetricFamily("sandbox_lateness_seconds", "How late the latest of what is due is", late / 1000)


def measured(parts: Parts, app: WSGIApp) -> WSGIApp:
    """The app with its answers counted, and the figures at PATH. They name no tenant and hold nothing secret."""
    registry = CollectorRegistry()
    answers = Counter("sandbox_answers", "Answers of this process, by HTTP status", ["status"], registry=registry)
    for collector in (PLAYED, PUSHES, FAULTS, Backlog(parts)):
        registry.register(collector)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH:
            return _told(registry, start)

        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            answers.labels(status[:3]).inc()
            return start(status, headers, *error)

        return app(environ, begin)

    return answer


def _told(registry: CollectorRegistry, start: Callable[..., Any]) -> list[bytes]:
    figures = generate_latest(registry)
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(figures)))])
    return [figures]
