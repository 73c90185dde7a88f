"""`sandbox reset`: begin a tenant's world anew, and show what that broke off."""

import click

from sandbox.cli.advance import played_table
from sandbox.cli.drawing import console, when
from sandbox.cli.session import connection, open_session


@click.command()
@click.option("--to", "snapshot", metavar="NAME", help="Go back to a snapshot: see `sandbox snapshot`.")
@connection
def command(snapshot: str | None, url: str, client_id: str, client_secret: str | None) -> None:
    """Begin a tenant's world anew: its orders, KCIs and bookings are gone, and its time begins again."""
    wanted = None if snapshot is None else {"snapshot": snapshot}
    begun = open_session(url, client_id, client_secret).call("POST", "/_sandbox/reset", wanted)
    if begun["onTheWire"]:
        click.echo("On the wire at that moment, and not called back:")
        console().print(played_table(begun["onTheWire"]))
    did = "began anew" if snapshot is None else f"went back to {snapshot}"
    click.echo(f"{begun['world']} {did}, in epoch {begun['epoch']}. It is {when(begun['now'])} UTC.")
    click.echo(f"{begun['cancelled']} pending KCIs were cancelled.")
