"""Training sets: against Label Studio's own COCO export with images, of the same project.

Label Studio exports all of it each time. A version of ours is whole in the Store once it is built,
and an increment writes what is new. What images look like is found out when their reviews are
collected: the second row has that in it.
"""

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import httpx

from benchmarks import training_set_growth
from benchmarks.into_label_studio import PROJECT, TOKEN, offer_of, parts_on, running
from benchmarks.table import Row, rate
from benchmarks.training_set_growth import own_photo
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings

IMAGES = 10_000
NEW = IMAGES // 100
KEPT_AT_ONCE = 100

RIVAL = "Label Studio's COCO export with images"
LONG = 3600.0  # seconds


def rows() -> Iterator[Row]:
    """Measure against Label Studio, then as sets grow."""
    with running() as (folder, environment), parts_on(environment) as parts:
        _keep_what_is_posted(parts)
        numbers = count()
        _review(parts, numbers, IMAGES)
        collected = rate(lambda: parts.collector.collect(PROJECT))
        ours = rate(lambda: _export(parts, folder))
        theirs = rate(lambda: _their_export(parts, folder))
        name = f"{IMAGES:,} images of 150 kB"
        yield Row(
            f"a first export as COCO, {name}", ours, RIVAL, theirs, "images/s", "≥ 5 ×"
        )  # fmt: skip
        both = 1 / (1 / collected + 1 / ours)
        yield Row(
            "the same, and every review is collected first",
            both,
            RIVAL,
            theirs,
            "images/s",
            "shown",
        )
        _review(parts, numbers, NEW)
        parts.collector.collect(PROJECT)
        increment = rate(lambda: _build(parts))
        theirs = rate(lambda: _their_export(parts, folder))
        yield Row(
            f"the next version, {NEW} new images of {IMAGES + NEW:,}", increment, RIVAL, theirs,
            "images of the set/s", "≥ 50 ×",
        )  # fmt: skip
    yield from training_set_growth.rows()


def _keep_what_is_posted(parts: Application) -> None:
    """Comments make images differ that are of twenty pictures: they are kept."""
    settings = {
        "project": PROJECT, "classes": ["part"], "batch": {"max_images": 100_000},
        "image": {"keep_metadata": True},
    }  # fmt: skip
    parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())


def _review(parts: Application, numbers: Iterator[int], images: int) -> None:
    """Post images, import them, and accept every prediction as it is."""
    deployment = parts.deployments.of_project(PROJECT)[0]
    for _ in range(0, images, KEPT_AT_ONCE):
        offers = [
            offer_of(parts, deployment, f"export-{number}", own_photo(number))
            for number in islice(numbers, KEPT_AT_ONCE)
        ]
        parts.keeper.keep(offers)
        parts.importer.run(PROJECT)
    for batch in parts.batches.of_project(PROJECT):
        _accept(parts, batch.label_studio_id)


def _accept(parts: Application, project: int) -> None:
    body = {"selectedItems": {"all": True, "excluded": []}, "project": project}
    with _client(parts) as client:
        client.post(
            "/api/dm/actions", json=body,
            params={"id": "predictions_to_annotations", "project": project},
        ).raise_for_status()  # fmt: skip


def _export(parts: Application, folder: Path) -> int:
    version = parts.builder.build(PROJECT)
    delivery = parts.handing_over.prepare(PROJECT, version.version, ["coco"])
    parts.handing_over.hand_over(delivery, str(folder / "ours.zip"))
    return version.images


def _build(parts: Application) -> int:
    return parts.builder.build(PROJECT).images


def _their_export(parts: Application, folder: Path) -> int:
    images = 0
    with _client(parts) as client, (folder / "theirs.zip").open("wb") as file:
        for batch in parts.batches.of_project(PROJECT):
            address = f"/api/projects/{batch.label_studio_id}/export"
            with client.stream("GET", address, params={"exportType": "COCO_WITH_IMAGES"}) as answer:
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    file.write(piece)
            images += batch.size
    return images


def _client(parts: Application) -> httpx.Client:
    headers = {"Authorization": f"Token {TOKEN}"}
    return httpx.Client(base_url=parts.config.label_studio_url, headers=headers, timeout=LONG)
