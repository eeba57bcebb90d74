"""The loop, round by round, for every arm and every seed."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import httpx

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.experiment.camera import Camera
from plugin.experiment.choosing import Arm
from plugin.experiment.datasets import Dataset
from plugin.experiment.results import Point
from plugin.experiment.reviewer import Oracle
from plugin.experiment.run import Plan, Run

TIMEOUT = 120  # seconds; a request with a thousand events takes well below one


@dataclass(frozen=True)
class Loop:
    """An experiment on a running installation; `prefix` begins the names of its projects."""

    installation: Installation
    oracle: Oracle
    dataset: Dataset
    plan: Plan
    prefix: str

    def play(self, arms: Sequence[Arm], seed: int) -> Iterator[Point]:
        """Play all rounds with one seed; the arms go abreast, from the same start.

        Raises:
            ExperimentError: something is not as planned.
            ActiveLearningError: a part failed.
        """
        with ExitStack() as stack:
            runs = [self._run(arm, seed, stack) for arm in arms]
            for number in range(self.plan.rounds + 1):
                yield from self._round(runs, number)

    def _round(self, runs: Sequence[Run], number: int) -> Iterator[Point]:
        for run in runs:
            run.tune(number)
        for run in runs:
            run.post()
        for run in runs:
            run.await_tasks()
        self.installation.processes.check()
        for run in runs:
            yield run.learn(run.review(self.oracle))

    def _run(self, arm: Arm, seed: int, stack: ExitStack) -> Run:
        project, app = f"{self.prefix}-{arm}-{seed}", self.installation.application
        _, key = app.deployments.register(project, "camera", utc_now())
        http = httpx.Client(
            base_url=self.installation.webhook_url, timeout=TIMEOUT,
            headers={"Authorization": f"Bearer {key}"},
        )  # fmt: skip
        camera = Camera(stack.enter_context(http), project)
        return Run(app, camera, self.dataset, self.plan, arm, seed)
