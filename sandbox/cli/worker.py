"""What the server's worker process runs: the sandbox, with its player and its schedule."""

import logging
from collections.abc import Callable, Iterable
from multiprocessing.util import Finalize
from typing import Any

from sandbox.app import Sandbox, make_sandbox
from sandbox.cli import logs
from sandbox.settings import read_settings
from sandbox.wire.courier import WSGIApp
from sandbox.world.processor import keep_to_one

# What a process that only plays answers at.
_OPERATING = ("/_sandbox/health", "/_sandbox/ready", "/_sandbox/metrics")


def make_app() -> WSGIApp:
    """The WSGI application, with player and schedule started; they are stopped when the worker ends."""
    settings = read_settings()
    if settings.computes_alone and settings.one_processor:
        keep_to_one()
    return _started(make_sandbox(settings), play=settings.play).app


def make_player() -> WSGIApp:
    """The same without the doors: what is left of the application says how the player does."""
    return _only(_OPERATING, _started(make_sandbox(read_settings()), play=True).app)


def _started(sandbox: Sandbox, *, play: bool) -> Sandbox:
    logs.begin()
    if play:
        sandbox.player.start()
    sandbox.schedule.start()
    sandbox.parts.recorder.start()

    def stop() -> None:
        sandbox.schedule.stop()
        if play:
            sandbox.player.stop()
        sandbox.close()
        logging.getLogger("sandbox").info("stopped: everything claimed was finished or given back")

    Finalize(None, stop, exitpriority=100)  # a worker is a child process: atexit is not run in it
    return sandbox


def _only(paths: tuple[str, ...], app: WSGIApp) -> WSGIApp:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] in paths:
            return app(environ, start)
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b"this process only plays: call one that serves\n"]

    return answer
