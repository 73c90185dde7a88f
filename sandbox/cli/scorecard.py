"""`sandbox scorecard`: how far a tenant and its suppliers have come."""

from typing import Any

import click

from sandbox.cli.drawing import console, table
from sandbox.cli.session import connection, open_session


@click.command()
@connection
def command(url: str, client_id: str, client_secret: str | None) -> None:
    """Show the levels that a tenant, and each supplier that it brought, has reached, and what is missing."""
    found = open_session(url, client_id, client_secret).call("GET", "/_sandbox/scorecard")
    for score in (found["tenant"], *found["suppliers"]):
        _show(score)


def _show(score: dict[str, Any]) -> None:
    click.echo(f"{score['code']}: {score['level']}")
    drawn = table("Level", "", "Step")
    for level in score["levels"]:
        for place, step in enumerate(level["steps"]):
            drawn.add_row("" if place else level["level"], "✓" if step["done"] else "·", step["title"])
    console().print(drawn)
    for each in score["next"]:
        click.echo(f"next: {each}")
