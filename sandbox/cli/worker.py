"""What the server's worker process runs: the sandbox, with its player and its schedule."""

import logging
from multiprocessing.util import Finalize

from sandbox.app import make_sandbox
from sandbox.settings import read_settings
from sandbox.wire.courier import WSGIApp


def make_app() -> WSGIApp:
    """The WSGI application, with player and schedule started; they are stopped when the worker ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sandbox = make_sandbox(read_settings())
    sandbox.player.start()
    sandbox.schedule.start()

    def stop() -> None:
        sandbox.schedule.stop()
        sandbox.player.stop()
        sandbox.close()
        logging.getLogger("sandbox").info("stopped: everything claimed was finished or given back")

    Finalize(None, stop, exitpriority=100)  # a worker is a child process: atexit is not run in it
    return sandbox.app
