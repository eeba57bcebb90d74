"""`lsal assign`, `reassign`, `take-back`, `collect`, `export`: from a batch to a training set."""

import click

from plugin.bootstrap import Application, application
from plugin.commands.arguments import PROJECT
from plugin.commands.dataset import say
from plugin.commands.dataset_export import hand_over
from plugin.domain.assigning import Wish
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.reviewing import Assignments

_batch = click.argument("batch_name", metavar="BATCH")
_images = click.option(
    "--images", type=click.IntRange(min=1), help="How many; all that are not done, unless said."
)


@click.command()
@PROJECT
@_batch
@click.argument("wishes", nargs=-1, required=True, metavar="EMAIL=IMAGES…")
@click.option("--shuffle", is_flag=True, help="Deal and show the images at random.")
@click.option(
    "--overlap", default=1, show_default=True, help="Reviewers of one and the same image."
)
@click.option("--instructions", help="HTML or text shown before the first image.")
def assign(  # noqa: PLR0913  a command's options
    *,
    project_name: str,
    batch_name: str,
    wishes: tuple[str, ...],
    shuffle: bool,
    overlap: int,
    instructions: str | None,
) -> None:
    """Give reviewers a number of images each, like ann@example.com=40."""
    app = application()
    after = app.assigner.assign(
        app.batches.get(project_name, batch_name), [_wish(text) for text in wishes],
        shuffle=shuffle, instructions=instructions, overlap=overlap,
    )  # fmt: skip
    _show(app, after)


@click.command()
@PROJECT
@_batch
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@_images
def reassign(
    project_name: str, batch_name: str, source: str, target: str, images: int | None
) -> None:
    """Give images that one reviewer has not done to another; finished ones stay."""
    app = application()
    batch = app.batches.get(project_name, batch_name)
    _show(app, app.assigner.reassign(batch, source, target, images))


@click.command("take-back")
@PROJECT
@_batch
@click.argument("reviewer", metavar="EMAIL")
@_images
def take_back(project_name: str, batch_name: str, reviewer: str, images: int | None) -> None:
    """Take images from a reviewer that are not done, to be assigned anew by hand."""
    app = application()
    batch = app.batches.get(project_name, batch_name)
    _show(app, app.assigner.take_back(batch, reviewer, images))


@click.command()
@PROJECT
def collect(project_name: str) -> None:
    """Bring reviews and progress up to date now (the scheduler does so all the time)."""
    app = application()
    app.history.newest(project_name)
    click.echo(f"{app.collector.collect(project_name)} images reviewed anew")


@click.command()
@PROJECT
@click.option("--to", metavar="PLACE", help="Where it goes: a folder, a file ….zip, s3://…")
@click.option("--format", "formats", default="coco", show_default=True, metavar="NAME[,NAME…]")
def export(project_name: str, to: str | None, formats: str) -> None:
    """Write the next version of the training set, and hand it over where --to says so.

    Short for `lsal dataset build` and `lsal dataset export`.
    """
    app = application()
    version = app.builder.build(project_name)
    say(app, project_name, version)
    if to is not None:
        hand_over(app, project_name, version.version, formats, to)
        click.echo(f"{formats}: {to}")


def _wish(text: str) -> Wish:
    reviewer, _, number = text.rpartition("=")
    if not reviewer or not number.isdecimal():
        raise InvalidInputError(FieldError("EMAIL=IMAGES", text, "like ann@example.com=40"))
    return Wish(reviewer, int(number))


def _show(app: Application, assignments: Assignments) -> None:
    for share in assignments.shares:
        link = f"{app.config.browser_url}{share.link}"
        click.echo(f"{share.reviewer}: {len(share.tasks)} images, {link}")
