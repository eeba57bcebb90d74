"""The command `lsal`."""

import sys
from pathlib import Path

import click
import yaml
from pydantic import ValidationError

from plugin.bootstrap import application
from plugin.clock import utc_now
from plugin.config import read_config
from plugin.domain.assigning import Wish
from plugin.domain.errors import ActiveLearningError, FieldError, InvalidInputError
from plugin.domain.settings import ProjectSettings


class _Commands(click.Group):
    """Shows our errors as a sentence, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InvalidInputError as error:
            raise click.ClickException("\n       ".join(map(str, error.errors))) from error
        except ActiveLearningError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
@click.version_option(package_name="label-studio-active-learning")
def main() -> None:
    """Active learning for Label Studio."""


@main.command()
def serve() -> None:
    """Serve the webhook and the dashboard (LSAL_HOST, LSAL_PORT, LSAL_WORKERS)."""
    from granian import Granian
    from granian.constants import Interfaces

    config = read_config()
    Granian(
        "webhook_server.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=config.host,
        port=config.port,
        workers=config.workers,
        blocking_threads=4,
        websockets=False,
    ).serve()


@main.command()
def worker() -> None:
    """Run the jobs: imports into Label Studio, collecting, sweeping."""
    # Imported here, once, so that the process forked for each job need not: seconds and 100 MB.
    import plugin.jobs
    import plugin.labelstudio.gateway  # noqa: F401
    from plugin.queues import open_worker

    open_worker(application().queue_redis).work()


@main.command()
def scheduler() -> None:
    """Ask for the periodic work."""
    from plugin.queues import Scheduler

    Scheduler(application().queue_redis).start()  # type: ignore[no-untyped-call]


@main.group()
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


@main.group()
def deployment() -> None:
    """What posts predictions, and its keys."""


@deployment.command("create")
@click.argument("project_name", metavar="PROJECT")
@click.argument("name")
def deployment_create(project_name: str, name: str) -> None:
    """Register a deployment and print its key, which is shown only this once."""
    app = application()
    app.history.newest(project_name)
    _, key = app.deployments.register(project_name, name, utc_now())
    click.echo(key)


@main.command()
@click.argument("project_name", metavar="PROJECT")
@click.argument("batch_name", metavar="BATCH")
@click.argument("wishes", nargs=-1, required=True, metavar="EMAIL=IMAGES…")
@click.option("--shuffle", is_flag=True, help="Deal and show the images at random.")
@click.option("--instructions", default="", help="HTML shown before the first image.")
def assign(
    project_name: str, batch_name: str, wishes: tuple[str, ...], shuffle: bool, instructions: str
) -> None:
    """Give reviewers a number of images each, like ann@example.com=40."""
    app = application()
    batch = app.batches.get(project_name, batch_name)
    made = app.assigner.assign(
        batch, [_wish(text) for text in wishes], shuffle=shuffle, instructions=instructions
    )
    for each in made:
        link = f"{app.config.browser_url}{each.link}"
        click.echo(f"{each.reviewer}: {len(each.task_ids)} images, {link}")


@main.command()
@click.argument("project_name", metavar="PROJECT")
def collect(project_name: str) -> None:
    """Bring reviews and progress up to date now (the scheduler does so all the time)."""
    app = application()
    app.history.newest(project_name)
    click.echo(f"{app.collector.collect(project_name)} tasks changed")


@main.command()
@click.argument("project_name", metavar="PROJECT")
def export(project_name: str) -> None:
    """Write the next version of the training set."""
    app = application()
    manifest = app.exporter.export(project_name)
    folder = app.store.root / app.training_sets.folder(project_name, manifest.version)
    click.echo(f"{manifest.images} images, {manifest.annotations} annotations: {folder}")


@main.command()
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=Path(".demo"),
    help="Where everything the demo keeps lies; a later run goes on from there.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="End after one round, the last line a JSON object.")
def demo(data: Path, once: bool) -> None:
    """Play the whole loop on this machine, with real parts."""
    from plugin.demo.story import play

    sys.exit(play(data, once=once))


def _wish(text: str) -> Wish:
    reviewer, _, number = text.rpartition("=")
    if not reviewer or not number.isdecimal():
        raise InvalidInputError(FieldError("EMAIL=IMAGES", text, "like ann@example.com=40"))
    return Wish(reviewer, int(number))


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


if __name__ == "__main__":
    main()
