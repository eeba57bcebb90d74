"""The part of docs/faults.md that says what was found after every fault, in a table."""

import platform
from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.faults.running import Outcome

_HEAD = (
    "fault", "frames posted", "kept", "tasks", "doubled", "lost", "wrong boxes", "orphan files",
    "over the cap", "tries refused", "seconds",
)  # fmt: skip

_TEXT = """\
# What faults cost

Written by `make faults` on {day}: real processes, a real {redis}, a real Label Studio behind a
proxy that fails where it is told to; Python {python}, {frames} frames in all. While a client
that asks again until it is answered posts frames, some of them twice, one fault comes; eight come
one upon the other, then all has to come to rest, and Label Studio and its folders are counted.

- *kept*: frames that were answered with 2xx as kept; the cap has room for seven in ten of them.
- *doubled*, *lost*: tasks too many or too few for one event each.
- *wrong boxes*: tasks whose boxes are not those posted.
- *orphan files*: images in Label Studio's folders that no task shows.
- *tries refused*: posts that failed or were answered with 503, and came again.
- *seconds*: until the last frame was a task; the lock of a dead worker takes 30 to expire.

{table}
{verdict}

Skipped: {skipped}.
"""


def report(
    outcomes: Sequence[Outcome], skipped: Mapping[str, str], redis: str, day: datetime
) -> str:
    """The page."""
    rows = [_HEAD, tuple("---" for _ in _HEAD), *map(_row, outcomes)]
    wrong = [each for each in outcomes if each.findings.faults]
    return _TEXT.format(
        day=day.date().isoformat(),
        redis=redis,
        python=platform.python_version(),
        frames=f"{sum(each.findings.posted for each in outcomes):,}",
        table="\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n",
        verdict="\n".join(f"**Wrong:** {each}" for each in wrong)
        or f"All {len(outcomes)} faults: every frame is one task, as it was posted.",
        skipped="; ".join(f"{name} ({why})" for name, why in skipped.items()) or "nothing",
    )


def _row(outcome: Outcome) -> tuple[str, ...]:
    found = outcome.findings
    numbers = (
        found.posted, found.kept, found.tasks, found.doubled, found.lost, found.wrong_boxes,
        found.orphan_files, found.over_cap, outcome.refused,
    )  # fmt: skip
    return (outcome.fault, *map(str, numbers), f"{outcome.seconds:.0f}")
