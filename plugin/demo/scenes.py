"""The scenes of the demo after the camera's: what a manager and two reviewers do."""

from collections import Counter
from pathlib import Path

import click
import httpx
import msgspec
import yaml

from plugin.clock import utc_now
from plugin.demo.camera_scene import MODEL_VERSION
from plugin.demo.installation import Installation
from plugin.demo.model_files import CLASSES
from plugin.demo.processes import DemoError
from plugin.demo.reviewers import ScriptedReviewer, sign_up
from plugin.demo.state import save
from plugin.demo.waiting import is_soon, left_over
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.fields import STORED
from plugin.domain.reviewing import Share
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.gateway import LabelStudioGateway

PROJECT = "camera"
REVIEWERS = ("ann@example.com", "ben@example.com")
INSTRUCTIONS = (
    "<b>Is every box right?</b> Move its edges to the object, change a wrong class, remove what is "
    "not there, add what was missed. Skip images on which you cannot tell."
)
FORMATS = ("coco", "yolo")
RULES_TIMEOUT = 30  # seconds; settings are in force everywhere within two


class TrainingSetResult(msgspec.Struct):
    """The training set that came out."""

    images: int
    annotations: int
    path: str


class Result(msgspec.Struct):
    """Totals of a data folder, over all rounds."""

    received: int
    kept: int
    tasks: int
    batches: int
    assigned: int
    reviewed: int
    training_set: TrainingSetResult


def prepare(installation: Installation) -> None:
    """Register the camera, switch its project on, and have two reviewers sign up.

    Raises:
        DemoError: the webhook did not take the camera's key, or did not see the project go on.
    """
    app, state = installation.application, installation.state
    content = yaml.safe_load(Path(__file__).with_name("project.yaml").read_text())
    settings = ProjectSettings.model_validate(content | {"classes": CLASSES})
    app.switching.apply(settings, "demo", utc_now())
    if not state.deployment_key:
        _, state.deployment_key = app.deployments.register(
            PROJECT, "front-door", utc_now(), version=MODEL_VERSION
        )
        save(installation.processes.data, state)
    _switch_on(installation)
    if installation.own_label_studio:
        for email in REVIEWERS:
            if email not in state.reviewer_tokens:
                state.reviewer_tokens[email] = sign_up(app.label_studio, email, state.password)
    save(installation.processes.data, state)


def _switch_on(installation: Installation) -> None:
    """Ask for the rules as the camera would: only what was seen can be switched on."""
    _ask_for_rules(installation)
    installation.application.switching.enable(PROJECT, "demo", utc_now())
    if not is_soon(lambda: _ask_for_rules(installation).enabled, RULES_TIMEOUT):
        raise DemoError("the webhook does not see that the project is switched on")


def _ask_for_rules(installation: Installation) -> ProjectSettings:
    address = f"{installation.webhook_url}/v1/projects/{PROJECT}/rules"
    key = installation.state.deployment_key
    answer = httpx.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    if answer.is_error:
        raise DemoError(f"the webhook does not answer the camera: {answer.text}")
    return ProjectSettings.model_validate(answer.json()["settings"], context=STORED)


def await_imports(installation: Installation) -> None:
    """Wait until the worker has brought every kept frame into Label Studio.

    Raises:
        DemoError: nothing has moved for a long time.
    """
    app, processes = installation.application, installation.processes
    to_go = len(app.spool.pending(PROJECT))
    click.echo(f"› the worker imports the kept frames into Label Studio ({to_go} to go)")
    if left := left_over(app.spool, PROJECT, processes.check):
        raise DemoError(f"{left} frames are still not imported, see {processes.log('Worker')}")
    for batch in app.batches.of_project(PROJECT):
        address = f"{app.config.browser_url}/projects/{batch.label_studio_id}/data"
        click.echo(f"  batch {batch.title}: {batch.size} tasks, {address}")


def assign(installation: Installation) -> list[Share]:
    """Deal what nobody has yet to two reviewers, shuffled, with instructions; some stay over."""
    app = installation.application
    click.echo("› assigning the reviewers, shuffled, with instructions")
    for batch in app.batches.of_project(PROJECT):
        wishes = _wishes(installation, batch)
        if wishes:
            app.assigner.assign(batch, wishes, shuffle=True, instructions=INSTRUCTIONS)
    shares = _all_shares(installation)
    for each in shares:
        link = f"{app.config.browser_url}{each.link}"
        click.echo(f"  {each.reviewer}: {len(each.tasks)} images, {link}")
    return shares


def _wishes(installation: Installation, batch: Batch) -> list[Wish]:
    """45 % of the free images for the first reviewer, 35 % for the second."""
    app = installation.application
    free = app.assigner.free(batch)
    if not installation.own_label_studio:
        # No accounts are made on a team's own server: the token's owner is the only reviewer.
        return [Wish(app.label_studio.email(), free)] if free else []
    shares = zip(REVIEWERS, (0.45, 0.35), strict=True)
    wishes = [Wish(reviewer, int(free * share)) for reviewer, share in shares]
    return [wish for wish in wishes if wish.images]


def _all_shares(installation: Installation) -> list[Share]:
    batches = installation.application.batches
    return [
        share
        for batch in batches.of_project(PROJECT)
        for share in batches.assignments(batch).shares
    ]


def review(installation: Installation, shares: list[Share]) -> None:
    """Have a script review what was assigned, through the API, each reviewer as themselves."""
    url = installation.application.config.label_studio_url
    for each in shares:
        token = installation.state.reviewer_tokens.get(each.reviewer)
        mine = LabelStudioGateway(url, token) if token else installation.application.label_studio
        script = ScriptedReviewer(mine)
        done = Counter(script.review(task_id) for task_id in each.tasks)
        said = ", ".join(f"{count} {what}" for what, count in sorted(done.items()))
        click.echo(f"› scripted reviewer, signed in as {each.reviewer}: {said}")


def export(installation: Installation) -> Result:
    """Collect the reviews, write the training set, and add everything up."""
    app = installation.application
    app.collector.collect(PROJECT)
    version = app.builder.build(PROJECT)
    folder = _hand_over(installation, version.version)
    batches = app.batches.of_project(PROJECT)
    totals = app.funnel.totals(PROJECT)
    return Result(
        received=totals.get("received", 0),
        kept=totals.get("outcome:kept", 0),
        tasks=sum(batch.size for batch in batches),
        batches=len(batches),
        assigned=sum(len(each.tasks) for each in _all_shares(installation)),
        reviewed=sum(app.indexer.refresh(batch).finished for batch in batches),
        training_set=TrainingSetResult(version.images, version.annotations, str(folder)),
    )


def _hand_over(installation: Installation, version: int) -> Path:
    """Write a version as COCO and YOLO beside the demo's Store, unless it is there."""
    handing_over = installation.application.handing_over
    folder = installation.processes.data / "training-set" / f"v{version:04d}"
    if not folder.exists():
        delivery = handing_over.prepare(PROJECT, version, FORMATS)
        handing_over.hand_over(delivery, str(folder))
    return folder


def funnel(installation: Installation, result: Result) -> list[tuple[str, int]]:
    """The stations and how many frames reached each."""
    totals = installation.application.funnel.totals(PROJECT)
    return [
        ("received", result.received),
        ("→ sampled", totals.get("sampled", 0)),
        ("→ matched a rule", totals.get("matched", 0)),
        ("→ kept", result.kept),
        ("→ in Label Studio", result.tasks),
        ("→ reviewed", result.reviewed),
        ("→ in the training set", result.training_set.images),
    ]
