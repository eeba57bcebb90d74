"""`lsal project`: projects and their settings."""

from pathlib import Path

import click
import yaml
from pydantic import ValidationError

from plugin.bootstrap import application
from plugin.clock import utc_now
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.settings import ProjectSettings


@click.group()
def project() -> None:
    """Projects and their settings."""


@project.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", default="command line", help="Who is to be named as the author.")
def project_apply(file: Path, by: str) -> None:
    """Put the settings in FILE (YAML or JSON) in force."""
    version = application().history.add(_read_settings(file), by, utc_now())
    click.echo(f"{version.settings.project}: settings version {version.version} in force")


@project.command("show")
@click.argument("name")
def project_show(name: str) -> None:
    """Print the settings in force."""
    settings = application().history.newest(name).settings
    dumped = settings.model_dump(mode="json", exclude_defaults=True)
    click.echo(yaml.safe_dump(dumped, sort_keys=False, allow_unicode=True), nl=False)


def _read_settings(file: Path) -> ProjectSettings:
    try:
        return ProjectSettings.model_validate(yaml.safe_load(file.read_text()))
    except yaml.YAMLError as error:
        raise InvalidInputError(FieldError(str(file), None, f"YAML ({error})")) from error
    except ValidationError as error:
        raise InvalidInputError(
            *(
                FieldError(".".join(map(str, e["loc"])) or "settings", e["input"], e["msg"])
                for e in error.errors()
            )
        ) from error
