"""`lsal replay`: try settings on events of the past."""

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import click
import msgspec

from plugin.domain.deciding import Outcome
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings
from plugin.formats.predictions import FORMATS
from plugin.services.rules.replaying import OTHER_HOURS, BadLine, Replay, Replayed, Tally
from plugin.settings_text import MAX_BYTES

MAX_LINE = 64 * 1024 * 1024
"""Bytes of a line that are read; what is longer is no event, and must not fill the memory."""

BLOCK = 64 * 1024
"""Bytes that are written at once."""

WIDTH = 80
"""Columns of a terminal."""

SHOWN_ERRORS = 10
"""Bad lines that are told apart beside a summary."""

REFUSALS = (
    Outcome.DISABLED, Outcome.NOT_SAMPLED, Outcome.NO_RULE_MATCHED, Outcome.CAP_REACHED,
)  # fmt: skip

Row = tuple[str, ...]


@click.command()
@click.argument("events", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--settings", "file", required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A project's settings (YAML or JSON), or Roboflow's active_learning configuration.",
)  # fmt: skip
@click.option(
    "--format", "format_name", type=click.Choice([*FORMATS]),
    help="Format of the predictions, where an event names none; else it is recognised.",
)  # fmt: skip
@click.option(
    "--task-type", type=click.Choice([each.value for each in TaskType]),
    help="What the model answers with, where the settings do not say or are wrong.",
)  # fmt: skip
@click.option("--summary", is_flag=True, help="Print tables instead of a line for each event.")
def replay(
    events: str, file: Path, format_name: str | None, task_type: str | None, summary: bool
) -> None:
    """Say what settings would have done with EVENTS, a JSON event a line (- for stdin, .gz too).

    The clock is each event's timestamp. Needs no Redis, no Label Studio and no configuration.
    Ends with status 1 when a line could not be read.
    """
    settings = _read_settings(file, TaskType(task_type) if task_type else None)
    if settings.near_duplicates is not None:
        click.echo("near-duplicates need the images and are not replayed", err=True)
    run = Replay(settings, format_name or "", explain=not summary)
    tally = Tally()
    with _open(events) as stream:
        answers = _counted(run.answers(_lines(stream, events)), tally)
        try:
            _print_summary(answers, tally, settings) if summary else _print_answers(answers)
        except BrokenPipeError:
            _close_stdout()
            return
    if tally.bad:
        sys.exit(1)


def _read_settings(file: Path, task_type: TaskType | None) -> ProjectSettings:
    from plugin.settings_file import parse_settings

    text = _read_text(file)
    config = _roboflow_config(text)
    if config is not None:
        return _settings_of_roboflow(config, task_type)
    settings = parse_settings(text)
    return settings.model_copy(update={"task_type": task_type}) if task_type else settings


def _read_text(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidInputError(FieldError(str(file), None, f"at most {MAX_BYTES} bytes"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(FieldError(str(file), str(error), "text in UTF-8")) from None


def _roboflow_config(text: str) -> dict[str, object] | None:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return None  # YAML, or wrong, which reading it as our own settings will say
    return config if isinstance(config, dict) and "sampling_strategies" in config else None


def _settings_of_roboflow(config: dict[str, object], task_type: TaskType | None) -> ProjectSettings:
    from plugin.formats.roboflow_config import import_config
    from plugin.formats.roboflow_schema import selected

    if task_type is None:
        raise click.UsageError("Roboflow's configuration names no task type: add --task-type")
    # It does not list the model's classes either: those it selects stand for them, all may come.
    classes = tuple(dict.fromkeys(name for _, name in selected(config))) or ("any",)
    imported = import_config(config, task_type, classes, "replay")
    for note in imported.notes:
        click.echo(note, err=True)
    return imported.settings.model_copy(update={"unknown_classes": "keep"})


def _open(name: str) -> io.BufferedReader:
    raw = sys.stdin.buffer if name == "-" else io.FileIO(name)
    return io.BufferedReader(cast(io.RawIOBase, raw), BLOCK)


def _lines(stream: io.BufferedReader, name: str) -> Iterator[bytes]:
    """The lines of a file, unpacked where it is gzip; of one too long, the beginning."""
    try:
        is_packed = stream.peek(2)[:2] == b"\x1f\x8b"
        reader = gzip.GzipFile(fileobj=stream) if is_packed else stream
        while line := reader.readline(MAX_LINE):
            yield line
            while len(line) == MAX_LINE and not line.endswith(b"\n"):
                line = reader.readline(MAX_LINE)
    except (OSError, EOFError, zlib.error) as error:
        raise click.ClickException(f"{name}: {error}") from error


def _counted(answers: Iterable[Replayed], tally: Tally) -> Iterator[Replayed]:
    for replayed in answers:
        tally.add(replayed)
        yield replayed


def _print_answers(answers: Iterable[Replayed]) -> None:
    out, encoder, block = sys.stdout.buffer, msgspec.json.Encoder(), bytearray()
    try:
        for replayed in answers:
            encoder.encode_into(replayed.answer, block, -1)
            block += b"\n"
            if len(block) >= BLOCK:
                out.write(block)
                block.clear()
    finally:
        out.write(block)
        out.flush()


def _close_stdout() -> None:
    """Nobody reads any more (`| head`); what is still buffered goes nowhere, and quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_summary(answers: Iterable[Replayed], tally: Tally, settings: ProjectSettings) -> None:
    for replayed in answers:
        if isinstance(replayed.answer, BadLine) and tally.bad <= SHOWN_ERRORS:
            click.echo(f"line {replayed.answer.line}: {replayed.answer.error}", err=True)
    if tally.bad > SHOWN_ERRORS:
        click.echo(f"and {tally.bad - SHOWN_ERRORS} more bad lines", err=True)
    tables = [
        table(("funnel", "events", "share"), list(_funnel(tally))),
        table(("rule", "matched", "charged", "of kept"), list(_rules(tally, settings))),
        table(("hour (UTC)", "received", "kept"), list(_hours(tally))),
    ]
    click.echo("\n\n".join(tables))


def _funnel(tally: Tally) -> Iterator[Row]:
    counts, received = tally.funnel, tally.funnel["received"]
    steps = {
        "received": received,
        "sampled": tally.passed(*REFUSALS[:2]),
        "matched": tally.passed(*REFUSALS[:3]),
        "kept": counts[Outcome.KEPT],
    }
    steps |= {outcome.replace("_", " "): counts[outcome] for outcome in REFUSALS}
    steps |= {f"  {cap}": number for cap, number in sorted(tally.full.items())}
    steps["posted again"] = counts["repeated"]
    for name, number in steps.items():
        yield name, f"{number:,}", _percent(number, received)
    yield "bad lines", f"{tally.bad:,}", ""


def _rules(tally: Tally, settings: ProjectSettings) -> Iterator[Row]:
    kept = tally.funnel[Outcome.KEPT]
    for rule in settings.rules:
        matched, charged = tally.matched[rule.name], tally.charged[rule.name]
        yield rule.name, f"{matched:,}", f"{charged:,}", _percent(charged, kept)
    if not settings.rules:
        yield "(no rules)", "", f"{kept:,}", _percent(kept, kept)


def _hours(tally: Tally) -> Iterator[Row]:
    for hour in sorted(tally.received, key=lambda hour: (hour == OTHER_HOURS, hour)):
        name = f"{datetime.fromtimestamp(hour, UTC):%Y-%m-%d %H:00}"
        name = "all others" if hour == OTHER_HOURS else name
        yield name, f"{tally.received[hour]:,}", f"{tally.kept[hour]:,}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def table(head: Row, rows: list[Row]) -> str:
    """A table of a name and numbers, no wider than a terminal: long names are cut with …."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    widths[0] = max(1, min(widths[0], WIDTH - sum(width + 2 for width in widths[1:])))
    rule = tuple("-" * width for width in widths)
    return "\n".join(_row(row, widths) for row in (head, rule, *rows))


def _row(row: Row, widths: list[int]) -> str:
    name, *numbers = row
    cut = name if len(name) <= widths[0] else name[: widths[0] - 1] + "…"
    cells = (f"  {number:>{width}}" for number, width in zip(numbers, widths[1:], strict=True))
    return (cut.ljust(widths[0]) + "".join(cells)).rstrip()
