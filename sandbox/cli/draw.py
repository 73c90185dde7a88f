"""`sandbox draw`: a scenario as a sequence, in text or as SVG."""

from pathlib import Path

import click

from sandbox.cli.sequences import as_svg, as_text
from sandbox.cli.session import Failure
from sandbox.conformance.files import write_whole
from sandbox.domain.scenarios import Scenario, scenario_from
from sandbox.settings import read_settings
from sandbox.spec import own
from sandbox.spec.library import Library, UnusableFileError, load_library
from sandbox.spec.yamlfile import UnreadableFileError


@click.command()
@click.argument("name")
@click.option("--svg", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write an SVG file.")
def command(name: str, path: Path | None) -> None:
    """Draw the scenario NAME, or that of a file NAME.yaml: who tells whom what, and when.

    The drawing is text unless an SVG file is asked for, which is written whole or not at all. A file in which
    `sandbox lint` finds something is not drawn.
    """
    scenario = _found(name)
    if path is None:
        click.echo(as_text(scenario), nl=False)
        return
    try:
        write_whole(path, as_svg(scenario))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    click.echo(f"{path} shows {scenario.name}.")


def _found(name: str) -> Scenario:
    try:
        settings = read_settings()
        library = load_library(settings.scenarios, settings.suppliers)
        if name in library.scenarios:
            return library.scenarios[name]
        path = Path(name)
        if path.suffix == ".yaml" and path.is_file():
            return _drawn(library, path)
    except (ValueError, UnusableFileError, UnreadableFileError) as error:
        raise Failure(str(error)) from error
    raise Failure(f"there is no scenario {name}, and no file of that name: `sandbox show scenarios` lists them")


def _drawn(library: Library, path: Path) -> Scenario:
    """The scenario of a file, which may extend those that lie beside it. A shipped one is drawn as the file has it."""
    beside = [each for each in own.files_in("scenario", str(path.parent)) if each.name not in library.scenarios]
    file = next((each for each in beside if each.name == path.stem), None)
    if file is None:
        return library.scenarios[path.stem]
    if found := own.findings(library, beside, file):
        raise Failure("; ".join(f"{path}:{line}: {reason}" for line, reason in found))
    return scenario_from(own.whole(library, beside, file))
