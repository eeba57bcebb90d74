"""The faults, each a few lines: what is done to the installation while frames stream in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from plugin.stores.frames.doubts import LOOKS_AFTER
from tests.faults.label_studio import Trouble
from tests.faults.rig import OURS, SOON, Rig
from tests.waiting import wait_for

Blow = Callable[[Rig], None]
Reason = Callable[[Rig], str]

ON_THE_WAY_IN = ("spool write", "enqueue", "answer")
ON_THE_WAY_OUT = ("media", "import call", "mark done")
TIMES = {"spool write": 3, "enqueue": 3, "answer": 3}
"""At which time a process comes to a step it is stopped there; others come only once."""

RESENT = 240.0  # seconds until frames are sent again whose import was lost
HANG = 70  # seconds; longer than we wait for Label Studio


@dataclass(frozen=True)
class Fault:
    """`strike` comes once a quarter of the frames has been answered; where something is to be armed
    before there are any, at once, and waits for it.

    `short` ones run always; `skipped` says why one cannot be had, "" where it can.
    """

    name: str
    strike: Blow
    short: bool = False
    arm: Blow | None = None
    skipped: Reason = lambda _: ""


def catalogue() -> Iterator[Fault]:
    """Yield every fault, those that leave the most work behind last."""
    yield Fault("none", lambda _: None)
    for name in (*OURS, "redis"):
        yield Fault(f"kill -9 of {name}", partial(Rig.restart, name=name), short=name != "worker")
    yield Fault("kill -9 of all of ours", _kill_ours)
    for step in ON_THE_WAY_IN:
        for when in ("before", "after"):
            yield _stop(f"{when} {step}", "webhook", short=(when, step) == ("after", "spool write"))
    for step in ON_THE_WAY_OUT:
        for when in ("before", "after"):
            yield _stop(f"{when} {step}", "worker", short=(when, step) == ("after", "import call"))
    yield Fault("Redis emptied", lambda rig: _flush(rig, 1), short=True)
    yield Fault("Redis emptied, five times", lambda rig: _flush(rig, 5))
    yield from _of_label_studio()
    yield Fault("disk full for 5 s", _fill_disk, skipped=_has_no_small_disk)
    yield Fault("clock set back an hour", _set_clock_back, short=True)
    yield Fault("kill -9 of label studio", _kill_label_studio)
    yield Fault("kill -9 of everything", _kill_everything)


def _of_label_studio() -> Iterator[Fault]:
    tasks, images = "return_task_ids", "commit_to_project"
    yield _trouble("answers 500", Trouble("POST", "answer", 3, status=500))
    yield _trouble("answers 429, Retry-After 2", Trouble("POST", "answer", 2, 429, 2), short=True)
    yield _trouble("answers 401", Trouble("/api/", "answer", 4, status=401))
    yield _trouble("does the import, its answer is lost", Trouble(tasks, "lose", 1), short=True)
    yield _trouble("takes images, its answer is lost", Trouble(images, "lose", 1), short=True)
    yield _trouble("closes half way through", Trouble("/import", "half", 2), short=True)
    yield _trouble("does the import, then hangs", Trouble(tasks, "hang", 1, seconds=HANG))
    late = _trouble("does the import long after it hung up", Trouble(tasks, "late", 1))
    yield replace(late, strike=partial(_do_late, strike=late.strike))


def _stop(step: str, name: str, *, short: bool) -> Fault:
    def arm(rig: Rig) -> None:
        rig.stop_at(step, TIMES.get(step.partition(" ")[2], 1))

    def strike(rig: Rig) -> None:
        wait_for(rig.was_stopped, f"a {name} that comes to the step '{step}'", SOON)
        rig.restart(name)

    return Fault(f"kill -9 of {name} {step}", strike, short, arm)


def _trouble(what: str, trouble: Trouble, *, short: bool = False) -> Fault:
    def arm(rig: Rig) -> None:
        rig.label_studio.trouble = trouble

    def strike(rig: Rig) -> None:
        matching = f"requests that match {trouble.where!r}"
        wait_for(lambda: rig.label_studio.trouble is None, matching, SOON)
        time.sleep(trouble.seconds)

    return Fault(f"Label Studio {what}", strike, short, arm)


def _do_late(rig: Rig, strike: Blow) -> None:
    """Let Label Studio do an import when it was sent again, and let our look at that be due."""
    strike(rig)
    app, studio = rig.application, rig.label_studio
    projects = app.history.projects()

    def is_settled() -> bool:
        return not any(app.import_notes.of_project(each) for each in projects)

    def is_looked_at() -> bool:
        doubts = [doubt for each in projects for doubt in app.doubts.of_project(each)]
        return all(len(doubt.looks) < len(LOOKS_AFTER) for doubt in doubts)

    wait_for(is_settled, "the frames to be sent again", RESENT)
    studio.told.set()
    wait_for(studio.late_ones_done.is_set, "the late import", SOON)
    assert not is_looked_at()
    rig.shift_clock(int(LOOKS_AFTER[0].total_seconds()) + 60)
    wait_for(is_looked_at, "a look at what was sent twice", SOON)
    rig.shift_clock(0)


def _kill_ours(rig: Rig) -> None:
    for name in OURS:
        rig.kill(name)
    for name in OURS:
        rig.start(name)


def _flush(rig: Rig, times: int) -> None:
    for _ in range(times):
        rig.application.redis.flushall()
        time.sleep(0.5)


def _set_clock_back(rig: Rig) -> None:
    rig.shift_clock(-3600)
    time.sleep(3)
    rig.shift_clock(0)


def _kill_label_studio(rig: Rig) -> None:
    rig.kill("label studio")
    time.sleep(2)
    rig.start("label studio")


def _kill_everything(rig: Rig) -> None:
    for name in rig.programs:
        rig.kill(name)
    for name in rig.programs:
        rig.start(name)


def _has_no_small_disk(rig: Rig) -> str:
    return "" if rig.has_small_disk else "no file system can be mounted here"


def _fill_disk(rig: Rig) -> None:
    with full_disk(rig):
        time.sleep(5)


@contextmanager
def full_disk(rig: Rig) -> Iterator[None]:
    """No room in the Store until this ends."""
    filler = rig.small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 65_536):
                pass
        except OSError:
            pass  # that is the aim
    yield
    filler.unlink()
