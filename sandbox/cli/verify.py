"""`sandbox verify`: is a certificate what a sandbox's key has signed?"""

import json
from pathlib import Path

import click
import urllib3

from sandbox.cli.session import Failure, why
from sandbox.conformance.certificate import Untrusted, UnusableKeys, digest, keys_in, verify
from sandbox.spec.requirements import load_catalogue

PUBLISHED = "/_sandbox/conformance/keys"
LARGEST = 100_000  # bytes of published keys that are read


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    metavar="FILE|URL",
    envvar="CONFORM_KEY",
    help="The keys to trust: a file (JWK or JWK set), or the URL of a sandbox that publishes them.",
)
@click.option(
    "--report", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The report (JSON) with it."
)
def command(file: Path, key: str, report: Path | None) -> None:
    """Verify a certificate of a conformance run. With the keys in a file nobody is asked.

    Exit code 0: it is genuine, whatever it says; 1: it is not, or the report is another's; 2: it could not be verified.
    """
    try:
        keys = keys_in(_content(key))
    except UnusableKeys as error:
        raise Failure(f"{key}: {error}") from error
    try:
        found = verify(file.read_bytes(), keys)
    except Untrusted as error:
        click.echo(f"REFUSED {file}: {error}", err=True)
        raise SystemExit(1) from None
    except UnusableKeys as error:
        raise Failure(f"{key}: {error}") from error
    if report is not None and digest(_json(report)) != found["report"]:
        click.echo(f"REFUSED {report}: the certificate is of another report", err=True)
        raise SystemExit(1)
    target, summary = found["target"], found["summary"]
    click.echo(f"Genuine: signed by {found['signature']['key']}, {found['issuer']}, on {found['issued']}")
    build = f", {target['build']}" if "build" in target else ""
    click.echo(f"{target['name']} ({target['url']}{build})")
    click.echo(f"{target['suite']} suite {found['suites']}, catalogue {found['catalogue']}, seed {found['seed']}")
    click.echo(f"{found['result']}: " + ", ".join(f"{count} {name}" for name, count in summary.items() if count))
    if found["only"]:
        click.echo(f"Nothing else was asked for than {', '.join(found['only'])}")
    gained = set(load_catalogue().of(target["suite"])) - set(found["requirements"])
    if gained and not found["only"]:
        click.echo(f"The catalogue has gained since then: {', '.join(sorted(gained))}")


def _content(key: str) -> bytes:
    if not key.startswith(("http://", "https://")):
        path = Path(key)
        if not path.is_file():
            raise Failure(f"{key}: there is no such file")
        return path.read_bytes()
    url = key if key.partition("://")[2].strip("/").count("/") else key.rstrip("/") + PUBLISHED
    try:
        pool = urllib3.PoolManager(retries=False, timeout=10)
        response = pool.request("GET", url, redirect=False, preload_content=False)
        return response.read(LARGEST)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise Failure(f"{url} does not tell its keys: {why(error)}") from error


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Failure(f"{path}: this is not JSON") from error
