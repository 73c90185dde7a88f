"""A report on a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sandbox.conformance.report import Report
from sandbox.conformance.verdicts import FAILED, NOT_TESTED, PASSED

_COLOURS = {PASSED: "green", FAILED: "red", NOT_TESTED: "yellow"}
MOST_CAUSES = 5  # different causes that are told, of what could not be tested


def summarise(console: Console, report: Report) -> None:
    """What failed, with enough to put it right; what could not be tested, and why; and how much of everything."""
    for each in report["requirements"]:
        if each["outcome"] == FAILED:
            _failure(console, each)
    causes = {each.get("reason", "") for each in report["requirements"] if each["outcome"] == NOT_TESTED}
    for cause in sorted(causes)[:MOST_CAUSES]:
        console.print(f"[yellow]could not be tested:[/] {escape(cause)}")
    for each in report.get("difference", []):
        console.print(f"[bold]{each['id']}[/] was {each['before']}, is {each['now']}")
    table = Table(box=None, show_header=False, pad_edge=False)
    for outcome, count in report["summary"].items():
        table.add_row(outcome, str(count))
    console.print(table)
    target = report["target"]
    colour = _COLOURS[report["result"]]
    words = f"{target['name']}: {target['suite']} suite, catalogue {report['run']['catalogue']}"
    console.print(f"[{colour} bold]{report['result']}[/] {escape(words)} ({report['standing']})")


def _failure(console: Console, requirement: Report) -> None:
    console.print(f"[red bold]{requirement['id']}[/] {escape(requirement['sentence'])}")
    console.print(f"  {requirement['severity']}: {escape(requirement['clause'])}", style="dim")
    for finding in requirement["findings"]:
        where = f" at {escape(finding['pointer'])}" if finding["pointer"] else ""
        console.print(f"  expected {escape(str(finding['expected']))}{where}")
        console.print(f"  got {escape(str(finding['got']))}")
        if "curl" in finding:
            console.print(f"  {escape(finding['curl'])}", soft_wrap=True, style="dim")
