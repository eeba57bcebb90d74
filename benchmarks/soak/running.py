"""One run: measure what the system can do, drive half of it, come to rest, and prove."""

import logging
import shutil
import time
from collections.abc import Sequence

from benchmarks.soak import events, proving
from benchmarks.soak.closing import Run, close
from benchmarks.soak.driving import Driving
from benchmarks.soak.installation import Installation
from benchmarks.soak.messages import Ended, Interval, Load
from benchmarks.soak.people import at_work
from benchmarks.soak.results import Capacity, Soak
from benchmarks.soak.watching import Watcher
from plugin.stores.frames.spool_depth import spool_depth

WARM_UP = Load(first=0, rate=200, seconds=20, at_most=6_000)
"""Enough for a first image for each reviewer."""

FULL_SECONDS, FULL_EVENTS = 20.0, 200_000
DRAIN_SECONDS = 60.0
"""Long enough for Label Studio's pauses: on SQLite it sleeps while a reviewer saves."""

MOST = 3_000.0
"""Events/s that are driven at most, whatever the capacity: pictures must differ long enough."""

IN_FORCE = 3.0  # seconds until new settings are in force everywhere
MEAN_IMAGE = 50_000  # bytes; it lies in the Store, in Label Studio and in the training set

log = logging.getLogger("soak")


def run(installation: Installation, driving: Driving, minutes: float) -> Soak:
    """Do all of it."""
    build_every = min(240.0, max(20.0, minutes * 60 / 5))
    with at_work(installation, build_every) as people:
        log.info("warming up")
        ended = driving.drive(WARM_UP)
        people.wait_until_busy()
        capacity, ended = _capacity(installation, driving, ended.next)
        rate = min(MOST, capacity.events / 2, capacity.frames / 2 / events.KEPT_SHARE)
        per_minute = max(1, round(rate * 60 * events.SPOTS_KEPT))
        if proving.comes_to_rest(installation) is None:
            raise SystemExit("what was sent to measure the capacity does not come to rest")
        _check_disk(installation, rate * 60 * minutes)
        version = installation.put_in_force(spots_per_minute=per_minute)
        time.sleep(IN_FORCE)
        log.info("%.0f events/s for %g minutes", rate, minutes)
        watcher = _Telling(installation)
        at_most = int(rate * 60 * minutes * 1.1) + 100
        load = Load(ended.next, rate, 60 * minutes, at_most)
        begun = time.monotonic()
        ended = driving.drive(load, watcher.look)
    log.info("coming to rest")
    done = Run(minutes, capacity, rate, version, per_minute, begun, watcher.samples)
    return close(installation, people, ended, done)


class _Telling(Watcher):
    """A watcher that says how it goes, about once a minute, and ends when something has died."""

    def look(self, report: Interval) -> None:
        super().look(report)
        self.installation.processes.check()
        sample = self.samples[-1]
        if len(self.samples) % 12 == 0:
            log.info(
                "%3.0f s: %d events, p99 %.1f ms, %d in the spool, serve %.0f MB", sample.at,
                sample.sent, 1000 * sample.all.percentile(0.99), sample.pending,
                sample.memory["serve"],
            )  # fmt: skip


def _capacity(installation: Installation, driving: Driving, first: int) -> tuple[Capacity, Ended]:
    """What is answered at the most, and what is imported while half of that is answered.

    Reviewers are at work, as they are later. What was kept meanwhile is the backlog that is
    imported. Nothing is added to it, so that it is soon done with: each event that is wanted finds
    its cap reached.
    """
    log.info("measuring what is answered")
    full = driving.drive(Load(first, 0, FULL_SECONDS, FULL_EVENTS))
    answered = (full.next - first) / full.seconds
    log.info("%.0f events/s; measuring what is imported meanwhile", answered)
    installation.put_in_force(spots_per_minute=None, per_minute=1)
    time.sleep(IN_FORCE)
    store, seen = installation.application.store, list[tuple[float, int]]()

    def look(_: object = None) -> None:
        seen.append((time.monotonic(), spool_depth(store, events.PROJECT, "pending").frames))

    look()
    ended = driving.drive(Load(full.next, answered / 2, DRAIN_SECONDS, FULL_EVENTS), look)
    frames = drained(seen)
    log.info("%.0f frames/s", frames)
    return Capacity(answered, frames), ended


def drained(seen: Sequence[tuple[float, int]]) -> float:
    """Frames/s that a backlog became less by, for as long as there was one.

    Args:
        seen: times (s) with how many frames waited, at least two.
    """
    last = max([n for n, (_, waiting) in enumerate(seen) if waiting], default=0)
    (begun, before), (ended, after) = seen[0], seen[max(1, last)]
    return (before - after) / (ended - begun)


def _check_disk(installation: Installation, number: float) -> None:
    need = int(3 * MEAN_IMAGE * number * events.KEPT_SHARE)
    free = shutil.disk_usage(installation.processes.data).free
    if free < 1.5 * need:
        raise SystemExit(f"{free / 1e9:.1f} GB are free, {1.5 * need / 1e9:.1f} GB are needed")
