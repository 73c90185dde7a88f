"""`sandbox work`: a player without the doors, one of any number on one PostgreSQL."""

import sys
from importlib.metadata import version

import click

from sandbox.cli.serve import PLAYER, serve, settings_for, url_of


@click.command()
def command() -> None:
    """Play what comes due, beside other `serve` and `work` processes on one PostgreSQL.

    Nothing is served but health, readiness and metrics.
    """
    settings = settings_for(PLAYER)
    click.echo(f"Fibre sandbox {version('fibre-sandbox')} plays; how it does: {url_of(settings)}/_sandbox/ready")
    sys.stdout.flush()
    serve(settings, PLAYER)
