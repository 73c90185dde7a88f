"""`sandbox check`: does one message keep to the interface?"""

import json
from typing import IO, Any

import click

from sandbox.cli.session import Failure
from sandbox.conformance.told import violations
from sandbox.spec.requirements import load_catalogue


@click.group()
def command() -> None:
    """Check a single message against the requirements that it can break."""


@command.command("kci")
@click.argument("file", type=click.File("rb"))
def check_kci(file: IO[bytes]) -> None:
    """Check a supplier's KCI, as it would be posted to the gateway. Exit code 1: it breaks a requirement."""
    try:
        kci: Any = json.loads(file.read())
    except ValueError as error:
        raise Failure(f"{file.name}: this is not JSON: {error}") from error
    wrong = violations(kci)
    catalogue = load_catalogue().requirements
    for name, each in wrong:
        known = catalogue[name]
        click.echo(f"{name} {known.sentence}")
        click.echo(f"  {known.severity}: {known.clause}")
        click.echo(f"  at {each.pointer or 'the whole message'}: {each.message}")
    if wrong:
        raise SystemExit(1)
    click.echo("It keeps to every requirement that a single KCI can break.")
