"""`sandbox lint`: check data files, and say what is wrong with file, line and reason."""

from dataclasses import replace
from pathlib import Path

import click

from sandbox.cli.session import Failure
from sandbox.settings import read_settings
from sandbox.spec.lint import Finding
from sandbox.spec.lint import lint as findings_in


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Check scenario and supplier files, or all YAML files of a folder, against their schema and the life cycle.

    Without PATHS everything that is shipped is checked, and what lies in SANDBOX_SCENARIOS and SANDBOX_SUPPLIERS. Exit
    code 1 says that something was found.
    """
    findings = findings_in(paths, _own_folders())
    for finding in findings:
        click.echo(str(_from_here(finding)))
    if findings:
        raise SystemExit(1)
    click.echo("Nothing is wrong.")


def _own_folders() -> list[Path]:
    try:
        settings = read_settings()
    except ValueError as error:
        raise Failure(str(error)) from error
    return [Path(each) for each in (settings.scenarios, settings.suppliers) if each]


def _from_here(finding: Finding) -> Finding:
    here = Path.cwd()
    return replace(finding, file=finding.file.relative_to(here)) if finding.file.is_relative_to(here) else finding
