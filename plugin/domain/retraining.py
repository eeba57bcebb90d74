"""Whether a new version of a training set is due: a pure function of what is known."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from plugin.domain.retrain_settings import RetrainSettings
from plugin.domain.windows import period_at


@dataclass(frozen=True, slots=True)
class News:
    """What came since the newest version: images that were reviewed, and the batches completed.

    `since` is when the schedule was last served: when the newest version was made, or when the
    schedule was first looked at.
    """

    images: int
    since: datetime
    completed: AbstractSet[str] = field(default_factory=frozenset)


def reason_for(settings: RetrainSettings, news: News, now: datetime, zone: str) -> str:
    """Why a version is due, in words for people; "" where none is.

    Args:
        settings: the triggers.
        news: what came since the newest version; where nothing did, none is due.
        now: the time.
        zone: the name of the time zone whose days, weeks and months count.
    """
    if not news.images:
        return ""
    if settings.after_images and news.images >= settings.after_images:
        return f"{news.images:,} new image{'' if news.images == 1 else 's'}"
    if settings.on_batch and news.completed:
        return f"Batch {min(news.completed)} completed"
    every = settings.every
    if every and period_at(every, news.since, zone) != period_at(every, now, zone):
        return f"{every.capitalize()} schedule"
    return ""
