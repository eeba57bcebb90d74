"""Looks at the running system every few seconds: memory, files, the spool, Redis."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from benchmarks.soak.events import PROJECT
from benchmarks.soak.installation import Installation
from benchmarks.soak.messages import Interval
from benchmarks.soak.results import Sample
from plugin.stores.frames.spool_depth import spool_depth

STAYS = 60.0
"""Seconds after which a process counts as one that stays; a worker's jobs are over by then."""

MB = 1_000_000


@dataclass
class Watcher:
    """Turns what the driver reports into samples, each with a look at everything else."""

    installation: Installation
    samples: list[Sample] = field(default_factory=list)
    _cpu: dict[str, tuple[float, float]] = field(default_factory=dict)

    def look(self, report: Interval) -> None:
        """Add a sample."""
        app = self.installation.application
        pending = spool_depth(app.store, PROJECT, "pending")
        sample = Sample(
            at=report.until,
            seconds=report.seconds,
            sent=report.sent,
            late=report.late,
            waiting=report.waiting,
            statuses=report.statuses,
            all=report.all,
            stored=report.stored,
            kept=report.kept,
            pending=pending.frames,
            oldest=max(0.0, time.time() - pending.oldest) if pending.oldest else 0.0,
            awaiting=spool_depth(app.store, PROJECT, "awaiting").frames,
            valkey=float(app.redis.info("memory")["used_memory"]) / MB,
            keys=dict(Counter(_family_of(key) for key in app.redis.scan_iter(count=1000))),
        )
        for family, pid in self.installation.pids().items():
            self._look_at(sample, family, psutil.Process(pid))
        self.samples.append(sample)

    def _look_at(self, sample: Sample, family: str, root: psutil.Process) -> None:
        """Memory (resident), open files and time of a process and its children."""
        now, used, memory, files, jobs = time.time(), 0.0, 0.0, 0, 0.0
        for process, is_root in _tree(root):
            try:
                with process.oneshot():
                    resident, times = process.memory_info().rss / MB, process.cpu_times()
                    stays = is_root or now - process.create_time() > STAYS
                    opened = process.num_fds() if stays else 0
            except psutil.NoSuchProcess:
                continue  # a job that was done meanwhile
            used += times.user + times.system
            if is_root:
                used += times.children_user + times.children_system
            if stays:
                memory, files = memory + resident, files + opened
            else:
                jobs = max(jobs, resident)
        sample.memory[family], sample.files[family] = memory, files
        if family == "worker":
            sample.job = jobs
        before, at = self._cpu.get(family, (used, now - 1))
        sample.cores[family] = max(0.0, used - before) / (now - at)
        self._cpu[family] = used, now


def _tree(root: psutil.Process) -> Iterator[tuple[psutil.Process, bool]]:
    yield root, True
    for child in root.children(recursive=True):
        yield child, False


def _family_of(key: str) -> str:
    """What a key of Redis belongs to."""
    return "rq" if key.startswith("rq:") else "lsal"
