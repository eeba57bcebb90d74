"""`lsal project import-roboflow`: settings from Roboflow's configuration."""

import json
from pathlib import Path

import click

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.settings_file import dump_settings, parse_settings


@click.command("import-roboflow")
@click.argument(
    "file", metavar="CONFIG", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--task-type", required=True, type=click.Choice([each.value for each in TaskType]),
    help="What the model answers with.",
)  # fmt: skip
@click.option("--classes", default="", help="The model's classes, joined by commas.")
@click.option("--project", default="", help="Its name; by default the prefix of the batches.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="Write the YAML to this file.",
)  # fmt: skip
@click.option("--apply", "in_force", is_flag=True, help="Put the settings in force.")
def import_roboflow(  # noqa: PLR0913  one for each option
    file: Path, task_type: str, classes: str, project: str, output: Path | None, *, in_force: bool
) -> None:
    """Make settings from CONFIG, Roboflow's active_learning configuration (JSON).

    Prints them as YAML, for `lsal project apply`; says on stderr what was not carried over.
    """
    from plugin.formats.roboflow_config import import_config

    names = [name.strip() for name in classes.split(",") if name.strip()]
    imported = import_config(_read(file), TaskType(task_type), names, project)
    for note in imported.notes:
        click.echo(note, err=True)
    written = dump_settings(imported.settings)
    if output is not None:
        output.write_text(written, encoding="utf-8")
    elif not in_force:
        click.echo(written, nl=False)
    if in_force:
        # As it was written: what it does not say, like whether it is on, stays as it is.
        _apply(parse_settings(written))


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise InvalidInputError(FieldError(str(file), None, f"JSON ({error})")) from None


def _apply(settings: ProjectSettings) -> None:
    from plugin.bootstrap import application
    from plugin.clock import utc_now

    version = application().switching.apply(settings, "import-roboflow", utc_now())
    click.echo(f"{version.settings.project}: settings version {version.version} in force")
