"""`sandbox advance`: move a world's clock, and show what that brought about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
from rich.table import Table

from sandbox.cli.drawing import console, moment, table, when
from sandbox.cli.session import Failure, Session, connection, open_session
from sandbox.domain.durations import parse_duration, to_ms
from sandbox.domain.errors import Problem


@click.command()
@click.argument("duration", required=False)
@click.option("--to", "to", metavar="MOMENT", help="Jump to a moment, such as 2027-06-14T07:00:00Z.")
@click.option("--step", is_flag=True, help="Jump to the next thing that is due.")
@click.option("--drain", is_flag=True, help="Jump from thing to thing until nothing is due.")
@click.option(
    "--rate", type=click.IntRange(0), help="Let the clock run so many times as fast as real time; 0 stops it."
)
@connection
def command(
    duration: str | None,
    to: str | None,
    step: bool,
    drain: bool,
    rate: int | None,
    url: str,
    client_id: str,
    client_secret: str | None,
) -> None:
    """Move the clock of a tenant's world by DURATION (P1D, PT30S, ...), and show what that brought about."""
    if sum((duration is not None, to is not None, step, drain, rate is not None)) != 1:
        raise click.UsageError("say one of DURATION, --to, --step, --drain and --rate")
    _check(duration, to)
    session = open_session(url, client_id, client_secret)
    if rate is not None:
        clock = session.call("PUT", "/_sandbox/clock", {"rate": rate})
        click.echo(f"{clock['world']} stands at {when(clock['now'])} UTC; its clock runs at rate {clock['rate']}.")
    elif step:
        _show(session.call("POST", "/_sandbox/clock/step"))
    elif drain:
        _show(_whole(session, "/_sandbox/clock/drain", None))
    else:
        _show(_jump(session, duration, to))


def _check(duration: str | None, to: str | None) -> None:
    try:
        if duration is not None:
            parse_duration(duration)
        if to is not None:
            to_ms(to)
    except Problem as problem:
        raise Failure(f"{duration or to} is {problem.messages[0]}") from None


def _jump(session: Session, duration: str | None, to: str | None) -> Any:
    if duration is not None:
        now = moment(session.call("GET", "/_sandbox/clock")["now"])
        to = (now + timedelta(milliseconds=parse_duration(duration))).isoformat(timespec="milliseconds")
    return _whole(session, "/_sandbox/clock/advance", {"to": to})


def _whole(session: Session, path: str, body: Any) -> Any:
    """A run that the sandbox breaks off after half a minute of real time is taken up again until it is done."""
    fired = []
    while True:
        run = session.call("POST", path, body)
        fired += run["fired"]
        if not run["more"]:
            return run | {"fired": fired}


def played_table(played: Sequence[Any]) -> Table:
    """What was played, or was being played."""
    drawn = table("World time (UTC)", "Played", "Order", "About")
    for each in played:
        about = each.get("reasonCode") or each.get("kci", "")
        supplier = each.get("supplier", "")
        drawn.add_row(when(each["at"]), each["kind"], str(each.get("order", "")), f"{supplier} {about}".strip())
    return drawn


def _show(run: Any) -> None:
    played = run["fired"]
    if played:
        console().print(played_table(played))
    told = f"{len(played)} played." if played else "Nothing was due."
    click.echo(f"{told} It is {when(run['now'])} UTC.")
