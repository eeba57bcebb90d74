"""A stream, a fault in the middle of it, and what is there when all has come to rest."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from plugin.clock import utc_now
from tests.faults.catalogue import Fault
from tests.faults.checking import Findings, begun_imports, check
from tests.faults.rig import SOON, Rig
from tests.faults.stream import Stream
from tests.samples import settings
from tests.waiting import wait_for

CAP_SHARE = 0.7
"""Of the frames, so many have room in the day's cap."""

REST = 300
"""Seconds until everything must have come to rest."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """A fault, what was found after it, the tries that were refused, the seconds it all took."""

    fault: str
    findings: Findings
    refused: int
    seconds: float

    def __str__(self) -> str:
        found, wrong = self.findings, self.findings.faults
        said = ", ".join(f"{name} {number}" for name, number in wrong.items()) or "all exact"
        return (
            f"{self.fault}: {found.posted} posted, {found.kept} kept, {found.tasks} tasks, "
            f"{self.refused} tries refused, {said}, {self.seconds:.0f} s"
        )


@dataclass
class Struck:
    """A stream that a fault came over, and the seconds until it had come to rest."""

    fault: Fault
    stream: Stream
    cap: int
    begun: float
    seconds: float = 0


def outcomes(rig: Rig, struck: Sequence[Struck]) -> list[Outcome]:
    """Wait until all have come to rest, and look; what has not by then is found pending."""
    with suppress(TimeoutError):
        wait_for(lambda: False not in {_is_at_rest(rig, each) for each in struck}, "rest", REST)
    found = []
    for each in struck:
        findings = check(rig, each.stream, each.cap)
        found.append(Outcome(each.fault.name, findings, each.stream.refused, each.seconds))
        log.info("%s", found[-1])
    return found


def _is_at_rest(rig: Rig, struck: Struck) -> bool:
    project = struck.stream.project
    if rig.application.spool.pending(project) or begun_imports(rig, project):
        return False
    struck.seconds = struck.seconds or time.monotonic() - struck.begun
    return True


def strike(rig: Rig, fault: Fault, number: int, frames: int) -> Struck:
    """Stream frames into a project of its own, and let a fault come in the midst of it."""
    begun, cap = time.monotonic(), int(frames * CAP_SHARE)
    stream = _stream(rig, f"fault-{number}", frames, cap)
    if fault.arm:
        fault.arm(rig)
    thread = stream.start()
    if not fault.arm:
        wait_for(lambda: len(stream.answers) > frames / 4, "the first answers", SOON)
    fault.strike(rig)
    thread.join()
    return Struck(fault, stream, cap, begun)


def _stream(rig: Rig, project: str, frames: int, cap: int) -> Stream:
    app = rig.application
    app.history.add(settings(project=project, limits={"per_day": cap}), "test", utc_now())
    key = app.deployments.register(project, "line-3", utc_now())[1]
    return Stream(rig.webhook_url, project, key, frames)
