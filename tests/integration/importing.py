"""What the tests of the import share: parts of their own, and frames to import."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo.installation import Installation
from plugin.domain.batching import origin
from plugin.formats.native import PostedEvent
from plugin.services.imports.importing import Importer
from plugin.services.intake.gates import Gates
from plugin.services.intake.receiving import Offer, Receiver
from plugin.stores.settings_history import SettingsHistory
from tests.samples import box, encoded, jpeg, prediction, settings


@contextmanager
def parts_on(
    installation: Installation, folder: Path, redis_url: str, **changes: str
) -> Iterator[Application]:
    """Parts of their own, so that no worker interferes, on the installation's Label Studio."""
    running = installation.application.config
    config = {
        "STORE_URL": str(folder / "store"),
        "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": running.label_studio_url,
        "LABEL_STUDIO_API_KEY": running.label_studio_api_key.get_secret_value(),
    }
    parts = Application(Config.model_validate(config | changes))
    try:
        yield parts
    finally:
        parts.close()


def remove_batches(installation: Installation, *projects: str) -> None:
    """Remove all batches of projects from Label Studio, those too that our Store lost."""
    label_studio = installation.application.label_studio
    for project in projects:
        for found in list(label_studio.projects_of(origin(project, ""))):
            label_studio.delete_project(found.id)


def add_project(parts: Application, project: str, **changes: Any) -> None:
    """A project with a deployment."""
    parts.history.add(settings(project=project, **changes), "test", utc_now())
    parts.deployments.register(project, "line-1", utc_now())


def keep_frames(parts: Application, project: str, *event_ids: str, **changes: Any) -> list[str]:
    """Frames that wait for their import, one per event; their ids."""
    deployment = parts.deployments.of_project(project)[0]
    # Its own look at the settings, which may have changed a moment ago.
    receiver = Receiver(Gates(SettingsHistory(parts.store)))
    found = []
    for number, event_id in enumerate(event_ids):
        body = msgspec.Raw(encoded(prediction(box(**changes))).encode())
        event = PostedEvent(prediction=body, event_id=event_id, model_version="parts-7")
        offer = receiver.decide(deployment, event, utc_now(), file=jpeg(seed=number))
        assert isinstance(offer, Offer)
        parts.keeper.keep([offer])
        found.append(offer.frame_id)
    return found


def shots(count: int, first: int = 0) -> list[str]:
    """Ids of events."""
    return [f"shot-{number}" for number in range(first, first + count)]


def tasks_in(parts: Application, project: str) -> list[str]:
    """The frame of every task that Label Studio has in the batches of a project."""
    found = []
    for batch in parts.batches.of_project(project):
        tasks = parts.label_studio.changed_tasks(batch.label_studio_id, None)
        found += [str(task.data["frame_id"]) for task in tasks]
    return sorted(found)


def orphans_in(parts: Application, project: str) -> set[str]:
    """Images that were placed for a project's batches and that no task names."""
    found: set[str] = set()
    for batch in parts.batches.of_project(project):
        number = batch.label_studio_id
        found |= parts.media.placed(number) - parts.label_studio.images_of(number)
    return found


def later(parts: Application, seconds: float) -> Importer:
    """The importer, so many seconds from now."""
    importer, clock = parts.importer, lambda: utc_now() + timedelta(seconds=seconds)
    return replace(
        importer,
        resumer=replace(importer.resumer, clock=clock),
        deduplicator=replace(importer.deduplicator, clock=clock),
    )
