"""One run: measure what the system can do, drive half of it, come to rest, and prove."""

import logging
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from threading import Event

from benchmarks.soak import events, proving
from benchmarks.soak.driving import Driving
from benchmarks.soak.installation import Installation
from benchmarks.soak.managing import Manager
from benchmarks.soak.messages import Ended, Interval, Load
from benchmarks.soak.results import Capacity, Sample, Soak, Verdict, points
from benchmarks.soak.reviewing import Reviewer, tally
from benchmarks.soak.verdicts import pages_steady, steadiness
from benchmarks.soak.watching import Watcher
from benchmarks.table import machine
from plugin.clock import utc_now
from plugin.stores.frames.spool_depth import spool_depth

WARM_UP = Load(first=0, rate=200, seconds=10, at_most=3_000)
FULL_SECONDS, FULL_EVENTS = 8.0, 100_000
DRAIN_SECONDS = 20.0
MOST = 3_000.0
"""Events/s that are driven at most, whatever the capacity: pictures must differ long enough."""

IN_FORCE = 3.0  # seconds until new settings are in force everywhere
MEAN_IMAGE = 50_000  # bytes; it lies in the Store, in Label Studio and in the training set

log = logging.getLogger("soak")


@dataclass
class People:
    """Those at work."""

    reviewers: list[Reviewer]
    manager: Manager


@contextmanager
def at_work(installation: Installation, build_every: float) -> Iterator[People]:
    """Reviewers and a manager, at work until this ends."""
    over, url = Event(), installation.application.config.label_studio_url
    reviewers = [Reviewer(email, url, key, over) for email, key in installation.tokens.items()]
    manager = Manager(installation, reviewers, build_every, over)
    threads = [*reviewers, manager]
    for each in threads:
        each.start()
    try:
        yield People(reviewers, manager)
    finally:
        over.set()
        for each in threads:
            each.join(120)


def run(installation: Installation, driving: Driving, minutes: float) -> Soak:
    """Do all of it."""
    build_every = min(240.0, max(20.0, minutes * 60 / 5))
    with at_work(installation, build_every) as people:
        log.info("warming up")
        ended = driving.drive(WARM_UP)
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
    return _proved(installation, people, ended, _Run(
        minutes, capacity, rate, version, per_minute, begun, watcher.samples
    ))  # fmt: skip


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

    What was kept meanwhile is the backlog that is imported. Nothing is added to it, so that it is
    soon done with: each event that is wanted finds its cap reached.
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


@dataclass(frozen=True)
class _Run:
    minutes: float
    capacity: Capacity
    rate: float
    version: int
    per_minute: int
    begun: float
    samples: list[Sample]


def _proved(installation: Installation, people: People, ended: Ended, done: _Run) -> Soak:
    """Let all come to rest, and look what is there."""
    rested, samples = proving.comes_to_rest(installation), done.samples
    installation.application.collector.collect(events.PROJECT)
    people.manager.build()
    tasks = proving.Tasks.read(installation)
    statuses = sum((Counter(each.statuses) for each in samples), Counter[str]())
    refused = sum(number for status, number in statuses.items() if status.startswith("5"))
    manager, reviews = people.manager, tally(people.reviewers)
    gone = [not each.stayed for each in people.reviewers] + [not manager.stayed]
    verdicts = [
        *proving.nothing_is_lost(installation, ended, tasks),
        proving.none("answers of 5xx", refused),
        proving.caps_hold(installation, done.version, done.per_minute),
        *proving.reviews_agree(installation, people.reviewers, tasks),
        proving.none("people who left before the end", sum(gone)),
        proving.none("pages that failed", len(manager.wrong)),
        proving.none("builds and assignments that failed", len(manager.troubles)),
        Verdict("came to rest", f"{rested:.0f} s" if rested is not None else "no",
                f"within {proving.REST:.0f} s", rested is not None),
        *steadiness(samples),
        pages_steady(
            [(each.at - done.begun, each.seconds) for each in manager.opened], samples[-1].at
        ),
    ]  # fmt: skip
    for each in (*ended.surprises, *manager.wrong[:20], *manager.troubles[:20]):
        log.warning("%s", each)
    return Soak(
        day=utc_now().date().isoformat(),
        machine=machine(),
        minutes=done.minutes,
        capacity=done.capacity,
        rate=done.rate,
        per_minute=done.per_minute,
        verdicts=verdicts,
        counts={
            "events": sum(each.sent for each in samples),
            "kept": samples[-1].kept - (samples[0].kept if samples else 0),
            "late": sum(each.late for each in samples),
            "tasks": tasks.events.total(),
            "batches": len(installation.application.batches.of_project(events.PROJECT)),
            "versions": len(manager.builds),
            "refused": sum(each.refused for each in people.reviewers),
            **reviews, **{f"answered {each}": number for each, number in statuses.items()},
        },
        seconds=_seconds(manager),
        points=points(samples),
    )  # fmt: skip


def _seconds(manager: Manager) -> dict[str, float]:
    """How long pages and builds took: the median, and the longest."""
    found: dict[str, list[float]] = {"building a version": manager.builds} if manager.builds else {}
    for each in manager.opened:
        found.setdefault(each.name, []).append(each.seconds)
    return {
        f"{name}, {word}": round(value(some), 3)
        for name, some in found.items()
        for word, value in (("median", median), ("longest", max))
    }
