"""`lsal frames`: what waits, what was set aside and why, and putting it back to work."""

from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from plugin.bootstrap import Application, application
from plugin.commands.arguments import PROJECT
from plugin.domain.errors import InvalidInputError
from plugin.domain.frame import Frame

STATES = ("failed", "missing", "doubled", "pending", "awaiting")


class Shown(msgspec.Struct, frozen=True):
    """A frame as `lsal frames` shows it; `since` is when it came into its state."""

    state: str
    frame_id: str
    event_id: str
    deployment: str
    since: datetime
    error: str = ""


class _ListUnlessNamed(click.Group):
    """`lsal frames PROJECT` is short for `lsal frames list PROJECT`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListUnlessNamed)
def frames() -> None:
    """Frames on their way into Label Studio: `lsal frames PROJECT` lists them.

    pending: waits for its import. awaiting: waits for its image. failed: was set aside, with the
    error. missing: its image never came; it is kept when its event is posted again. doubled: two
    tasks of it hold somebody's work; remove one of them in Label Studio.
    """


@frames.command("list")
@PROJECT
@click.option("--state", type=click.Choice(STATES), help="Show this state alone.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
def frames_list(project_name: str, state: str | None, as_json: bool) -> None:
    """List the frames of a project that are no tasks yet, or are two."""
    app = application()
    app.history.newest(project_name)
    for name in [state] if state else STATES:
        for shown in _SHOWN[name](app, project_name):
            click.echo(msgspec.json.encode(shown).decode() if as_json else _line(shown))


@frames.command("retry")
@PROJECT
@click.argument("frame_ids", nargs=-1, metavar="[FRAME_ID]...")
@click.option("--all", "everything", is_flag=True, help="Retry all that failed.")
def frames_retry(project_name: str, frame_ids: tuple[str, ...], everything: bool) -> None:
    """Put failed frames back to work, as if they had just come."""
    if bool(frame_ids) == everything:
        raise click.UsageError("name the frames to retry, or --all")
    app = application()
    app.history.newest(project_name)
    if everything:
        done = app.retrier.retry_all(project_name)
    else:
        done = app.retrier.retry(project_name, frame_ids)
    click.echo(f"{done.frames} frames wait for their import again")
    if done.errors:
        raise InvalidInputError(*done.errors)


def _line(shown: Shown) -> str:
    since = shown.since.isoformat(timespec="seconds")
    facts = (shown.state, shown.frame_id, since, shown.deployment, shown.event_id, shown.error)
    return "  ".join(filter(None, facts))


def _pending(app: Application, project: str) -> Iterator[Shown]:
    for identifier in app.spool.pending(project):
        frame = app.spool.frame(project, identifier)
        if frame:  # imported since it was listed
            yield _shown("pending", frame, frame.received_at)


def _awaiting(app: Application, project: str) -> Iterator[Shown]:
    for each in app.reservations.of_project(project):
        yield _shown("awaiting", each.frame, each.frame.received_at)


def _failed(app: Application, project: str) -> Iterator[Shown]:
    for each in app.spool.set_aside(project, "failed"):
        yield _shown("failed", each.frame, each.failed_at, each.error)


def _missing(app: Application, project: str) -> Iterator[Shown]:
    for each in app.spool.set_aside(project, "missing"):
        yield _shown("missing", each.frame, each.failed_at, each.error)


def _doubled(app: Application, project: str) -> Iterator[Shown]:
    for doubt in app.doubts.of_project(project):
        for each in app.spool.imported_frames(project, doubt.both).values():
            error = f"two tasks in batch {doubt.batch} hold somebody's work"
            yield _shown("doubled", each.frame, each.imported_at, error)


def _shown(state: str, frame: Frame, since: datetime, error: str = "") -> Shown:
    return Shown(state, frame.frame_id, frame.event_id, frame.deployment, since, error)


_SHOWN = {
    "failed": _failed,
    "missing": _missing,
    "doubled": _doubled,
    "pending": _pending,
    "awaiting": _awaiting,
}
