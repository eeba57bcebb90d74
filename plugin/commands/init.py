"""`lsal init`: from nothing to the first post, with what is there already left as it is."""

from pathlib import Path
from textwrap import indent
from typing import Any

import click

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.commands.asking import Question, Terminal
from plugin.commands.init_env import keep
from plugin.commands.init_first_post import NAME, first_post, make_first_frame
from plugin.commands.init_places import MEDIA, OPTIONS, PUBLIC, REDIS, STORE, TOKEN, URL, Places
from plugin.commands.init_project import ProjectQuestions, Wanted
from plugin.commands.project import BY
from plugin.config import Config, read_config
from plugin.domain.deployment import check_texts
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.services.operations.setting_up import FirstProject, SettingUp

TASK_TYPES = [each.value for each in TaskType]

NEXT = """
Next, each in a terminal of its own, or as a service:

  lsal serve          takes what deployments post, and shows the pages: {url}
  lsal worker         imports into Label Studio, and collects what was reviewed
  lsal scheduler      looks for what is left to do
  lsal doctor         says what does not work, and what to change

With docker compose these run already: `docker compose run --rm worker doctor`.
"""
FIRST = """
Once `lsal serve` runs, this posts the first frame, {name}:

{command}
"""
SWITCH = """
It is answered "disabled": a project is off until something has come from a deployment of it. Then

  lsal project enable {project}

switches it on, and what is posted from then on is kept as its settings say
(`lsal project show {project}`).
"""


@click.command()
@click.option(OPTIONS[URL], URL, metavar="URL", help="Where Label Studio is.")
@click.option(
    OPTIONS[TOKEN], TOKEN, help="Your token there; LABEL_STUDIO_API_KEY is more discreet."
)
@click.option(OPTIONS[REDIS], REDIS, metavar="URL", help="Where Redis or Valkey is.")
@click.option(OPTIONS[STORE], STORE, metavar="URL", help="The Store: a folder, or s3://…")
@click.option(OPTIONS[MEDIA], MEDIA, metavar="PLACE", help="Where reviewers' images lie.")
@click.option(OPTIONS[PUBLIC], PUBLIC, metavar="URL", help="Where others find `lsal serve`.")
@click.option("--project", metavar="NAME", help="The first project.")
@click.option("--from-project", type=int, metavar="N", help="Take over this one of Label Studio.")
@click.option("--classes", metavar="LIST", help="Between commas, or a file: data.yaml, COCO, …")
@click.option("--task-type", type=click.Choice(TASK_TYPES), help="What the model answers with.")
@click.option("--deployment", metavar="NAME", help="What posts to it.")
@click.option("--yes", is_flag=True, help="Ask nothing: options, .env and what is usual answer.")
@click.option("--force", is_flag=True, help="Change what an existing .env says without asking.")
@BY
def init(by: str, yes: bool, force: bool, **given: Any) -> None:  # noqa: ANN401  one an option
    """Set up: write .env, make the first project, register what posts to it.

    Asks for what options do not say, and tries each answer at once. Every answer but the token and
    the classes has a usual one. May be run again: what is there already stays as it is.
    """
    terminal = Terminal(silent=yes)
    places = {name: given[name] for name in OPTIONS}
    chosen = Places(terminal, places, read_config()).ask()
    app = Application(read_config(**chosen))
    try:
        setting_up = SettingUp(app.switching, app.class_colours)
        wanted = Wanted(
            given["project"], given["from_project"], given["classes"], given["task_type"]
        )
        project = _project(terminal, app, wanted)
        deployment = _deployment(terminal, given["deployment"])
        keep(terminal, chosen, force=force)
        settings = _settings(setting_up, project, by)
        _, key = setting_up.register(settings.project, deployment, utc_now())
        _say_next(app.config, settings, deployment, key)
    finally:
        app.close()


def _project(
    terminal: Terminal, app: Application, wanted: Wanted
) -> FirstProject | ProjectSettings:
    """What there is of the project that is wanted, or what it shall be about."""
    names = app.history.projects()
    name = wanted.name
    if name is None and names and not terminal.silent and wanted.from_project is None:
        question = Question(f"Project to go on with, of {', '.join(names)}; or a new name",
                            "--project", names[0])  # fmt: skip
        name = terminal.ask(question, None, lambda _: None)
    if name in names:
        return app.history.newest(name).settings
    again = Wanted(name, wanted.from_project, wanted.classes, wanted.task_type)
    project = ProjectQuestions(terminal, app.label_studio, again).ask()
    return app.history.newest(project.name).settings if project.name in names else project


def _deployment(terminal: Terminal, given: str | None) -> str:
    question = Question(
        "A name for what posts to it, a camera or a server", "--deployment", "line-1"
    )

    def can_be_used(name: str) -> None:
        check_texts(name, "", "")

    return terminal.ask(question, given, can_be_used)


def _settings(
    setting_up: SettingUp, project: FirstProject | ProjectSettings, by: str
) -> ProjectSettings:
    """The settings in force of a project, which is made where it is not there."""
    if isinstance(project, ProjectSettings):
        click.echo(f"{project.project}: is there already, and stays as it is")
        return project
    made = setting_up.make(project, by, utc_now()).settings
    names = ", ".join(made.classes[:5]) + (", …" if len(made.classes) > 5 else "")
    click.echo(f"{made.project}: made, for {made.task_type} of {names}")
    return made


def _say_next(config: Config, settings: ProjectSettings, deployment: str, key: str) -> None:
    project, url = settings.project, (config.public_url or config.local_url).rstrip("/")
    if key:
        click.echo(f"{deployment}: registered; its key, shown only this once:\n\n  {key}")
    else:
        click.echo(
            f"{deployment}: is registered already. Put its key into $KEY; where that is lost, "
            f"`lsal deployment rotate {project} {deployment}` prints another"
        )
    image = NAME
    try:
        make_first_frame(Path())
    except OSError as error:
        image = f"{NAME}, an image of your own ({error.strerror} here)"
    command = indent(first_post(url, settings, key), "  ")
    click.echo(NEXT.format(url=url) + FIRST.format(name=image, command=command), nl=False)
    if not settings.enabled:
        click.echo(SWITCH.format(project=project), nl=False)
