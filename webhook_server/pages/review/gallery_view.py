"""What the gallery shows: the frames of a batch, what was predicted on them, how far they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame
from plugin.domain.reviewing import Mark, State, holders, state_of
from plugin.domain.summaries import BatchSummary
from plugin.stores.frames.batch_index import Query
from plugin.stores.frames.batches import TaskRef
from webhook_server.pages.paging import last_page
from webhook_server.pages.review.overlays import Drawing, classes_in, drawing_of

PER_PAGE = 24
BATCHES_SHOWN = 100
"""Batches to choose from: the newest."""

Show = Literal["all", "ready", "in-review", "done"]
SHOWN: dict[Show, str] = {
    "all": "All", "ready": "Ready for review", "in-review": "In review", "done": "Done",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One frame: its drawing, who has it, what they made of it."""

    frame: Frame
    drawing: Drawing
    state: State
    reviewers: tuple[str, ...]
    marks: tuple[Mark, ...]
    label_studio_link: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """A page of tiles, `total` in all; `counts` says how many there are of each kind."""

    batch: BatchSummary
    batches: tuple[BatchSummary, ...]
    tiles: tuple[Tile, ...]
    counts: dict[Show, int]
    page: int
    total: int


@dataclass(frozen=True)
class _Review:
    """How far the tasks of a batch are."""

    has: Mapping[int, tuple[str, ...]]
    marks: Mapping[int, tuple[Mark, ...]]

    def state(self, task: int) -> State:
        return state_of(self.marks.get(task, ()), len(self.has.get(task, ())))

    def kind(self, task: int) -> Show:
        if self.state(task) in {"finished", "skipped"}:
            return "done"
        return "in-review" if task in self.has else "ready"


def newest_batches(application: Application, project: str) -> tuple[BatchSummary, ...]:
    """The newest batches of a project that hold any image."""
    page = application.batch_index.page(Query(project=project, limit=BATCHES_SHOWN))
    return tuple(row for row in page.rows if row.images)


def gallery(
    application: Application, batches: Sequence[BatchSummary], name: str, show: Show, page: int
) -> Gallery:
    """A page of a batch, counted from 1, or the last there is; most urgent first.

    Raises:
        NotFoundError: there is no such batch.
    """
    batch = application.batches.get(batches[0].project, name)
    review = _review(application, batch)
    tasks = sorted(application.batches.tasks(batch), key=attrgetter("order"))
    kinds = {task.id: review.kind(task.id) for task in tasks}
    shown = [task for task in tasks if show in ("all", kinds[task.id])]
    counts: dict[Show, int] = {each: list(kinds.values()).count(each) for each in SHOWN}
    counts["all"] = len(tasks)
    number = min(page, last_page(len(shown), PER_PAGE))
    some = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Gallery(
        batch=next(each for each in batches if each.name == name),
        batches=tuple(batches),
        tiles=_tiles(application, batch, review, some),
        counts=counts,
        page=number,
        total=len(shown),
    )


def newest_tiles(
    application: Application, batches: Sequence[BatchSummary], number: int
) -> tuple[Tile, ...]:
    """The frames that became tasks last, newest first; batches come newest first, too."""
    newest = next((each for each in batches if each.images), None)
    if newest is None:
        return ()
    batch = application.batches.get(newest.project, newest.name)
    tasks = application.batches.newest_tasks(batch, number)
    return _tiles(application, batch, _review(application, batch), tasks)


def tile(application: Application, frame: Frame, batch_name: str, task: int) -> Tile:
    """One frame of a batch, with its masks."""
    batch = application.batches.get(frame.project, batch_name)
    review = _review(application, batch)
    [made] = _drawn(application, batch, review, [(frame, task)], with_masks=True)
    return made


def _review(application: Application, batch: Batch) -> _Review:
    shares = application.batches.assignments(batch).shares
    return _Review(holders(shares), application.batches.ledger(batch).marks)


def _tiles(
    application: Application, batch: Batch, review: _Review, tasks: Sequence[TaskRef]
) -> tuple[Tile, ...]:
    frames = application.spool.imported_frames(batch.project, [task.frame_id for task in tasks])
    found = [(frames[task.frame_id].frame, task.id) for task in tasks if task.frame_id in frames]
    return tuple(_drawn(application, batch, review, found))


def _drawn(
    application: Application,
    batch: Batch,
    review: _Review,
    shown: Sequence[tuple[Frame, int]],
    *,
    with_masks: bool = False,
) -> Iterator[Tile]:
    names = [name for frame, _ in shown for name in classes_in(frame.prediction)]
    colours = application.class_colours.of(batch.project, names)
    url = f"{application.config.browser_url}/projects/{batch.label_studio_id}/data"
    for frame, task in shown:
        yield Tile(
            frame=frame,
            drawing=drawing_of(frame.prediction, colours, with_masks=with_masks),
            state=review.state(task),
            reviewers=review.has.get(task, ()),
            marks=review.marks.get(task, ()),
            label_studio_link="" if batch.closed else f"{url}?task={task}",
        )
