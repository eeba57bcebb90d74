"""`lsal assign`, `lsal collect`, `lsal export`: from a batch to a training set."""

import click

from plugin.bootstrap import application
from plugin.domain.assigning import Wish
from plugin.domain.errors import FieldError, InvalidInputError


@click.command()
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


@click.command()
@click.argument("project_name", metavar="PROJECT")
def collect(project_name: str) -> None:
    """Bring reviews and progress up to date now (the scheduler does so all the time)."""
    app = application()
    app.history.newest(project_name)
    click.echo(f"{app.collector.collect(project_name)} tasks changed")


@click.command()
@click.argument("project_name", metavar="PROJECT")
def export(project_name: str) -> None:
    """Write the next version of the training set."""
    app = application()
    manifest = app.exporter.export(project_name)
    folder = app.store.location(app.training_sets.folder(project_name, manifest.version))
    click.echo(f"{manifest.images} images, {manifest.annotations} annotations: {folder}")


def _wish(text: str) -> Wish:
    reviewer, _, number = text.rpartition("=")
    if not reviewer or not number.isdecimal():
        raise InvalidInputError(FieldError("EMAIL=IMAGES", text, "like ann@example.com=40"))
    return Wish(reviewer, int(number))
