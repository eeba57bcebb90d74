"""What Redis must know of the frames that were kept: counts of windows, events, looks."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plugin.domain.budget import REMEMBER, generation
from plugin.domain.settings import ProjectSettings
from plugin.domain.windows import WINDOWS, Window, window_starts


class KeptFrame(NamedTuple):
    """A frame that was charged; `look` is its image's, in 16 hex digits, "" where none is kept."""

    frame_id: str
    received_at: datetime
    rule: str
    digest: str
    look: str


class Count(NamedTuple):
    """Of one scope: the starts of its minute, hour and day in Unix seconds, and their frames."""

    starts: tuple[int, ...]
    frames: tuple[int, ...]


class Look(NamedTuple):
    """What a frame looks like, and since when it is kept, in Unix seconds."""

    look: str
    frame_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Counts by scope, "" for the project; events by generation, then by frame id; looks."""

    counts: Mapping[str, Count]
    events: Mapping[int, Mapping[str, str]]
    looks: Sequence[Look]


def remembered_since(now: datetime) -> datetime:
    """The time since when frames have to be known."""
    return datetime.fromtimestamp((generation(now) - 1) * REMEMBER, now.tzinfo)


def remember(frames: Sequence[KeptFrame], settings: ProjectSettings, now: datetime) -> Memory:
    """What is to be known of a project's frames.

    Args:
        frames: at least those since `remembered_since(now)`, each once.
        settings: of the project, its newest.
        now: the time. Where the clock was set back, windows stay those that frames have reached.
    """
    reached = max([now, *(frame.received_at for frame in frames)])
    events: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for frame in frames:
        if generation(frame.received_at) >= generation(now) - 1:
            events[generation(frame.received_at)][frame.frame_id] = f"{frame.digest}:{frame.rule}"
    starts = window_starts(reached, ZoneInfo(settings.batch.timezone))
    return Memory(_counts(frames, starts), events, _looks(frames, settings, now))


def _counts(frames: Sequence[KeptFrame], starts: Mapping[Window, int]) -> dict[str, Count]:
    counted: Counter[tuple[str, Window]] = Counter()
    for frame in frames:
        at = frame.received_at.timestamp()
        within = [window for window in WINDOWS if at >= starts[window]]
        counted.update((scope, window) for scope in {"", frame.rule} for window in within)
    scopes = {"", *(scope for scope, _ in counted)}
    begun = tuple(starts[window] for window in WINDOWS)
    return {
        scope: Count(begun, tuple(counted[scope, window] for window in WINDOWS)) for scope in scopes
    }


def _looks(frames: Sequence[KeptFrame], settings: ProjectSettings, now: datetime) -> list[Look]:
    near = settings.near_duplicates
    if near is None:
        return []
    since = now - timedelta(seconds=near.within)
    return [
        Look(frame.look, frame.frame_id, int(frame.received_at.timestamp()))
        for frame in frames
        if frame.look and frame.received_at >= since
    ]
