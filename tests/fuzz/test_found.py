"""What fuzzing found, each input as small as it was made: none of them is a defect any more."""

from pathlib import Path

import pytest

from plugin.clock import utc_now
from plugin.domain.errors import NotAuthenticatedError, UnavailableError
from plugin.imaging.scaling import scale_jpeg
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from tests.fuzz.target import Target
from tests.fuzz.targets import all_targets
from tests.fuzz.trying import tried
from tests.image_samples import chunk, picture, save, segment

NO_REDIS = "redis://127.0.0.1:1/0"
PNG = save(picture(24, 16), "PNG")
SHORT_VP8X = (
    b"RIFF&\0\0\0WEBPVP8X\0\0\0\0"
    b"VP8L\x11\0\0\0/\x17\xc0\x07\0\x07\xd0\xc0z5\xb8\xff\x81\x88\xe8\x7f\0\0"
)


FOUND = {
    "a name where settings have none": ("settings: JSON", b'{"name": "x", "project": "parts"}'),
    "half a header of WebP": ("image: structure", SHORT_VP8X),
    "an empty profile in a PNG": (
        "image: as it is taken in", PNG[:-12] + chunk(b"iCCP", b"") + PNG[-12:]
    ),
    "half a character as a size": (
        "annotation of Label Studio", b'[{"type": "brushlabels", "original_height": "\\ud800"}]'
    ),
    "an address with half a bracket": ("address of a channel", b"slack://["),
    "a Store with half a bracket": ("address of a Store", b"s3://]"),
    "the home of nobody": ("address of a Store", b"~nobody-of-this-name/store"),
    "a prefix that cannot be": ("address of a Store", b"az://b/://b"),
    "an annotation without a time": ("Label Studio: annotations", b'[{"id": 7}]'),
    "an annotation of no user": (
        "Label Studio: annotations",
        b'[{"id": 7, "updated_at": "2026-11-23T12:00:00Z", "completed_by": "\\ud800"}]',
    ),
    "an e-mail address that is no UTF-8": ("Label Studio: whose token", b'{"email": "\xc2"}'),
    "a date without a zone": ("Label Studio: an error", b"Wed, 25 Nov 2026 12:00:00 -0000\n{}"),
    "a batch with a name of its own": ("Label Studio: name of a batch", b"2026-11-23.x"),
    "COCO that is no UTF-8": ("training set: instances.json", b'\0{"annotations": [{"a": "\xf3"'),
    "an image by a list": (
        "training set: instances.json",
        b'\0{"images": [], "annotations": [{"image_id": []}], "categories": []}',
    ),
    "a file name that is too long": (
        "training set: instances.json",
        b'\0{"images": [{"id": 1, "file_name": "%b"}], "annotations": [], "categories": []}'
        % (b"x" * 300),
    ),
    "a polygon with a list in it": (
        "training set: instances.json",
        b'\1{"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [], "annotations": [%b]}'
        % b'{"image_id": 1, "segmentation": [[1, 2, 3, 4, 5, []], [1, 2, 3, 4, 5, 6]]}',
    ),
    "YAML without end": ("training set: data.yaml", b"\0" + b'{"a":' * 2000),
    "a thirteenth month": ("training set: data.yaml", b"\0names: 2026-13-45"),
    "a thousand million keypoints": (
        "training set: data.yaml", b"\2names: [dent]\nkpt_shape: [1000000000, 3]\ntrain: ."
    ),
    "names of keypoints that are none": (
        "training set: data.yaml", b"\2names: [dent]\nkpt_shape: [2, 3]\nkpt_names: 5\ntrain: ."
    ),
    "labels that are no text": ("training set: labels/train/a.txt", b"\0\xa9"),
    "a class that is no number": ("training set: labels/train/a.txt", b"\0nan 0 0 0 0"),
    "rules that are no UTF-8": ("client: rules", b'{"url": "\xff"}'),
    "counts that are no UTF-8": (
        "client: counts left", b'{"gathering": [{"counts": [{"outcome": "\xec"'
    ),
    "somebody's file in the spool": ("client: spooled files", b"notes"),
    "a document that is cut short": ("Store: documents", b"\0{"),
    "settings that are no UTF-8": ("Store: settings", b'{"by": "\xdb"}'),
    "an event of a class that is not": (
        "Redis: recent traffic", b'["e", 0, 1, ["a"], [9], [0.5], true]'
    ),
    "an event of another age": ("Redis: recent traffic", b'["e", 8e19, 1, [], [], [], true]'),
}  # fmt: skip


@pytest.fixture(scope="module")
def by_name(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Target]:
    return {each.name: each for each in all_targets(tmp_path_factory.mktemp("files"))}


@pytest.mark.parametrize("name", FOUND)
def test_an_input_that_failed_is_read_or_refused(by_name: dict[str, Target], name: str) -> None:
    target, data = FOUND[name]
    assert tried(by_name[target], data) in {"accepted", "refused"}


def test_a_jpeg_of_colours_that_nobody_knows_is_left_to_others() -> None:
    jfif = segment(0xE0, b"JFIF\0\xed\xa0\x80\1\1\0\0\1\0\1\0\0")
    header = segment(0xC0, b"\x08\0\x10\0\x18\1\1\x11\0")
    scan = b"\xff\xda\0\x08\0m\x14QE\x15"
    data = b"\xff\xd8" + jfif + header + scan + b"\xff\xd9"
    assert scale_jpeg(data, (8, 8), 1, 80) is None


def test_a_reference_in_yaml_is_refused(by_name: dict[str, Target]) -> None:
    again = by_name["training set: data.yaml"]
    assert tried(again, b"\0names: &a [*a]\ntrain: .") == "refused"
    assert tried(again, b"\0names: [dent]\ntrain: .") == "accepted"


def test_a_deployment_that_says_it_is_another_revision_is_not_read_for_ever(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    deployments = Deployments(store)
    _, key = deployments.register("parts", "line-3", utc_now())
    [stored] = store.keys("deployments/")
    store.put(stored, store.get(stored).replace(b'"revision": 1', b'"revision": 0'))
    with pytest.raises(UnavailableError, match="it says that it is 0"):
        Deployments(store).authenticate(key)


def test_a_deployment_of_a_key_that_cannot_be_opens_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    _, key = Deployments(store).register("parts", "line-3", utc_now())
    [stored] = store.keys("deployments/")
    store.put(stored, store.get(stored).replace(b'"sha256": "', '"sha256": "é'.encode()))
    with pytest.raises(NotAuthenticatedError, match="opens nothing"):
        Deployments(store).authenticate(key)
