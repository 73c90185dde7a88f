"""`sandbox reset`: begin a tenant's world anew, and show what that broke off."""

import click

from sandbox.cli.advance import played_table
from sandbox.cli.drawing import console, when
from sandbox.cli.session import connection, open_session


@click.command()
@connection
def command(url: str, client_id: str, client_secret: str | None) -> None:
    """Begin a tenant's world anew: its orders, KCIs and bookings are gone, and its time begins again."""
    begun = open_session(url, client_id, client_secret).call("POST", "/_sandbox/reset")
    if begun["onTheWire"]:
        click.echo("On the wire at that moment, and not called back:")
        console().print(played_table(begun["onTheWire"]))
    click.echo(f"{begun['world']} began anew, in epoch {begun['epoch']}. It is {when(begun['now'])} UTC.")
    click.echo(f"{begun['cancelled']} pending KCIs were cancelled.")
