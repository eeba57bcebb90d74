"""What the queue is filled with: batches in every state of review, and some that mean no good."""

import msgspec

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Mark
from tests.batch_samples import ANN, BEN, CLEO, DAN, add_batch, finished, give, review, skipped
from tests.browser.filling import HOSTILE

DAYS = ("2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20")


def fill_queue(application: Application) -> None:
    """Today's batch untouched, yesterday's half done, the one before done; and one of `doors`."""
    add_batch(application, DAYS[0], 237)
    yesterday = add_batch(application, DAYS[1], 400)
    give(application, yesterday, {ANN: 200, BEN: 100})
    review(application, yesterday, *_done(ANN, 1, 148), *_left(BEN, 201, 3))
    oldest = add_batch(application, DAYS[2], 60)
    give(application, oldest, {ANN: 60})
    review(application, oldest, *_done(ANN, 1, 48), *_left(ANN, 49, 12))
    doors = add_batch(application, DAYS[3], 1200, "doors")
    give(application, doors, dict.fromkeys((ANN, BEN, CLEO, DAN), 300))
    review(application, doors, *_done(BEN, 301, 12))


def fill_hostile(application: Application) -> None:
    """A batch for each title that means no good, the last of them gone from Label Studio."""
    for number, title in enumerate(HOSTILE, start=1):
        batch = retitled(application, add_batch(application, f"2026-10-{number:02d}", 9), title)
        address = f"{title.replace(' ', '')[:60]}@example.com"
        give(application, batch, {address: 5, "very.long.name." * 8 + "@example.com": 2})
    application.batches.close(batch, f"deleted in Label Studio {HOSTILE[0]}")


def retitled(application: Application, batch: Batch, title: str) -> Batch:
    """A batch under another title."""
    changed = msgspec.structs.replace(batch, title=title)
    application.batches.save(changed)
    return changed


def _done(reviewer: str, first: int, number: int) -> list[tuple[int, Mark]]:
    return [(task, finished(reviewer)) for task in range(first, first + number)]


def _left(reviewer: str, first: int, number: int) -> list[tuple[int, Mark]]:
    return [(task, skipped(reviewer)) for task in range(first, first + number)]
