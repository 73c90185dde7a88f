"""`sandbox certify`: have a sandbox examine a system, and fetch what came of it with its certificate."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sandbox.cli.conform import examining, filled, read_profile
from sandbox.cli.session import Session, connection, open_session
from sandbox.conformance import report as reports
from sandbox.conformance.files import write_whole
from sandbox.conformance.page import page
from sandbox.conformance.realtime import rest
from sandbox.conformance.summary import summarise

LOOK_AGAIN = 1  # seconds


@click.command()
@click.argument("profile", metavar="PROFILE")
@examining
@click.option("--certificate", "certificate_file", type=click.Path(path_type=Path), help="Write the certificate.")
@connection
def command(profile: str, url: str, client_id: str, client_secret: str | None, **options: Any) -> None:
    """Have the sandbox at --url examine the system that PROFILE describes: a file, or the name of a shipped one.

    It reaches that system by itself, so the system's URL is one that it can call. The exit code is that of conform: 0
    for a pass, 1 for a failure, 2 where something could not be tested.
    """
    session = open_session(url, client_id, client_secret)
    body = {
        "profile": filled(read_profile(profile), url.rstrip("/")),
        "only": list(options["only"]),
        "seed": options["seed"],
        "limit": math.ceil(options["limit"]),
    }
    run = session.call("POST", "/_sandbox/conformance", body)
    found = _ended(session, run["id"])
    report = found.get("report")
    if report is None:
        raise click.ClickException(f"{run['id']} was broken off: the sandbox that ran it was stopped")
    summarise(Console(highlight=False), report)
    if options["json_file"] is not None:
        write_whole(options["json_file"], json.dumps(report, indent=2) + "\n")
    if options["html_file"] is not None:
        write_whole(options["html_file"], page(report, f"{url.rstrip('/')}/docs/requirements"))
    if options["certificate_file"] is not None:
        _keep(options["certificate_file"], found.get("certificate"))
    raise SystemExit(reports.exit_code(report))


def _ended(session: Session, name: str) -> dict[str, Any]:
    """The run, once it is over."""
    with Console(stderr=True, highlight=False).status("waiting") as waiting:
        while True:
            found: dict[str, Any] = session.call("GET", f"/_sandbox/conformance/{name}")
            if found["state"] != "running":
                return found
            progress = found["progress"]
            please = f": please {progress['please']}" if "please" in progress else ""
            waiting.update(f"{name}: {progress['asked']} of {progress['of']} requirements{please}")
            rest(LOOK_AGAIN)


def _keep(file: Path, certificate: Mapping[str, Any] | None) -> None:
    if certificate is None:
        click.echo("There is no certificate: the run came to no verdict, or this sandbox makes none.", err=True)
        return
    write_whole(file, json.dumps(certificate, indent=2) + "\n")
    click.echo(f"{file}: signed by {certificate['issuer']}. sandbox verify {file} verifies it.")
