"""`sandbox recording`: export a tenant's whole conversation as one file, for `sandbox replay`."""

from pathlib import Path

import click
import orjson

from sandbox.cli.session import connection, open_session
from sandbox.conformance.files import write_whole


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@connection
def command(file: Path, url: str, client_id: str, client_secret: str | None) -> None:
    """Write what a tenant asked in its world's present epoch, and what it was answered and told, to FILE.

    The file is written whole or not at all. No secret is in it.
    """
    found = open_session(url, client_id, client_secret).call("GET", "/_sandbox/recording")
    write_whole(file, orjson.dumps(found, option=orjson.OPT_INDENT_2))
    calls, kcis = len(found["exchanges"]), len(found["kcis"])
    click.echo(f"{file}: {calls} calls and {kcis} KCIs of {found['tenant']['code']}. sandbox replay {file} plays it.")
    if not found["complete"]:
        click.echo("Its end is missing: there was more than is kept. A reset begins a new one.", err=True)
