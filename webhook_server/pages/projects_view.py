"""The read side of the projects' page: each one's state in a few numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from plugin.bootstrap import Application
from plugin.domain.deployment import Deployment
from plugin.domain.settings import Limits
from plugin.domain.windows import Window, limited
from plugin.stores.frames.batch_index import ProjectTotals
from webhook_server.pages.paging import Pages, last_page, page_asked, pages_of

PATH = "/"
PER_PAGE = 24
MAX_SEARCH = 64

LIVE = timedelta(minutes=10)
"""A deployment that was seen within this time is live."""

_WINDOWS: dict[Window, str] = {"minute": "this minute", "hour": "this hour", "day": "today"}


@dataclass(frozen=True, slots=True)
class Kept:
    """Frames kept in a window; `cap` is its limit, None where it has none."""

    window: str
    frames: int
    cap: int | None

    @property
    def is_full(self) -> bool:
        """Whether nothing more is kept until the next window."""
        return self.cap is not None and self.frames >= self.cap


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """One project in numbers.

    `today` is None where Redis has forgotten what was kept; `shorter` are the windows within the
    day that are limited. `live` of the project's `deployments` were seen within LIVE.
    """

    name: str
    task_type: str
    enabled: bool
    today: Kept | None
    shorter: tuple[Kept, ...]
    totals: ProjectTotals
    live: int
    deployments: int

    @property
    def full(self) -> str:
        """The longest window whose cap is reached, in words; "" where there is room."""
        windows = (self.today, *reversed(self.shorter))
        return next((each.window for each in windows if each and each.is_full), "")


@dataclass(frozen=True, slots=True)
class ProjectsView:
    """The projects that were asked for; `exist` is how many there are, `ready` images of all."""

    cards: Sequence[ProjectCard]
    exist: int
    ready: int
    in_review: int
    search: str
    pages: Pages
    notes: Sequence[str]
    now: datetime


def projects_view(
    application: Application, arguments: Mapping[str, str], now: datetime
) -> ProjectsView:
    """What the page of projects shows. No call to Label Studio is made."""
    notes: list[str] = []
    search = arguments.get("q", "").strip()[:MAX_SEARCH]
    names = application.history.projects()
    found = [name for name in names if search.casefold() in name]
    number = min(page_asked(arguments, notes), last_page(len(found), PER_PAGE))
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    totals = application.batch_index.project_totals()
    return ProjectsView(
        cards=tuple(_cards(application, shown, totals, now)),
        exist=len(names),
        ready=sum(each.ready for each in totals.values()),
        in_review=sum(each.in_review for each in totals.values()),
        search=search,
        pages=pages_of(PATH, {"q": search}, number, PER_PAGE, len(found)),
        notes=notes,
        now=now,
    )


def _cards(
    application: Application,
    names: Sequence[str],
    totals: Mapping[str, ProjectTotals],
    now: datetime,
) -> Iterable[ProjectCard]:
    deployments = application.deployments.by_project()
    seen = application.activity.seen_since(names, now - LIVE)
    for name in names:
        settings = application.history.current(name).settings
        used = application.used_budget.of(settings, now)
        mine = _in_use(deployments.get(name, ()))
        has_batches = name in totals
        kept = _kept(settings.limits, used or (0, 0, 0))
        yield ProjectCard(
            name=name,
            task_type=settings.task_type.replace("-", " ").capitalize(),
            enabled=settings.enabled,
            today=None if used is None and has_batches else kept[-1],
            shorter=tuple(each for each in kept[:-1] if each.cap is not None) if used else (),
            totals=totals.get(name, ProjectTotals()),
            live=len(mine & seen[name]),
            deployments=len(mine),
        )


def _in_use(deployments: Iterable[Deployment]) -> set[str]:
    return {each.id for each in deployments if not each.revoked}


def _kept(limits: Limits, used: tuple[int, int, int]) -> list[Kept]:
    """What was kept this minute, this hour and today."""
    caps = dict(limited(limits))
    windows = zip(_WINDOWS.items(), used, strict=True)
    return [Kept(words, frames, caps.get(window)) for (window, words), frames in windows]
