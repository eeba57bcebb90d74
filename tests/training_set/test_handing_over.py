"""Handing over: whole or not there, never over something else, and exactly what is in the Store."""

import signal
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from plugin.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from plugin.services.training_sets.handing_over import Delivery, HandOver
from plugin.stores.backends.folder import FolderStore
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import File
from plugin.training_set.places import write_archive, write_folder
from plugin.training_set.sets import TrainingSets, image_key
from tests.samples import NOW
from tests.training_set.format_samples import CLASSIFICATION, DETECTION, NASTY, SEGMENTATION
from tests.training_set.publishing import publish

FILES = {"coco": 5 + 3, "yolo": 5 + 5 + 1}
"""Files of the detection set in each format: images, and what is said about them."""


@pytest.fixture
def sets(tmp_path: Path) -> TrainingSets:
    return TrainingSets(FolderStore(tmp_path / "store", synced=False))


@pytest.fixture
def delivery(sets: TrainingSets) -> Delivery:
    """The detection set as COCO and YOLO."""
    publish(sets, DETECTION)
    return HandOver(sets).prepare("parts", None, ["coco", "yolo"])


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_has_every_format_in_a_folder_of_its_own(
    sets: TrainingSets, delivery: Delivery, tmp_path: Path
) -> None:
    HandOver(sets).hand_over(delivery, str(tmp_path / "new" / "set"))
    found = tree(tmp_path / "new/set")
    said = msgspec.json.decode(found.pop("dataset.json"))
    for name, count in FILES.items():
        assert sum(path.startswith(f"{name}/") for path in found) == count
    assert len(found) == sum(FILES.values())
    assert (said["project"], said["version"], said["formats"]) == ("parts", 1, ["coco", "yolo"])
    assert [each["name"] for each in said["classes"]] == list(NASTY)
    assert said["images"] == {"train": 2, "val": 2, "test": 1}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["set"], "nothing beside it"


def test_one_format_stands_at_the_top(sets: TrainingSets, tmp_path: Path) -> None:
    publish(sets, SEGMENTATION)
    only = HandOver(sets).prepare("parts", 1, ["masks"])
    HandOver(sets).hand_over(only, str(tmp_path / "set"))
    names = {path.name for path in (tmp_path / "set").iterdir()}
    assert names == {"images", "masks", "instances", "classes.csv", "dataset.json"}


def test_an_archive_is_the_folder(sets: TrainingSets, delivery: Delivery, tmp_path: Path) -> None:
    HandOver(sets).hand_over(delivery, str(tmp_path / "set"))
    HandOver(sets).hand_over(delivery, str(tmp_path / "set.zip"))
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        assert archive.testzip() is None
        got = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        images = [each for each in archive.infolist() if each.filename.endswith(".jpg")]
    assert got == tree(tmp_path / "set")
    assert {each.compress_type for each in images} == {zipfile.ZIP_STORED}
    assert {(each.date_time, each.flag_bits & 8) for each in images} == {
        ((2026, 11, 23, 12, 0, 0), 0)
    }, "sizes stand before what they are of, and every run gives the same bytes"


def test_an_archive_is_made_piece_by_piece_and_always_the_same(delivery: Delivery) -> None:
    pieces = list(delivery.archive())
    assert len(pieces) == sum(FILES.values()) + 2
    assert b"".join(pieces) == b"".join(delivery.archive())
    assert zipfile.ZipFile(BytesIO(b"".join(pieces))).namelist()[-1] == "dataset.json"


@pytest.mark.parametrize("name", ["set", "set.zip"])
def test_what_is_there_already_stays(
    name: str, sets: TrainingSets, delivery: Delivery, tmp_path: Path
) -> None:
    place = tmp_path / name
    place.write_text("mine")
    with pytest.raises(ConflictError, match="exists already and is not replaced"):
        HandOver(sets).hand_over(delivery, str(place))
    assert place.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"store", name}


def test_what_comes_to_be_there_meanwhile_stays_too(tmp_path: Path) -> None:
    place, archive = tmp_path / "set", tmp_path / "set.zip"

    def files() -> Iterator[File]:
        yield File("one.txt", b"1")
        place.mkdir(exist_ok=True)
        (place / "mine.txt").write_text("mine")
        archive.write_text("mine too")

    with pytest.raises(ConflictError, match="exists already"):
        write_folder(files(), place)
    archive.unlink()
    with pytest.raises(ConflictError, match="exists already"):
        write_archive(files(), archive, NOW)
    assert tree(tmp_path) == {"set/mine.txt": b"mine", "set.zip": b"mine too"}


@pytest.mark.parametrize("name", ["set", "set.zip"])
@pytest.mark.parametrize("fault", ["is gone", "is not the one it was"])
def test_an_image_that_is_not_right_leaves_nothing(
    fault: str, name: str, sets: TrainingSets, delivery: Delivery, tmp_path: Path
) -> None:
    last = list(DETECTION.examples())[-1]
    path = tmp_path / "store" / image_key("parts", last.sha256, "jpg")
    path.unlink() if fault == "is gone" else path.write_bytes(b"another")
    with pytest.raises(UnavailableError, match=f"the image of {last.image_id} .* {fault}"):
        HandOver(sets).hand_over(delivery, str(tmp_path / name))
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def test_a_disk_that_refuses_is_named_and_nothing_is_left(
    sets: TrainingSets, delivery: Delivery, tmp_path: Path
) -> None:
    # A name longer than a file system takes fails as late as a full disk: at the write.
    def files() -> Iterator[File]:
        yield from delivery.files()
        yield File("x" * 300, b"")

    with pytest.raises(UnavailableError, match="File name too long"):
        write_folder(files(), tmp_path / "set")
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize(
    ("writes", "name"), [("write_folder", "set"), ("write_archive", "set.zip")]
)
def test_a_process_that_is_killed_leaves_nothing_under_the_name(
    writes: str, name: str, tmp_path: Path
) -> None:
    program = f"""
import os, signal
from pathlib import Path
from plugin.training_set import places
from plugin.training_set.formats.contents import File
from tests.samples import NOW

def files():
    yield File("one.txt", b"1")
    yield File("two.txt", b"2")
    os.kill(os.getpid(), signal.SIGKILL)

more = [NOW] if {writes!r} == "write_archive" else []
places.{writes}(files(), Path({str(tmp_path / name)!r}), *more)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == -signal.SIGKILL
    [left] = [each.name for each in tmp_path.iterdir()]
    assert left.startswith(f".{name}.")
    assert left.endswith(".part")


def test_an_archive_takes_the_memory_of_some_images_and_not_of_all(sets: TrainingSets) -> None:
    base, size = next(iter(DETECTION.examples())), 1_000_000

    def image(example: Example) -> bytes:
        return example.image_id.encode() + bytes(size)

    names = [f"{number:032d}" for number in range(80)]
    named = [structs.replace(base, image_id=name, file_name=f"{name}.jpg") for name in names]
    found = [structs.replace(e, sha256=sha256(image(e)).hexdigest()) for e in named]
    publish(sets, replace(DETECTION, examples=lambda: iter(found), image=image))
    delivery = HandOver(sets).prepare("parts", 1, ["yolo"])
    tracemalloc.start()
    total = sum(len(piece) for piece in delivery.archive())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > len(found) * size
    assert peak < 25 * size


def test_an_earlier_version_can_be_had(sets: TrainingSets) -> None:
    publish(sets, DETECTION, 1)
    publish(sets, replace(DETECTION, examples=lambda: iter(list(DETECTION.examples())[:2])), 2)
    for number, images in ((1, 5), (2, 2), (None, 2)):
        found = HandOver(sets).prepare("parts", number, ["voc"])
        assert len([path for path, _ in found.files() if path.startswith("JPEGImages/")]) == images


@pytest.mark.parametrize(
    ("project", "number", "said"),
    [
        ("parts", 9, "no training set version 'parts 9'"),
        ("doors", None, "no training set of 'doors'"),
    ],
)
def test_what_there_is_not(project: str, number: int | None, said: str, delivery: Delivery) -> None:
    with pytest.raises(NotFoundError, match=said):
        HandOver(delivery.training_sets).prepare(project, number, ["coco"])


def test_a_format_that_does_not_fit_is_refused(delivery: Delivery) -> None:
    with pytest.raises(InvalidInputError, match="format: 'csv', expected one of coco, yolo"):
        HandOver(delivery.training_sets).prepare("parts", None, ["coco", "csv"])


@pytest.mark.parametrize(
    "to",
    ["s3://", "s3:///set", "s3://key@bucket/set", "s3://bucket", "s3://bucket/", "ftp://host/set", "s3://bucket/a?b=c",
     "s3://bucket/white space", "s3://bucket/../up"],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(to: str, delivery: Delivery) -> None:
    with pytest.raises(InvalidInputError, match=r"to: .*expected a folder"):
        HandOver(delivery.training_sets).hand_over(delivery, to)


def test_labels_of_whole_images_are_handed_over_too(sets: TrainingSets, tmp_path: Path) -> None:
    publish(sets, CLASSIFICATION)
    found: Any = HandOver(sets).prepare("parts", 1, ["folders", "csv"])
    HandOver(sets).hand_over(found, str(tmp_path / "set"))
    images = list((tmp_path / "set").rglob("*.jpg"))
    assert len(images) == 2 * len(list(CLASSIFICATION.examples()))
    assert found.version.created_at == NOW
