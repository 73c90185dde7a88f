"""`sandbox serve`: the sandbox behind a production server."""

import gc
import logging
import socket
import sys
from importlib.metadata import version

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from sandbox.app import make_sandbox
from sandbox.cli import logs
from sandbox.cli.session import Failure
from sandbox.settings import Settings, read_settings

SERVER, PLAYER = "sandbox.cli.worker:make_app", "sandbox.cli.worker:make_player"

BANNER = """
Fibre sandbox {version} at {url}

  Documents    {url}/docs/
  Suppliers    {url}/suppliers/ALDER, BIRCH, CEDAR
  Time, KCIs   {url}/_sandbox
  Tenants      {tenants}
"""

FIRST_CALL = """
A first call:

  curl -s {url}/v1/auth/tenant/access-token \\
    -d grant_type=client_credentials -d client_id=tenant1 -d client_secret=tenant1-secret

README.md goes on from here. Ctrl-C ends.
"""


@click.command()
def command() -> None:
    """Start the sandbox. Settings are read from SANDBOX_* variables: see `sandbox show settings`."""
    settings = settings_for(SERVER)
    click.echo(banner(settings))
    sys.stdout.flush()
    serve(settings, SERVER)


def banner(settings: Settings) -> str:
    """What there is to see, and a first call. The published secrets only where they open something."""
    url = url_of(settings)
    tenants = "tenant1 to tenant4, secrets tenant1-secret to tenant4-secret"
    if not settings.demo_clients:
        tenants = f"none are published: sandbox tenant create --url {url}"
        return BANNER.format(version=version("fibre-sandbox"), url=url, tenants=tenants)
    return (BANNER + FIRST_CALL).format(version=version("fibre-sandbox"), url=url, tenants=tenants)


def url_of(settings: Settings) -> str:
    """Where a browser on this machine finds it."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def settings_for(worker: str) -> Settings:
    """The settings, once it is certain that this worker can start with them. Raises Failure that says what to mend.

    Nothing is collected until `serve`: what is made here stays, and to look for what does not takes a while.
    """
    gc.disable()
    try:
        settings = read_settings()
    except ValueError as error:
        raise Failure(str(error)) from error
    if settings.database_url.startswith("sqlite") and (worker == PLAYER or not settings.play):
        raise Failure("serving and playing in processes of their own needs SANDBOX_DATABASE_URL=postgresql+psycopg://…")
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    """Find out here what would keep the worker from starting: it could only break, and be started again, and break."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        # The server shares its port with whoever listens there already, and each would get some of the calls.
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        place = f"{settings.host} port {settings.port}"
        raise Failure(f"cannot listen on {place}: {reason}; choose by SANDBOX_HOST and SANDBOX_PORT") from error
    try:
        make_sandbox(settings).close()
    except Exception as error:  # whatever it is, it is told in one line
        raise Failure(f"cannot start: {str(error).strip().splitlines()[0]}") from error


def serve(settings: Settings, worker: str) -> None:
    """Serve until told to stop. One worker: its threads share one writer, and a worker that dies is started again."""
    # Most threads wait for somebody: the server's warning that there are many says nothing here.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    gc.freeze()  # the worker is a fork: it shares what is there by now, as long as its collector does not touch it
    gc.enable()
    Server(
        worker,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=settings.threads,
        backpressure=settings.threads * 4,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=20,
        log_level=LogLevels.warning,
        log_dictconfig=logs.configuration(),
    ).serve()
