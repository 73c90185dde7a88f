"""`sandbox snapshot`: keep a tenant's world as it is, to go back to by `sandbox reset --to NAME`."""

from urllib.parse import quote

import click

from sandbox.cli.drawing import console, table, when
from sandbox.cli.session import Session, connection, open_session


@click.command()
@click.argument("name", required=False)
@click.option("--delete", is_flag=True, help="Delete the snapshot NAME.")
@connection
def command(name: str | None, delete: bool, url: str, client_id: str, client_secret: str | None) -> None:
    """Keep a tenant's world as it is under NAME, or list its snapshots. `sandbox reset --to NAME` goes back to one."""
    if delete and name is None:
        raise click.UsageError("say which snapshot to delete")
    session = open_session(url, client_id, client_secret)
    if name is None:
        _show(session)
    elif delete:
        session.call("DELETE", f"/_sandbox/snapshots/{quote(name, safe='')}")
        click.echo(f"{name} is deleted.")
    else:
        kept = session.call("POST", "/_sandbox/snapshots", {"name": name})
        click.echo(f"{name} keeps the world as it is at {when(kept['at'])} UTC. Back to it: sandbox reset --to {name}")


def _show(session: Session) -> None:
    kept = session.call("GET", "/_sandbox/snapshots")["items"]
    if not kept:
        click.echo("There are no snapshots: `sandbox snapshot NAME` takes one.")
        return
    drawn = table("Snapshot", "World time (UTC)", "Epoch", "KiB")
    for each in kept:
        size = str(-(-each["bytes"] // 1024)) if "bytes" in each else ""  # of a shared world it is not told
        drawn.add_row(each["name"], when(each["at"]), str(each["epoch"]), size)
    console().print(drawn)
