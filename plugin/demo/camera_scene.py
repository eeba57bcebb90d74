"""The demo's first scene: a deployment runs its model on a camera's frames and posts them."""

import os
import sys
from collections import Counter
from pathlib import Path

import click
import httpx
import msgspec

from plugin.demo.camera import Shot, shots
from plugin.demo.detector import Detected
from plugin.demo.installation import Installation
from plugin.demo.model import open_model
from plugin.demo.processes import DemoError
from plugin.demo.waiting import is_soon

SHOTS = 300
MODEL_VERSION = "ssd-mobilenet-v2-oid4"
COUNTS_TIMEOUT = 30  # seconds; the webhook flushes its counts every second


def play_camera(installation: Installation) -> None:
    """Post a camera's frames with what the model saw in them, as a deployment would.

    Raises:
        DemoError: the webhook did not take one.
    """
    cache = Path(os.environ.get("LSAL_CACHE_DIR", ".cache"))
    photos = cache / "photos/skimage/data"
    if not photos.is_dir():
        raise DemoError(f"no photos in {photos}: run `make demo`, which fetches them")
    model, sentence = open_model(cache)
    click.echo(f"› camera: {SHOTS} frames, {sentence}")
    outcomes: Counter[str] = Counter()
    counted_before = installation.application.funnel.totals("camera").get("received", 0)
    key = installation.state.deployment_key
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=installation.webhook_url, headers=headers, timeout=30) as client:
        for shot in shots(photos, SHOTS):
            event_id = f"round-{installation.state.round}-shot-{shot.number:04d}"
            outcomes[_post(client, event_id, shot, model.detect(shot))] += 1
            _show_progress(shot.number + 1, outcomes)
            installation.processes.check()
    said = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in outcomes.most_common())
    click.echo(f"  {said}")
    _await_counts(installation, counted_before + sum(outcomes.values()))


def _post(client: httpx.Client, event_id: str, shot: Shot, seen: list[Detected]) -> str:
    prediction = {
        "width": shot.width,
        "height": shot.height,
        "boxes": [
            {"class": each.label, "confidence": each.confidence, "xyxy": each.xyxy} for each in seen
        ],
    }
    answer = client.post(
        "/v1/projects/camera/events",
        data={
            "event_id": event_id,
            "model_version": MODEL_VERSION,
            "prediction": msgspec.json.encode(prediction).decode(),
        },
        files={"image": (f"{event_id}.jpg", shot.jpeg, "image/jpeg")},
    )
    if answer.is_error:
        raise DemoError(f"the webhook refused {event_id}: {answer.text}")
    return str(answer.json()["outcome"])


def _show_progress(posted: int, outcomes: Counter[str]) -> None:
    if sys.stdout.isatty():
        click.echo(f"\r  {posted}/{SHOTS} posted, {outcomes['kept']} kept", nl=posted == SHOTS)
    elif posted % 100 == 0:
        click.echo(f"  {posted}/{SHOTS} posted, {outcomes['kept']} kept")


def _await_counts(installation: Installation, expected: int) -> None:
    """Counts reach Redis a second later; whoever reads them next should find these."""
    funnel = installation.application.funnel
    if not is_soon(lambda: funnel.totals("camera").get("received", 0) >= expected, COUNTS_TIMEOUT):
        raise DemoError("the webhook's counts did not reach Redis")
