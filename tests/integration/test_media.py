"""Images of tasks, wherever they lie: they load for who is signed in, and for nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from plugin.config import Config
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.domain.prediction import TaskType
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.media import Media
from plugin.labelstudio.media.opening import open_media
from plugin.labelstudio.media.uploads import Uploads
from tests.integration.s3 import ACCESS, BUCKET, s3
from tests.samples import jpeg

__all__ = ["s3"]  # a fixture
KINDS = ["upload", "folder", "bucket"]


@dataclass
class Place:
    """Media of a kind, and a fresh project of Label Studio."""

    kind: str
    media: Media
    project: int


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Place]:
    """Media of each kind, and a fresh project of Label Studio."""
    label_studio = installation.application.label_studio
    config: dict[str, object] = {"LSAL_MEDIA": "upload"}
    if request.param == "folder":
        config = {"LSAL_MEDIA": str(installation.processes.data / programs.MEDIA)}
    if request.param == "bucket":
        endpoint = request.getfixturevalue("s3")
        config = {"LSAL_MEDIA": f"s3://{BUCKET}/shown", "LSAL_MEDIA_ENDPOINT": endpoint, **ACCESS}
    project = label_studio.create_project("media", "", render(TaskType.OBJECT_DETECTION, ["dent"]))
    yield Place(request.param, open_media(Config.model_validate(config), label_studio), project)
    label_studio.delete_project(project)


def files(*names: str, seed: int = 0) -> dict[str, tuple[bytes, str]]:
    return {
        name: (jpeg(64, 48, seed=seed + n), "image/jpeg") for n, name in enumerate(names)
    }  # fmt: skip


def imported(installation: Installation, place: Place, address: str) -> str:
    """The address that a reviewer's browser is given for the image of a task."""
    label_studio = installation.application.label_studio
    (task,) = label_studio.import_tasks(place.project, [{"data": {"image": address}}])
    return str(label_studio.task(task)["data"]["image"])


def test_an_image_loads_for_who_is_signed_in_and_for_nobody_else(
    installation: Installation, place: Place
) -> None:
    place.media.prepare(place.project)
    sent = files("one.jpg", "two.jpg")
    placed = place.media.place(place.project, sent)
    assert placed.keys() == sent.keys()
    label_studio = installation.application.label_studio
    for name, address in placed.items():
        shown = imported(installation, place, address)
        assert label_studio.image(place.project, shown) == sent[name][0]
        assert label_studio.image(place.project, address) == sent[name][0]
        path = shown.partition(label_studio.base_url)[2] or shown
        stranger = httpx.get(label_studio.base_url + path)
        assert stranger.status_code in {401, 403}
    assert label_studio.images_of(place.project) == set(placed.values())


def test_a_second_try_places_nothing_twice_and_what_changed_anew(place: Place) -> None:
    place.media.prepare(place.project)
    place.media.prepare(place.project)
    first = place.media.place(place.project, files("one.jpg", "two.jpg"))
    again = place.media.place(place.project, files("one.jpg", "two.jpg", "three.jpg"), again=True)
    assert {name: again[name] for name in first} == first
    assert place.media.placed(place.project) == set(again.values())
    changed = {"one.jpg": (jpeg(80, 60), "image/jpeg")}
    last = place.media.place(place.project, changed, again=True)
    others = {address for name, address in again.items() if name != "one.jpg"}
    assert place.media.placed(place.project) == others | set(last.values())


def test_what_is_forgotten_is_gone_and_the_rest_stays(
    installation: Installation, place: Place
) -> None:
    place.media.prepare(place.project)
    placed = place.media.place(place.project, files("one.jpg", "two.jpg"))
    place.media.forget(place.project, [placed["one.jpg"], "/data/upload/0/none.jpg"])
    place.media.forget(place.project, [])
    assert place.media.placed(place.project) == {placed["two.jpg"]}
    label_studio = installation.application.label_studio
    if place.kind != "upload":  # Label Studio forgets an upload, and leaves its file
        with pytest.raises((NotFoundError, LabelStudioError)):
            label_studio.image(place.project, placed["one.jpg"])
    assert label_studio.image(place.project, placed["two.jpg"])


def test_nothing_is_placed_where_nothing_was(place: Place) -> None:
    assert place.media.placed(place.project) == set()
    assert place.media.place(place.project, {}) == {}


@pytest.mark.parametrize("place", ["folder", "bucket"], indirect=True)
def test_a_sync_by_hand_makes_no_second_task(installation: Installation, place: Place) -> None:
    label_studio = installation.application.label_studio
    kind = {"folder": "localfiles", "bucket": "s3"}[place.kind]
    place.media.prepare(place.project)
    placed = place.media.place(place.project, files("one.jpg"))
    label_studio.import_tasks(place.project, [{"data": {"image": placed["one.jpg"]}}])
    (storage,) = label_studio.storages(place.project, kind)
    with translated():
        label_studio._request("POST", f"api/storages/{kind}/{storage['id']}/sync")
    assert label_studio.counts(place.project).total == 1


def test_more_than_a_hundred_images_are_placed_at_once(place: Place) -> None:
    place.media.prepare(place.project)
    sent = files(*(f"{n}.jpg" for n in range(130)))
    assert place.media.place(place.project, sent).keys() == sent.keys()


def test_of_an_upload_that_is_there_twice_one_stays(installation: Installation) -> None:
    label_studio = installation.application.label_studio
    project = label_studio.create_project("twice", "", render(TaskType.OBJECT_DETECTION, ["dent"]))
    for _ in range(2):  # as a request does that was taken for lost, and was not
        label_studio.upload(project, files("one.jpg"))
    assert len(label_studio.uploaded(project)) == 2
    placed = Uploads(label_studio).place(project, files("one.jpg"), again=True)
    assert [each.address for each in label_studio.uploaded(project)] == [placed["one.jpg"]]


def test_a_folder_that_label_studio_does_not_serve_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    label_studio = installation.application.label_studio
    media = open_media(Config.model_validate({"LSAL_MEDIA": str(tmp_path)}), label_studio)
    project = label_studio.create_project("apart", "", render(TaskType.OBJECT_DETECTION, ["dent"]))
    with pytest.raises(LabelStudioError, match="LOCAL_FILES_DOCUMENT_ROOT"):
        media.prepare(project)


def test_what_is_dropped_is_gone_for_one_project_alone(
    installation: Installation, place: Place
) -> None:
    label_studio = installation.application.label_studio
    other = label_studio.create_project("other", "", render(TaskType.OBJECT_DETECTION, ["dent"]))
    for project in (place.project, other):
        place.media.prepare(project)
        place.media.place(project, files("one.jpg"))
    place.media.drop(place.project)
    place.media.drop(place.project)
    assert place.media.placed(place.project) == set()
    assert len(place.media.placed(other)) == 1
    label_studio.delete_project(other)
