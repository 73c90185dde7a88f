"""`sandbox serve`: the sandbox behind a production server."""

import sys

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from sandbox.settings import Settings, read_settings

BANNER = """\
The sandbox is at {url}
  documents   {url}/docs/
  tenants     tenant1 … tenant4, secrets tenant1-secret … tenant4-secret
  suppliers   {url}/suppliers/ALDER (BIRCH, CEDAR), for the client gateway / gateway-secret

A first call:
  curl -s {url}/v1/auth/tenant/access-token \\
    -d grant_type=client_credentials -d client_id=tenant1 -d client_secret=tenant1-secret
"""


@click.command()
def command() -> None:
    """Start the sandbox. Settings are read from SANDBOX_* variables: see `sandbox show settings`."""
    try:
        settings = read_settings()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(BANNER.format(url=f"http://{settings.host}:{settings.port}"))
    sys.stdout.flush()
    serve(settings)


def serve(settings: Settings) -> None:
    """Serve until told to stop. One worker: its threads share one writer, and a worker that dies is started again."""
    Server(
        "sandbox.cli.worker:make_app",
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
    ).serve()
