"""An experiment from nothing: an installation is started, played on, and stopped."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import click

from plugin.demo.installation import Installation, set_up
from plugin.demo.processes import Processes
from plugin.demo.reviewers import sign_up
from plugin.demo.state import load, save
from plugin.experiment.choosing import Arm
from plugin.experiment.datasets import Dataset
from plugin.experiment.loop import Loop
from plugin.experiment.results import Experiment, Machine, Point
from plugin.experiment.reviewer import Oracle
from plugin.experiment.run import Plan
from plugin.labelstudio.gateway import LabelStudioGateway

REVIEWER = "oracle@example.com"


def play(
    data: Path, dataset: Dataset, plan: Plan, arms: Sequence[Arm], seeds: int
) -> Iterator[Experiment]:
    """Start an installation in a folder, play the experiment on it, and stop it again.

    Yields:
        All that is known, after each seed: whatever breaks a long run off costs one seed.

    Raises:
        DemoError: a program did not start, or ended by itself.
        ExperimentError: the data set is too small for the plan, or something is not as planned.
    """
    plan.check(dataset)
    began = time.monotonic()
    points: list[Point] = []
    with Processes(data) as processes:
        state = load(processes.data)
        installation = set_up(processes, state)
        prefix = f"{dataset.name}-{state.round}"
        # Whatever becomes of this run, the next one takes other names for its projects.
        state.round += 1
        save(processes.data, state)
        oracle = _oracle(installation)
        with closing(installation.application), closing(oracle.label_studio):
            loop = Loop(installation, oracle, dataset, plan, prefix)
            for seed in range(seeds):
                points += map(_told, loop.play(arms, seed))
                yield _result(loop, points, time.monotonic() - began)


def _oracle(installation: Installation) -> Oracle:
    """The reviewer, on a server of ours with an account of its own, else with the token given."""
    gateway, state = installation.application.label_studio, installation.state
    if not installation.own_label_studio:
        return Oracle(gateway.email(), gateway)
    if REVIEWER not in state.reviewer_tokens:
        state.reviewer_tokens[REVIEWER] = sign_up(gateway, REVIEWER, state.password)
        save(installation.processes.data, state)
    token = state.reviewer_tokens[REVIEWER]
    return Oracle(REVIEWER, LabelStudioGateway(gateway.base_url, token))


def _told(point: Point) -> Point:
    click.echo(
        f"  seed {point.seed}, {point.labels:>5} images, {point.arm:<16}"
        f" {100 * point.accuracy:5.1f} %, {point.corrected:>3} corrected"
    )
    return point


def _result(loop: Loop, points: Sequence[Point], seconds: float) -> Experiment:
    dataset, plan = loop.dataset, loop.plan
    return Experiment(
        dataset=dataset.name, title=dataset.title, classes=len(dataset.classes),
        stream=dataset.stream, held_out=dataset.held_out, start=plan.start, images=plan.images,
        rounds=plan.rounds, seeds=points[-1].seed + 1, machine=_machine(loop.installation),
        seconds=seconds, points=tuple(points),
    )  # fmt: skip


def _machine(installation: Installation) -> Machine:
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        scikit_learn=version("scikit-learn"),
        label_studio=installation.application.label_studio.version(),
    )
