"""`sandbox conform`: examine a supplier, a tenant's endpoint or a gateway, and make reports of it."""

import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sandbox.cli.session import Command, Failure
from sandbox.conformance import report as reports
from sandbox.conformance.badge import badge
from sandbox.conformance.drift import differences
from sandbox.conformance.files import write_whole
from sandbox.conformance.hosting import NEEDED, REQUIREMENTS
from sandbox.conformance.junit import junit
from sandbox.conformance.page import page
from sandbox.conformance.profile import SUITES
from sandbox.conformance.runner import Told, run
from sandbox.conformance.summary import summarise
from sandbox.shipped import folder
from sandbox.spec.library import UnusableFileError
from sandbox.spec.requirements import load_catalogue, load_profile
from sandbox.spec.yamlfile import UnreadableFileError

HERE = "http://127.0.0.1:8800"


def examining(command: Command) -> Command:
    """The options of every run: what of a suite is asked, for how long, and where the report goes."""
    options = (
        click.option("--only", multiple=True, metavar="ID", help="Only this requirement; may be given again."),
        click.option("--seed", default=1, show_default=True, help="Chooses the made-up requests."),
        click.option("--limit", type=float, default=300, show_default=True, help="Seconds for the whole run."),
        click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the report as JSON."),
        click.option("--html", "html_file", type=click.Path(path_type=Path), help="… as one HTML file."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("suite", type=click.Choice(SUITES))
@click.option("--profile", "profile_name", metavar="FILE", help="The target: a file, or the name of a shipped profile.")
@click.option("--url", metavar="URL", help="Where the target is; in place of the profile's.")
@click.option("--token-url", metavar="URL", help="Where its tokens are fetched.")
@click.option("--client-id", metavar="ID", help="Our client there.")
@click.option("--client-secret", metavar="SECRET", envvar="CONFORM_CLIENT_SECRET", help="Its secret.")
@click.option("--sandbox", default=HERE, show_default=True, help="What {sandbox} stands for in a profile.")
@examining
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="… as JUnit XML.")
@click.option("--badge", "badge_file", type=click.Path(path_type=Path), help="… as a badge (SVG).")
@click.option("--against", metavar="URL", help="Another sandbox, to compare with: what differs is printed.")
@click.option("--since", type=click.Path(path_type=Path, exists=True), help="An earlier report (JSON) to compare with.")
def command(**options: Any) -> None:
    """Examine a target against every requirement of its suite.

    Exit code 0: everything that could be judged passed; 1: a requirement failed; 2: something could not be tested.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Failure(f"{', '.join(missing)} missing: install fibre-sandbox[contracts]")
    profile = profile_data(options)
    only = frozenset(options["only"])
    unknown = sorted(only - set(load_catalogue().of(options["suite"])))
    if unknown:
        raise Failure(f"no requirement of this suite: {', '.join(unknown)}")
    console = Console(stderr=True, highlight=False)
    said: list[Any] = []
    with _progress(console) as told:
        heard = _keeping(said, told)
        report = run(profile, seed=options["seed"], only=only, limit=options["limit"], told=heard)
    out = Console(highlight=False)
    if options["since"] is not None:
        former = json.loads(options["since"].read_text())
        report["difference"] = reports.difference(report, former)
        if gained := reports.stale(former, load_catalogue()):
            out.print(f"The catalogue has gained since then: {', '.join(gained)}")
    summarise(out, report)
    if options["against"] is not None:
        out.print(*_drift(console, said, options, only) or ["Both say the same."], sep="\n")
    forms: dict[str, Callable[[reports.Report], str]] = {
        "json_file": lambda each: json.dumps(each, indent=2) + "\n",
        "html_file": lambda each: page(each, options["sandbox"].rstrip("/") + REQUIREMENTS),
        "junit_file": junit,
        "badge_file": badge,
    }
    for option, form in forms.items():
        if options[option] is not None:
            write_whole(options[option], form(report))
    raise SystemExit(reports.exit_code(report))


def _drift(console: Console, said: list[Any], options: Mapping[str, Any], only: frozenset[str]) -> list[str]:
    """What differs from what was said, when another sandbox is asked the same."""
    profile = profile_data({**options, "sandbox": options["against"]})
    with _progress(console) as told:
        run(profile, seed=options["seed"], only=only, limit=options["limit"], told=_keeping(said, told))
    if len(said) < 2:
        raise Failure("the two cannot be compared: one of the runs did not come to its end")
    return differences(*said)


def _keeping(said: list[Any], told: Told) -> Told:
    """Keeps what a run heard besides telling it."""

    def hear(event: Mapping[str, Any]) -> None:
        told(event)
        if event["event"] == "said":
            said.append(event["said"])

    return hear


def profile_data(options: Mapping[str, Any]) -> dict[str, Any]:
    """The profile as data, with what the options say in place of what it says. Raises Failure."""
    name, suite = options["profile_name"], options["suite"]
    data: dict[str, Any] = {"suite": suite, "name": options["url"] or "a target"}
    data = filled(data if name is None else read_profile(name), options["sandbox"].rstrip("/"))
    if data["suite"] != suite:
        raise Failure(f"the profile {name} is for the suite {data['suite']}")
    if options["url"]:
        data["url"] = options["url"].rstrip("/")
    if not data.get("url"):
        raise Failure("--url or a profile says where the target is")
    return data | _credentials(options, data)


def read_profile(name: str) -> dict[str, Any]:
    """A profile's data, by its file or the name of a shipped one. Raises Failure."""
    shipped = folder("contracts") / "profiles" / f"{name}.yaml"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in shipped.parent.glob("*.yaml")))
        raise Failure(f"there is no profile {name}: give a file, or one of {known}")
    try:
        found: dict[str, Any] = load_profile(path)
    except (UnreadableFileError, UnusableFileError) as error:
        raise Failure(str(error)) from error
    return found


def _credentials(options: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    if not options["client_id"]:
        return {}
    token_url = options["token_url"] or data.get("auth", {}).get("tokenUrl")
    if not token_url or not options["client_secret"]:
        raise Failure("a client needs --token-url and --client-secret besides")
    client = {"clientId": options["client_id"], "clientSecret": options["client_secret"]}
    return {"auth": {"kind": "oauth2", "tokenUrl": token_url, **client}}


def filled(value: Any, sandbox: str) -> Any:
    """A profile's data with the sandbox's address in it."""
    if isinstance(value, dict):
        return {name: filled(each, sandbox) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, sandbox) for each in value]
    return value.replace("{sandbox}", sandbox) if isinstance(value, str) else value


class _progress:  # noqa: N801 - used as a function
    """Draws how far a run is."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Callable[[Mapping[str, Any]], None]:
        self._progress.start()
        return self._told

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def _told(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "plan":
            self._task = self._progress.add_task("examining", total=event["tests"])
        elif event["event"] == "listening":
            self._progress.console.print(f"Listening for KCIs at {event['url']}/v1/kcis as {event['clientId']}")
        elif event["event"] == "hand":
            self._progress.console.print(f"[bold]Please:[/] {event['text']}")
        elif event["event"] == "verdict" and self._task is not None:
            self._progress.update(self._task, advance=1, description=event["requirement"])
