"""`lsal project`: projects and their settings."""

import getpass
from pathlib import Path

import click

from plugin.bootstrap import application
from plugin.clock import utc_now
from plugin.domain.diffing import diff
from plugin.domain.settings import ProjectSettings
from plugin.settings_file import dump_settings, read_settings
from plugin.stores.settings_history import SettingsHistory, SettingsVersion

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return "command line"


BY = click.option("--by", default=_user, help="Who makes the change; you, unless said.")


@click.group()
def project() -> None:
    """Projects and their settings."""


@project.command("apply")
@FILE
@BY
@click.option("--base", type=int, help="The version that FILE was made from: refuse on any other.")
def project_apply(file: Path, by: str, base: int | None) -> None:
    """Put the settings in FILE (YAML or JSON) in force.

    Where they do not say `enabled`, it stays as it is; a project that is new is switched off.
    """
    settings = read_settings(file)
    app = application()
    before = _newest_of(app.history, settings.project)
    after = app.switching.apply(settings, by, utc_now(), base)
    _say(before, after)
    if not after.settings.enabled and "enabled" not in settings.model_fields_set:
        _say_next(after.settings.project, seen=app.switching.may_enable(after.settings.project))


@project.command("check")
@FILE
def project_check(file: Path) -> None:
    """Say what is wrong with the settings in FILE, and change nothing."""
    settings = read_settings(file)
    click.echo(f"{settings.project}: valid, {_rules(settings)}")


@project.command("show")
@click.argument("name")
@click.option("--version", type=int, help="This version instead of the newest.")
@click.option("--json", "as_json", is_flag=True, help="JSON with every default spelled out.")
def project_show(name: str, version: int | None, as_json: bool) -> None:
    """Print the settings of project NAME as YAML."""
    history = application().history
    found = history.newest(name) if version is None else history.get(name, version)
    if as_json:
        click.echo(found.settings.model_dump_json(indent=2))
    else:
        click.echo(dump_settings(found.settings), nl=False)


@project.command("list")
def project_list() -> None:
    """Print every project."""
    history = application().history
    for name in history.projects():
        found = history.newest(name)
        state = "enabled" if found.settings.enabled else "disabled"
        rules = _rules(found.settings)
        click.echo(f"{name}  {state}  {found.settings.task_type}  {rules}  version {found.version}")


@project.command("history")
@click.argument("name")
def project_history(name: str) -> None:
    """Print who changed what in the settings of project NAME, and when; the newest last."""
    before = None
    for found in application().history.versions(name):
        click.echo(f"version {found.version}  {found.at:%Y-%m-%d %H:%M:%S %Z}  {found.by}")
        _say_changes(before, found)
        before = found


@project.command("roll-back")
@click.argument("name")
@click.argument("version", type=int)
@BY
def project_roll_back(name: str, version: int, by: str) -> None:
    """Put the settings that project NAME had in VERSION in force again, as a new version."""
    app = application()
    before = app.history.newest(name)
    _say(before, app.switching.roll_back(name, version, by, utc_now()))


@project.command("enable")
@click.argument("name")
@BY
def project_enable(name: str, by: str) -> None:
    """Switch project NAME on: a deployment of it must have posted."""
    app = application()
    before = app.history.newest(name)
    _say(before, app.switching.enable(name, by, utc_now()))


@project.command("disable")
@click.argument("name")
@BY
def project_disable(name: str, by: str) -> None:
    """Switch project NAME off: it keeps nothing."""
    app = application()
    before = app.history.newest(name)
    _say(before, app.switching.disable(name, by, utc_now()))


def _newest_of(history: SettingsHistory, name: str) -> SettingsVersion | None:
    return history.newest(name) if name in history.projects() else None


def _say(before: SettingsVersion | None, after: SettingsVersion) -> None:
    """Say which version is in force, and what it changed."""
    unchanged = before is not None and before.version == after.version
    suffix = ", unchanged" if unchanged else ""
    click.echo(f"{after.settings.project}: settings version {after.version} in force{suffix}")
    if not unchanged:
        _say_changes(before, after)


def _say_next(name: str, *, seen: bool) -> None:
    """Say how a project that is off is switched on."""
    until = "" if seen else " until a deployment of it has posted; then"
    click.echo(f"  switched off{until}: lsal project enable {name}")


def _say_changes(before: SettingsVersion | None, after: SettingsVersion) -> None:
    for change in diff(before.settings if before else None, after.settings):
        click.echo(f"  {change}")


def _rules(settings: ProjectSettings) -> str:
    return "1 rule" if len(settings.rules) == 1 else f"{len(settings.rules)} rules"
