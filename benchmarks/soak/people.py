"""Those at work in a run: reviewers, and the manager who gives them images."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from benchmarks.soak.installation import Installation
from benchmarks.soak.managing import DEAL_EVERY, Manager
from benchmarks.soak.reviewing import Reviewer

BUSY_WITHIN = 2 * DEAL_EVERY + 30
"""Seconds: images are dealt when they are there, at the second time at the latest."""


@dataclass
class People:
    """Those at work."""

    reviewers: list[Reviewer]
    manager: Manager

    def wait_until_busy(self) -> None:
        """Wait until every reviewer has something to review.

        Raises:
            SystemExit: that takes too long.
        """
        until = time.monotonic() + BUSY_WITHIN
        while not all(each.left or each.done for each in self.reviewers):
            if time.monotonic() > until:
                raise SystemExit("the manager has given reviewers nothing to do")
            time.sleep(0.5)


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
