"""`sandbox generate`: fill a world with orders that look as if they had been placed and played."""

import click

from sandbox.app import make_sandbox
from sandbox.cli.filling import fill, found
from sandbox.cli.session import Failure
from sandbox.settings import read_settings

TOLD = 10_000  # orders between two lines of progress


@click.command()
@click.option("--tenants", type=click.IntRange(1, 1000), default=1, show_default=True, help="Tenants to share them.")
@click.option("--orders", type=click.IntRange(1, 10_000_000), default=1000, show_default=True, help="Orders in all.")
@click.option("--seed", default="fibre", show_default=True, help="Which orders: the same seed makes the same ones.")
@click.option("--world", default="GENERATED", show_default=True, help="The world to fill, made if there is none.")
def command(tenants: int, orders: int, seed: str, world: str) -> None:
    """Fill a world with orders of the last weeks, most of them completed, all of them dummy.

    Writes to the database of SANDBOX_DATABASE_URL; one of SQLite must not be served meanwhile. The world's own tenants
    come first, more are made as needed: the secrets of those are told this once.
    """
    if not (world.isascii() and world.replace("_", "").isalnum() and len(world) <= 40):
        raise click.UsageError("--world: send up to 40 letters, digits and underscores")
    try:
        sandbox = make_sandbox(read_settings())
    except Exception as error:  # whatever it is, it is told in one line
        raise Failure(f"cannot open the database: {str(error).strip().splitlines()[0]}") from error
    try:
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
