"""`lsal experiment`: does reviewing what a rule keeps beat reviewing at random?"""

from pathlib import Path

import click

_COUNT = click.IntRange(min=1)


@click.command()
@click.option("--dataset", "name", type=click.Choice(["digits", "fashion"]), default="digits",
              show_default=True, help="Handwritten digits, or Fashion-MNIST.")  # fmt: skip
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with Fashion-MNIST's own files, where Debian's package is not installed.",
)
@click.option(
    "--start",
    type=click.IntRange(min=10),
    default=20,
    show_default=True,
    help="Images reviewed at the start.",
)
@click.option(
    "--images",
    type=_COUNT,
    default=20,
    show_default=True,
    help="Images reviewed in each round after it.",
)
@click.option(
    "--rounds", type=_COUNT, default=10, show_default=True, help="Rounds after the start."
)
@click.option("--seeds", type=_COUNT, default=5, show_default=True, help="Repetitions.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".cache/experiment"),
    show_default=True,
    help="Where everything that runs keeps its files.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which experiment.md is written, with its curves.",
)
def experiment(  # noqa: PLR0913  a command's options
    *,
    name: str,
    files: Path | None,
    start: int,
    images: int,
    rounds: int,
    seeds: int,
    data: Path,
    folder: Path | None,
) -> None:
    """Play the whole loop for several rounds, by rules and at random, and compare the models."""
    try:
        # Here and not above: no other command needs scikit-learn, or what starts programs.
        from plugin.experiment import datasets, report  # noqa: PLC0415
        from plugin.experiment.choosing import ARMS  # noqa: PLC0415
        from plugin.experiment.play import play  # noqa: PLC0415
        from plugin.experiment.run import Plan  # noqa: PLC0415
    except ImportError as error:
        said = "it needs scikit-learn, and this package with its extra `demo`"
        raise click.ClickException(f"{error}: {said}") from error
    dataset = datasets.digits() if name == "digits" else datasets.fashion(files or datasets.FASHION)
    for found in play(data, dataset, Plan(start, images, rounds), ARMS, seeds):
        click.echo(f"\n{report.section(found)}")
        if folder:
            click.echo(f"Written: {report.write(folder, found)}\n")
