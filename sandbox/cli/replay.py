"""`sandbox replay`: play a recording again, and say what differs."""

import json
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from sandbox.cli.session import Failure, http_url, over_http
from sandbox.conformance.files import write_whole
from sandbox.inprocess.comparing import DIFFERENT, FIXED, SAME, Report
from sandbox.inprocess.remote import Remote, replay_at
from sandbox.inprocess.replay import Recording, UnusableError, read, replay
from sandbox.portal.recording import versions
from sandbox.settings import read_settings

TEST = '''\
"""A conversation of {code} in {world}, recorded on {made}, as a test.

Written by `sandbox replay --as-pytest`. It needs pytest and the package fibre-sandbox, and nothing else.
"""

import json

from sandbox.inprocess.replay import replay

RECORDING = json.loads(r\'\'\'
{recording}
\'\'\')


def test_the_conversation_goes_as_recorded():
    report = replay(RECORDING)
    assert report.verdict == "SAME", str(report)
'''


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--target", metavar="URL", callback=http_url, help="Play it at this gateway, and compare what it means.")
@click.option("--client-id", default="tenant1", show_default=True, help="Whose client, at the target.")
@click.option("--client-secret", default=None, help="Its secret.  [default: CLIENT_ID-secret]")
@click.option("--as-pytest", "test", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a test.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Also write all that came of it as JSON."
)
def command(
    file: Path,
    target: str | None,
    client_id: str,
    client_secret: str | None,
    test: Path | None,
    report: Path | None,
) -> None:
    """Play the recording FILE again in a sandbox inside this process, and print SAME, FIXED or DIFFERENT.

    FIXED: all that differs had failed before, and does so no more. Exit code 1 says DIFFERENT.
    """
    try:
        recording = read(file.read_bytes())
    except UnusableError as error:
        raise Failure(f"{file}: {error}") from error
    if test is not None:
        write_whole(test, as_test(recording))
        click.echo(f"{test}: run it with pytest.")
        return
    if target is None:
        _tell_versions(recording)
        played = replay(recording, **_folders())
    else:
        secret = client_secret or f"{client_id}-secret"
        played = replay_at(recording, Remote(over_http(target), client_id, secret))
    if report is not None:
        outcomes = [asdict(each) for each in played.outcomes]
        whole = {"verdict": played.verdict, "outcomes": outcomes, "recording": played.again, "mailbox": played.mailbox}
        write_whole(report, orjson.dumps(whole, option=orjson.OPT_INDENT_2))
    _tell(played)
    raise SystemExit(played.verdict == DIFFERENT)


def _folders() -> dict[str, str]:
    """Where the deployment has scenarios and suppliers of its own, as the settings of this process say."""
    try:
        settings = read_settings()
    except ValueError as error:
        raise Failure(str(error)) from error
    return {"scenarios": settings.scenarios, "suppliers": settings.suppliers}


def as_test(recording: Recording) -> str:
    """A test file with the whole recording in it."""
    text = json.dumps(recording, indent=1, ensure_ascii=True).replace("'", "\\u0027")
    about = {"code": recording["tenant"]["code"], "world": recording["world"]["name"], "made": recording["made"]}
    return TEST.format(recording=text, **about)


def _tell(played: Report) -> None:
    if text := str(played):
        click.echo(text)
    counts = ", ".join(f"{played.count(verdict)} {verdict}" for verdict in (SAME, FIXED, DIFFERENT))
    click.echo(f"{played.verdict}: of {len(played.outcomes)} calls and KCIs {counts}.")


def _tell_versions(recording: Recording) -> None:
    present = versions()
    for name, recorded in recording["versions"].items():
        if present.get(name) != recorded:
            click.echo(f"{name} is {present.get(name)}, was {recorded} when this was recorded.", err=True)
    if not recording["complete"]:
        click.echo("The end of this recording is missing.", err=True)
