"""The way of a frame, from a deployment's post to the training set, through real processes."""

from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
import supervision
from pycocotools.coco import COCO

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.demo.reviewers import ScriptedReviewer, sign_up
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.errors import InvalidInputError
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.training_set.versions import Version
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.waiting import wait_for

FRAMES = 14
PROJECT = "loop"
captured_at = attrgetter("captured_at")


def post(installation: Installation, key: str, number: int, **changes: Any) -> httpx.Response:
    fields = {
        "event_id": f"shot-{number}",
        "timestamp": f"2026-11-23T10:00:{number:02d}Z",
        "model_version": "parts-7",
        "prediction": encoded(prediction(box(xyxy=[32 + number, 24, 96.5, 72]), box("bolt", 0.9))),
    }
    return httpx.post(
        f"{installation.webhook_url}/v1/projects/{PROJECT}/events",
        headers={"Authorization": f"Bearer {key}"},
        data=fields | changes,
        files={"image": ("shot.jpg", jpeg(seed=number), "image/jpeg")},
    )


@pytest.fixture(scope="module")
def key(installation: Installation) -> str:
    app = installation.application
    app.history.add(settings(project=PROJECT, batch={"max_images": 10}), "test", utc_now())
    return app.deployments.register(PROJECT, "line-3", utc_now())[1]


@pytest.fixture(scope="module")
def batches(installation: Installation, key: str) -> list[Batch]:
    """Batches after FRAMES frames were posted, each twice."""
    app = installation.application
    for number in range(FRAMES):
        first = post(installation, key, number)
        assert (first.status_code, first.json()["outcome"]) == (202, "kept"), first.text
        assert post(installation, key, number).json() == first.json()
    wait_for(lambda: not app.spool.pending(PROJECT), "the import")
    return app.batches.of_project(PROJECT)


def test_frames_become_tasks_in_batches_of_the_set_size(
    installation: Installation, batches: list[Batch]
) -> None:
    assert [batch.size for batch in batches] == [10, 4]
    counts = [installation.application.label_studio.counts(b.label_studio_id) for b in batches]
    assert [each.total for each in counts] == [10, 4]


def test_boxes_are_where_they_were_posted(installation: Installation, batches: list[Batch]) -> None:
    app = installation.application
    ref = app.batches.tasks(batches[0])[0]
    task = app.label_studio.task(ref.id)
    number = int(task["data"]["event_id"].removeprefix("shot-"))
    region, other = task["predictions"][0]["result"]
    value = region["value"]
    left, width = (32 + number) / 320 * 100, (96.5 - 32 - number) / 320 * 100
    assert [value[name] for name in ("x", "y", "width", "height", "rotation")] == pytest.approx(
        [left, 10.0, width, 20.0, 0]
    )
    assert value["rectanglelabels"] == ["dent"]
    assert (region["original_width"], region["original_height"]) == (320, 240)
    assert other["value"]["rectanglelabels"] == ["bolt"]
    assert task["predictions"][0]["model_version"] == "parts-7"
    assert task["data"]["rule"] == "unsure"


def test_the_image_loads_for_who_is_signed_in_and_for_nobody_else(
    installation: Installation, batches: list[Batch]
) -> None:
    app = installation.application
    task = app.label_studio.task(app.batches.tasks(batches[0])[0].id)
    address = app.config.label_studio_url + task["data"]["image"]
    token = {"Authorization": f"Token {installation.state.token}"}
    shown = httpx.get(address, headers=token)
    number = int(task["data"]["event_id"].removeprefix("shot-"))
    assert shown.content == jpeg(seed=number)
    assert httpx.get(address).status_code in {401, 403}


def test_reviews_become_a_training_set(
    installation: Installation, batches: list[Batch], request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:  # fmt: skip
    app, batch = installation.application, batches[0]
    gateways = {}
    for email in ("cleo@example.com", "dan@example.com"):
        token = sign_up(app.label_studio, email, "a-made-up-password")
        gateways[email] = LabelStudioGateway(app.config.label_studio_url, token)
        request.addfinalizer(gateways[email].close)
    wishes = [Wish("cleo@example.com", 5), Wish("dan@example.com", 3)]

    made = app.assigner.assign(batch, wishes, shuffle=True, instructions="<b>Look!</b>")

    assert [len(each.tasks) for each in made.shares] == [5, 3]
    draws = shuffle_fields(app.label_studio, [task.id for task in app.batches.tasks(batch)])
    for each in made.shares:
        seen = gateways[each.reviewer].tasks_in_tab(batch.label_studio_id, each.view_id or 0)
        assert seen == sorted(each.tasks, key=draws.__getitem__)
    done = [
        ScriptedReviewer(gateways[each.reviewer]).review(task)
        for each in made.shares
        for task in each.tasks
    ]
    app.collector.collect(PROJECT)
    version = app.builder.build(PROJECT)

    finished = len(done) - done.count("skipped")
    assert version.images == finished > 0
    assert (version.certificate.counts, version.certificate.reason) == ("equal", "")
    assert list(app.verifier.verify(PROJECT, version.version)) == []
    assert app.indexer.refresh(batch).finished == finished
    reviewers = {review.reviewer for review in app.reviews.of_project(PROJECT)}
    assert reviewers == set(gateways)
    delivery = app.handing_over.prepare(PROJECT, version.version, ["coco", "yolo"])
    app.handing_over.hand_over(delivery, str(tmp_path / "set"))
    read_by_pycocotools(tmp_path / "set/coco", version)
    read_by_supervision(tmp_path / "set", version)
    assert app.builder.build(PROJECT) == version, "nothing new, no new version"


def test_what_was_assigned_is_nobody_elses_and_the_rest_goes_by_time(
    installation: Installation, batches: list[Batch]
) -> None:
    app, batch = installation.application, batches[1]
    admin = app.label_studio.email()
    (first,) = app.assigner.assign(batch, [Wish(admin, 3)], shuffle=False).shares
    tab, number = first.view_id or 0, batch.label_studio_id
    oldest_first = [task.id for task in sorted(app.batches.tasks(batch), key=captured_at)]
    assert app.label_studio.tasks_in_tab(number, tab) == oldest_first[:3]
    with pytest.raises(InvalidInputError, match="at most 1, the images that nobody has yet"):
        app.assigner.assign(batch, [Wish(admin, 2)], shuffle=False)
    with pytest.raises(InvalidInputError, match="the e-mail address of a user"):
        app.assigner.assign(batch, [Wish("nobody@example.com", 1)], shuffle=False)
    (second,) = app.assigner.assign(batch, [Wish(admin, 1)], shuffle=False).shares
    assert second.view_id == tab, "a reviewer has one tab, however often they are dealt to"
    assert app.label_studio.tasks_in_tab(number, tab) == oldest_first


def shuffle_fields(label_studio: LabelStudioGateway, tasks: list[int]) -> dict[int, str]:
    return {task: label_studio.task(task)["data"]["shuffle"] for task in tasks}


def read_by_pycocotools(folder: Path, version: Version) -> None:
    found = {split: COCO(str(folder / f"annotations/{split}.json")) for split in version.per_split}
    assert {split: len(each.imgs) for split, each in found.items()} == version.per_split
    assert sum(len(each.anns) for each in found.values()) == version.annotations
    for split, each in found.items():
        for image in each.imgs.values():
            assert (folder / "images" / split / image["file_name"]).is_file()


def read_by_supervision(folder: Path, version: Version) -> None:
    for split, images in version.per_split.items():
        coco, yolo = folder / "coco", folder / "yolo"
        from_coco = supervision.DetectionDataset.from_coco(
            str(coco / "images" / split), str(coco / f"annotations/{split}.json")
        )
        from_yolo = supervision.DetectionDataset.from_yolo(
            str(yolo / "images" / split), str(yolo / "labels" / split), str(yolo / "data.yaml")
        )
        assert len(from_coco) == len(from_yolo) == images
        assert from_yolo.classes == ["bolt", "dent", "scratch"]
        for path, image, detections in from_yolo:
            same = from_coco.annotations[str(coco / Path(path).relative_to(yolo))]
            assert image.shape == (240, 320, 3)
            assert detections.xyxy == pytest.approx(same.xyxy, abs=0.01)
