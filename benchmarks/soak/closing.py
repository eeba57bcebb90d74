"""The end of a run: all of it comes to rest, and it is proved what is there."""

import logging
from collections import Counter
from dataclasses import dataclass
from statistics import median

from benchmarks.soak import events, proving
from benchmarks.soak.installation import Installation
from benchmarks.soak.managing import Manager
from benchmarks.soak.messages import Ended
from benchmarks.soak.people import People
from benchmarks.soak.results import Capacity, Sample, Soak, Verdict, points
from benchmarks.soak.reviewing import tally
from benchmarks.soak.verdicts import pages_steady, steadiness
from benchmarks.table import machine
from plugin.clock import utc_now

log = logging.getLogger("soak")


@dataclass(frozen=True)
class Run:
    """What was driven and seen: `rate` in events/s, `begun` in monotonic seconds.

    `version` of the settings was in force, with a cap of `per_minute` spots.
    """

    minutes: float
    capacity: Capacity
    rate: float
    version: int
    per_minute: int
    begun: float
    samples: list[Sample]

    @property
    def statuses(self) -> Counter[str]:
        """How often each status was answered."""
        return sum((Counter(each.statuses) for each in self.samples), Counter[str]())

    @property
    def refused(self) -> int:
        """How many requests were answered 5xx."""
        return sum(number for status, number in self.statuses.items() if status.startswith("5"))


def close(installation: Installation, people: People, ended: Ended, done: Run) -> Soak:
    """Let all come to rest, and look what is there."""
    rested = proving.comes_to_rest(installation)
    installation.application.collector.collect(events.PROJECT)
    people.manager.build()
    tasks = proving.Tasks.read(installation)
    verdicts = [
        *proving.nothing_is_lost(installation, ended, tasks),
        proving.none("answers of 5xx", done.refused),
        proving.caps_hold(installation, done.version, done.per_minute),
        *proving.reviews_agree(installation, people.reviewers, tasks),
        *_people_stayed(people),
        Verdict("came to rest", f"{rested:.0f} s" if rested is not None else "no",
                f"within {proving.REST:.0f} s", rested is not None),
        *steadiness(done.samples),
        _pages(people.manager, done),
    ]  # fmt: skip
    for each in (*ended.surprises, *people.manager.wrong[:20], *people.manager.troubles[:20]):
        log.warning("%s", each)
    return Soak(
        day=utc_now().date().isoformat(),
        machine=machine(),
        minutes=done.minutes,
        capacity=done.capacity,
        rate=done.rate,
        per_minute=done.per_minute,
        verdicts=verdicts,
        counts=_counts(installation, people, done) | {"tasks": tasks.events.total()},
        seconds=_seconds(people.manager),
        points=points(done.samples),
    )


def _people_stayed(people: People) -> list[Verdict]:
    manager = people.manager
    gone = [not each.stayed for each in people.reviewers] + [not manager.stayed]
    return [
        proving.none("people who left before the end", sum(gone)),
        proving.none("pages that failed", len(manager.wrong)),
        proving.none("builds and assignments that failed", len(manager.troubles)),
    ]


def _pages(manager: Manager, done: Run) -> Verdict:
    opened = [(each.at - done.begun, each.seconds) for each in manager.opened]
    return pages_steady(opened, done.samples[-1].at)


def _counts(installation: Installation, people: People, done: Run) -> dict[str, int]:
    samples, batches = done.samples, installation.application.batches
    return {
        "events": sum(each.sent for each in samples),
        "kept": samples[-1].kept - samples[0].kept,
        "late": sum(each.late for each in samples),
        "batches": len(batches.of_project(events.PROJECT)),
        "versions": len(people.manager.builds),
        "refused": sum(each.refused for each in people.reviewers),
        **tally(people.reviewers),
        **{f"answered {each}": number for each, number in done.statuses.items()},
    }


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
