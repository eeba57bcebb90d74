"""What the tests of assigning share: people with accounts, and a batch to deal from."""

from collections.abc import Mapping
from typing import Any

from plugin.bootstrap import Application
from plugin.demo.installation import Installation
from plugin.demo.reviewers import sign_up
from plugin.domain.batching import Batch
from plugin.domain.errors import NotFoundError
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.integration.importing import add_project, keep_frames, shots

PASSWORD = "a-made-up-password"


def people(installation: Installation, *emails: str) -> dict[str, LabelStudioGateway]:
    """Accounts in Label Studio, each with a connection of their own; made where they are not."""
    label_studio = installation.application.label_studio
    return {
        email: LabelStudioGateway(label_studio.base_url, sign_up(label_studio, email, PASSWORD))
        for email in emails
    }


def filled_batch(parts: Application, project: str, images: int, **changes: Any) -> Batch:
    """A batch of a new project with so many images in Label Studio."""
    add_project(parts, project, **changes)
    return more_images(parts, project, 0, images)


def more_images(parts: Application, project: str, first: int, images: int) -> Batch:
    """The only batch of a project after more images came."""
    keep_frames(parts, project, *shots(images, first))
    parts.importer.run(project)
    (batch,) = parts.batches.of_project(project)
    parts.indexer.refresh(batch)
    return batch


def next_task(reviewer: LabelStudioGateway, project: int, tab: int | None) -> int | None:
    """The task that a tab's labelling stream gives next, asked for as the editor does."""
    try:
        with translated():
            shown = reviewer._request("GET", f"api/dm/views/{tab}/")["data"]
            found: Mapping[str, Any] = reviewer._request(
                "POST", "api/dm/actions", params={"id": "next_task", "project": project},
                json={"filters": shown["filters"], "ordering": shown["ordering"]},
            )  # fmt: skip
    except NotFoundError:
        return None
    return int(found["id"])
