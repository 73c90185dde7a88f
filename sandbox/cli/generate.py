"""`sandbox generate`: fill a world with orders that look as if they had been placed and played."""

import re

import click

from sandbox.app import make_sandbox
from sandbox.cli.filling import fill, found
from sandbox.cli.session import Failure
from sandbox.settings import read_settings
from sandbox.store import worlds

TOLD = 10_000  # orders between two lines of progress
USUAL = "GENERATED"

_NAME = re.compile("[A-Z0-9_]{1,20}")  # as published: whoever has another name is no world to the operator


@click.command()
@click.option("--tenants", type=click.IntRange(1, 1000), default=1, show_default=True, help="Tenants to share them.")
@click.option("--orders", type=click.IntRange(1, 10_000_000), default=1000, show_default=True, help="Orders in all.")
@click.option("--seed", default="fibre", show_default=True, help="Which orders: the same seed makes the same ones.")
@click.option("--world", default=USUAL, show_default=True, help="The world to fill.")
@click.option("--new", is_flag=True, help=f"Make the world if there is none, as {USUAL} always is.")
def command(tenants: int, orders: int, seed: str, world: str, new: bool) -> None:
    """Fill a world with orders of the last weeks, most of them completed, all of them dummy.

    Writes to the database of SANDBOX_DATABASE_URL; one of SQLite must not be served meanwhile. The world's own tenants
    come first, more are made as needed: the secrets of those are told this once.
    """
    if not _NAME.fullmatch(world):
        raise click.UsageError("--world: send up to 20 capitals, digits and underscores")
    try:
        sandbox = make_sandbox(read_settings())
    except Exception as error:  # whatever it is, it is told in one line
        raise Failure(f"cannot open the database: {str(error).strip().splitlines()[0]}") from error
    try:
        names = [each.name for each in sandbox.parts.store.query(worlds.every)]
        if world not in names:
            if not new and world != USUAL:
                some = ", ".join(names[:8]) + (" and others" if len(names) > 8 else "")
                raise Failure(f"there is no world {world}: --new makes it; there are {some}")
            click.echo(f"{world} is a new world.")
        codes, secrets = found(sandbox, world, seed, tenants)
        for client, secret in secrets:
            click.echo(f"client {client}, secret {secret}")
        fill(sandbox, world, codes, orders, seed, _tell)
    finally:
        sandbox.close()
    click.echo(f"{orders} orders in {world}, of {', '.join(codes[:5])}{' and others' if len(codes) > 5 else ''}.")


def _tell(done: int) -> None:
    if done % TOLD == 0:
        click.echo(f"{done} orders ...")
