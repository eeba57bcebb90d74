"""`lsal dataset`: versions of a training set, and whether they are what they were."""

import heapq
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import click
import msgspec

from plugin.bootstrap import Application, application
from plugin.commands.arguments import PROJECT
from plugin.commands.dataset_export import export as export_set
from plugin.commands.project import BY
from plugin.training_set.examples import Example
from plugin.training_set.versions import Version

NUMBER = click.option(
    "--version", "number", type=click.IntRange(min=1), help="This one instead of the newest."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def dataset() -> None:
    """Training sets: build the next version, look at it, prove it, hand it over."""


@dataset.command("build")
@PROJECT
@BY
@click.option("--all", "everything", is_flag=True, help="Read all reviews, not what changed alone.")
def dataset_build(project_name: str, by: str, everything: bool) -> None:
    """Make the next version of finished reviews; the newest stays where nothing changed."""
    app = application()
    say(app, project_name, app.builder.build(project_name, by, everything=everything))


@dataset.command("init")
@PROJECT
@click.option(
    "--from", "root", required=True, metavar="PATH", type=click.Path(path_type=Path),
    help="A folder, a file of COCO's annotations, or YOLO's data.yaml.",
)  # fmt: skip
@click.option("--format", "named", help="coco, yolo or folder; recognised, unless said.")
@click.option("--name", default="", help="What its origin is called; else the folder's name.")
@BY
def dataset_init(project_name: str, root: Path, named: str | None, name: str, by: str) -> None:
    """Make version 1 of a set that was there before: COCO, YOLO or a folder a class."""
    app = application()
    say(app, project_name, app.starter.start(project_name, root, named, name=name, by=by))


@dataset.command("list")
@PROJECT
@JSON
def dataset_list(project_name: str, as_json: bool) -> None:
    """List the versions, newest first."""
    app = application()
    app.history.newest(project_name)
    for version in app.training_sets.all(project_name):
        click.echo(msgspec.json.encode(version).decode() if as_json else _line(version))


@dataset.command("show")
@PROJECT
@NUMBER
@JSON
def dataset_show(project_name: str, number: int | None, as_json: bool) -> None:
    """Say what is in a version, what it was proved by, and what is set aside."""
    app = application()
    version = _version(app, project_name, number)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(version), indent=1).decode())
    else:
        say(app, project_name, version)


@dataset.command("diff")
@PROJECT
@NUMBER
def dataset_diff(project_name: str, number: int | None) -> None:
    """Name the images that a version added (+), changed (~) and removed (-)."""
    app = application()
    version = _version(app, project_name, number)
    for line in _differences(app, project_name, version):
        click.echo(line)
    for name, counts in version.changes.per_class.items():
        click.echo(f"{name}: {_signed(*counts)} annotations")


@dataset.command("verify")
@PROJECT
@NUMBER
def dataset_verify(project_name: str, number: int | None) -> None:
    """Prove a version again: every image, box, label and count; 1 where something is wrong."""
    app = application()
    version = _version(app, project_name, number)
    faults = 0
    for fault in app.verifier.verify(project_name, version.version):
        click.echo(str(fault))
        faults += 1
    if faults:
        raise click.ClickException(f"version {version.version} has {faults} faults")
    click.echo(f"version {version.version}: {version.images} images, all of it as it was written")


dataset.add_command(export_set)


def say(app: Application, project: str, version: Version) -> None:
    """Say what is in a version."""
    click.echo(_line(version))
    for name, count in version.per_class.items():
        click.echo(f"  {name}: {count} annotations")
    if version.widened:
        named = ", ".join(version.widened)
        click.echo(f"  classes that the settings do not name: {named}")
    certificate = version.certificate
    click.echo(f"  Label Studio's counts: {certificate.counts} {certificate.reason}".rstrip())
    for each in certificate.differences:
        theirs = f"{each.label_studio} finished annotations in Label Studio"
        click.echo(f"    batch {each.batch}: {theirs}, {each.ours} here")
    if version.problems:
        click.echo(f"  set aside: {version.problems} images")
        for problem in app.training_sets.problems(project, version.version):
            click.echo(f"    {problem}")


def _version(app: Application, project: str, number: int | None) -> Version:
    app.history.newest(project)
    return app.training_sets.chosen(project, number)


def _line(version: Version) -> str:
    changes = version.changes
    splits = " ".join(f"{name} {count}" for name, count in version.per_split.items())
    facts = (
        f"version {version.version}", version.created_at.isoformat(timespec="seconds"),
        f"{version.images} images ({_signed(changes.added, changes.changed, changes.removed)})",
        f"{version.annotations} annotations", splits,
    )  # fmt: skip
    return "  ".join(facts)


def _signed(added: int, changed: int, removed: int) -> str:
    return f"+{added} ~{changed} -{removed}"


def _differences(app: Application, project: str, version: Version) -> Iterator[str]:
    """What a version says of the images that it touched, by id."""
    parent = app.training_sets.examples(project, version.parent) if version.parent else iter(())
    streams = (
        ((each.image_id, 0, each) for each in parent),
        ((each.image_id, 1, each) for each in app.training_sets.examples(project, version.version)),
    )
    for _, found in groupby(heapq.merge(*streams, key=itemgetter(0, 1)), key=itemgetter(0)):
        sides = {side: example for _, side, example in found}
        if line := _difference(sides.get(0), sides.get(1)):
            yield line


def _difference(before: Example | None, after: Example | None) -> str:
    if after is None:
        return f"- {before.file_name}" if before else ""
    sign = "+" if before is None else "~" if before != after else ""
    return f"{sign} {after.file_name}  {after.split}" if sign else ""
