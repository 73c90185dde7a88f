"""How the commands draw: tables that fit 80 columns and read as well in a pipe."""

from datetime import UTC, datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# How a state or a type is coloured, where there are colours.
COLOURS = {
    "COMPLETED": "bold green",
    "PENDING": "yellow",
    "HELD": "yellow",
    "REAPPOINT": "yellow",
    "INFORMATION_REQUIRED": "yellow",
    "DELAY": "yellow",
    "REJECTED": "bold red",
    "TERMINATED": "bold red",
    "CANCELLED": "bold red",
    "FAILED": "bold red",
    "FAILED_TO_SEND": "bold red",
}


def console() -> Console:
    """Where to draw: stdout as it is now."""
    return Console(highlight=False, emoji=False, markup=False)


def table(*columns: str) -> Table:
    """An empty table."""
    drawn = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    return drawn


def heading(text: str) -> Text:
    """What stands above something drawn."""
    return Text(text, "bold cyan")


def when(text: str) -> str:
    """An RFC 3339 instant for people, in UTC: Mon 07 Jun 2027 09:05:00."""
    return moment(text).strftime("%a %d %b %Y %H:%M:%S")


def moment(text: str) -> datetime:
    """The instant that RFC 3339 text names, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
