"""Reviewers who label what they are given, through Label Studio's API, each as themselves."""

import logging
from collections import Counter, deque
from random import Random
from threading import Event, Thread

from plugin.demo.reviewers import ScriptedReviewer
from plugin.domain.errors import LabelStudioError
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.gateway import LabelStudioGateway

THINKING = 1.5
"""Mean seconds between two images."""

DRAFTS = 0.1
"""So many images are begun and put aside; half of these are taken up again."""

TRIES = 5
"""How often somebody submits again what Label Studio did not take."""

PAUSE = 2.0  # seconds before it is tried again

log = logging.getLogger("soak")


class Reviewer(Thread):
    """One person at work, until told to stop.

    `done` has what became of each task: `accepted`, `corrected`, `skipped` or `draft`; `refused`
    counts requests that Label Studio did not take. `failed` names tasks that could not be done, and
    `stayed` says that they were at work until the end.
    """

    def __init__(self, email: str, url: str, token: str, over: Event) -> None:
        super().__init__(name=email, daemon=True)
        self.email = email
        self.done: dict[int, str] = {}
        self.failed: list[int] = []
        self.refused = 0
        self.stayed = False
        self._over = over
        self._hand: deque[int] = deque()
        self._drafts: deque[int] = deque()
        self._known: set[int] = set()
        self._random = Random(email)
        self._label_studio = LabelStudioGateway(url, token)
        self._script = ScriptedReviewer(self._label_studio)

    @property
    def left(self) -> int:
        """How many images they have not looked at yet."""
        return len(self._hand)

    def give(self, tasks: tuple[int, ...]) -> None:
        """Tasks that are theirs by now, those from before among them."""
        new = [task for task in tasks if task not in self._known]
        self._known.update(new)
        self._hand.extend(new)

    def run(self) -> None:
        """Review image after image."""
        while not self._over.wait(self._random.expovariate(1 / THINKING)):
            if self._hand:
                self._do(self._hand.popleft())
            elif self._drafts:
                self._do(self._drafts.popleft(), again=True)
        self._label_studio.close()
        self.stayed = True

    def _do(self, task: int, *, again: bool = False) -> None:
        begins_only = not again and self._random.random() < DRAFTS
        for _ in range(TRIES):
            try:
                if begins_only:
                    self._begin(task)
                else:
                    self._note(task, self._script.review(task))
            except LabelStudioError as error:
                self.refused += 1
                log.info("%s, task %d: %s", self.email, task, error)
                self._over.wait(PAUSE)
            else:
                return
        self.failed.append(task)

    def _begin(self, task: int) -> None:
        """Draw something and go on to the next image: a draft."""
        draft = {"result": [], "lead_time": 2.5}
        with translated():
            self._label_studio._request("POST", f"api/tasks/{task}/drafts", json=draft)
        self.done[task] = "draft"
        if self._random.random() < 0.5:
            self._drafts.append(task)

    def _note(self, task: int, did: str) -> None:
        # "done before": what we submitted was taken, and its answer was lost.
        self.done[task] = did


def tally(reviewers: list[Reviewer]) -> Counter[str]:
    """How many images were accepted, corrected, skipped or left as a draft."""
    return Counter(did for each in reviewers for did in each.done.values())
