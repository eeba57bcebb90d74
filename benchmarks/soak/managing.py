"""A manager at work: deals out new images, opens pages, and has versions built."""

import logging
import re
import subprocess
import sys
import time
from threading import Event, Thread
from typing import NamedTuple

import httpx

from benchmarks.soak.events import PROJECT
from benchmarks.soak.installation import Installation
from benchmarks.soak.reviewing import THINKING, Reviewer
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, InvalidInputError, LabelStudioError

PAGES = {
    "projects": "/", "queue": "/queue", "project": f"/projects/{PROJECT}",
    "batch": f"/projects/{PROJECT}/batches/{{batch}}", "images": f"/projects/{PROJECT}/images",
    "system": "/system", "metrics": "/metrics",
}  # fmt: skip

PAGES_EVERY = 10.0
DEAL_EVERY = 30.0
"""Seconds."""

BUILD_LONGEST = 600.0  # seconds

HAND = round(1.5 * DEAL_EVERY / THINKING)
"""Images that a reviewer is given at once, more than they can do until the next time."""

log = logging.getLogger("soak")

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_PICTURE = re.compile(rf"/projects/{PROJECT}/images/[0-9a-f]+/thumbnail\.jpg")


class Opened(NamedTuple):
    """A page that was opened: its name, when (monotonic time, s), and the seconds that it took."""

    name: str
    at: float
    seconds: float


class Manager(Thread):
    """One manager at work, until told to stop; `stayed` says that they were until then.

    `opened` are the pages that were seen, `wrong` those that failed; `builds` the seconds that each
    version took; `troubles` what could not be assigned or built.
    """

    def __init__(
        self, installation: Installation, reviewers: list[Reviewer], build_every: float, over: Event
    ) -> None:
        super().__init__(name="manager", daemon=True)
        self.opened: list[Opened] = []
        self.wrong: list[str] = []
        self.builds: list[float] = []
        self.troubles: list[str] = []
        self.stayed = False
        self._installation = installation
        self._reviewers = reviewers
        self._over = over
        self._due = {"pages": 0.0, "deal": 0.0, "build": build_every}
        self._every = {"pages": PAGES_EVERY, "deal": DEAL_EVERY, "build": build_every}

    def run(self) -> None:
        """Do what is due, one after the other."""
        work = {"pages": self._open_pages, "deal": self._deal, "build": self.build}
        begun = time.monotonic()
        with httpx.Client(base_url=self._installation.url, timeout=60) as self._browser:
            self._sign_in()
            while not self._over.wait(0.5):
                now = time.monotonic() - begun
                for name in [name for name, due in self._due.items() if now >= due]:
                    self._due[name] = now + self._every[name]
                    work[name]()
        self.stayed = True

    # ---- pages ----

    def _sign_in(self) -> None:
        form = self._browser.get("/sign-in")
        found = _CSRF.search(form.text)
        token = found[1] if found else ""
        fields = {"token": self._installation.admin_token, "csrf_token": token, "next": "/"}
        answer = self._browser.post("/sign-in", data=fields)
        if answer.status_code != 303:
            self.wrong.append(f"signing in: {answer.status_code}")

    def _open_pages(self) -> None:
        newest = self._newest()
        for name, path in PAGES.items():
            if newest is None and name == "batch":
                continue
            text = self._open(name, path.format(batch=newest.name if newest else ""))
            if name == "images":
                for picture in dict.fromkeys(_PICTURE.findall(text)):
                    self._open("thumbnail", picture)

    def _open(self, name: str, path: str) -> str:
        begun = time.monotonic()
        try:
            answer = self._browser.get(path)
        except httpx.HTTPError as error:
            self.wrong.append(f"{path}: {error!r}")
            return ""
        self.opened.append(Opened(name, begun, time.monotonic() - begun))
        if answer.status_code != 200:
            self.wrong.append(f"{path}: {answer.status_code}")
        return answer.text if name != "thumbnail" else ""

    # ---- images for reviewers ----

    def _newest(self) -> Batch | None:
        batches = self._installation.application.batches.of_project(PROJECT)
        return batches[-1] if batches else None

    def _deal(self) -> None:
        """Deal to those who have few left, from the newest batch that has as many."""
        assigner = self._installation.application.assigner
        wanting = [each for each in self._reviewers if each.left < HAND]
        wishes = [Wish(each.email, HAND) for each in wanting]
        batches = self._installation.application.batches.of_project(PROJECT)
        for batch in reversed(batches) if wishes else ():
            if assigner.free(batch) < HAND * len(wishes):
                continue
            try:
                after = assigner.assign(batch, wishes, shuffle=True, instructions="Right?")
            except (LabelStudioError, ConflictError, InvalidInputError) as error:
                self.troubles.append(f"assigning: {error}")
                log.warning("assigning: %s", error)
                return
            for each in wanting:
                share = after.of(each.email)
                each.give(share.tasks if share else ())
            return

    # ---- training sets ----

    def build(self) -> None:
        """Have the next version built, as its command does, where there is something for it."""
        if not self._installation.application.builder.waiting(PROJECT).images:
            return
        begun = time.monotonic()
        command = [sys.executable, "-m", "plugin.cli", "dataset", "build", PROJECT]
        done = subprocess.run(  # noqa: S603  ours
            command, env=self._installation.inherited(), timeout=BUILD_LONGEST, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            self.troubles.append(f"building a version: {done.stderr[-500:]}")
            log.warning("%s", self.troubles[-1])
            return
        self.builds.append(time.monotonic() - begun)
        log.info("%s", done.stdout.partition("\n")[0])
