"""`lsal dataset export`: a version of the training set, handed over in other people's formats."""

import click

from plugin.bootstrap import Application, application
from plugin.commands.arguments import PROJECT
from plugin.services.training_sets.handing_over import Delivery


@click.command("export")
@PROJECT
@click.option("--version", "number", type=click.IntRange(min=1), help="The newest, unless said.")
@click.option(
    "--format", "formats", required=True, metavar="NAME[,NAME…]",
    help="coco, yolo, yolo-obb, voc, masks, folders or csv, as fits the task type.",
)  # fmt: skip
@click.option(
    "--to", required=True, metavar="PLACE",
    help="A folder, a file ….zip, s3://bucket/folder, gs://… or az://…; nothing may be there yet.",
)  # fmt: skip
def export(project_name: str, number: int | None, formats: str, to: str) -> None:
    """Write a version of the training set, with its images, for a trainer."""
    app = application()
    app.history.newest(project_name)
    delivery = hand_over(app, project_name, number, formats, to)
    written = ", ".join(each.name for each in delivery.formats)
    click.echo(
        f"version {delivery.version.version}: {delivery.version.images} images as {written}, {to}"
    )


def hand_over(
    app: Application, project: str, number: int | None, formats: str, to: str
) -> Delivery:
    """Hand a version over (None: the newest) in formats, given with commas between them."""
    names = [name.strip() for name in formats.split(",")]
    delivery = app.handing_over.prepare(project, number, names)
    app.handing_over.hand_over(delivery, to)
    return delivery
