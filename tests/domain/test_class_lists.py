"""A model's classes, from what lies beside it."""

from pathlib import Path

import msgspec
import pytest

from plugin.domain.errors import InvalidInputError
from plugin.formats.class_lists import read_classes

COCO = {
    "images": [], "annotations": [{"category_id": 2, "id": 1}],
    "categories": [
        {"id": 0, "name": "parts", "supercategory": "none"},
        {"id": 1, "name": "bolt", "supercategory": "parts"},
        {"id": 2, "name": "dent", "supercategory": "parts", "keypoints": ["tip", "tail"]},
    ],
}  # fmt: skip
FILES = {
    "data.yaml": "path: .\ntrain: images\nnc: 2\nnames:\n  0: bolt\n  1: dent\n",
    "roboflow.yaml": "train: ../train\nnc: 2\nnames: ['bolt', 'dent']\nroboflow:\n  version: 3\n",
    "odd.yml": "names: {10: dent, 9: bolt}",
    "classes.txt": "bolt\n\ndent\n",
    "obj.names": "bolt\r\ndent",
    "_darknet.labels": "bolt\ndent\n",
    "coco.json": msgspec.json.encode(COCO).decode(),
    "list.json": '["bolt", "dent"]',
    "table.json": '{"0": "bolt", "1": "dent"}',
    "named.json": '{"classes": ["bolt", "dent"]}',
    "plain": "bolt\ndent",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_classes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name])
    assert read_classes(str(tmp_path / name)).classes == ("bolt", "dent")


def test_classes_as_typed() -> None:
    assert read_classes(" bolt, dent , שריטה,") == (("bolt", "dent", "שריטה"), ())


def test_words_of_yaml_stay_words(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [no, on, 1:30, 007]")
    assert read_classes(str(tmp_path / "data.yaml")).classes[:3] == ("no", "on", "1:30")


def test_keypoints_come_along(tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(FILES["coco.json"])
    assert read_classes(str(tmp_path / "coco.json")).keypoints == ("tip", "tail")
    (tmp_path / "data.yaml").write_text("names: [bolt]\nkpt_shape: [1, 3]\nkpt_names: {0: [tip]}")
    assert read_classes(str(tmp_path / "data.yaml")) == (("bolt",), ("tip",))


def test_a_category_above_others_that_is_used_is_a_class(tmp_path: Path) -> None:
    used = COCO | {"annotations": [{"category_id": 0}]}
    (tmp_path / "coco.json").write_bytes(msgspec.json.encode(used))
    assert read_classes(str(tmp_path / "coco.json")).classes == ("parts", "bolt", "dent")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gone.yaml", None), ("empty.txt", b""), ("x.json", b"{"), ("x.json", b"7"),
        ("x.json", b'{"names": "bolt"}'), ("x.yaml", b"names: 7"), ("x.yaml", b"a: ["),
        ("x.yaml", b"names: [a]\nnames: [b]"), ("x.txt", b"\xff\xfe\x00"), ("x.json", b"[]"),
        ("x.yaml", b"- &a [*a]"), ("x.json", b"\xff"),
    ],
)  # fmt: skip
def test_what_names_no_classes_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError):
        read_classes(str(tmp_path / name))
    with pytest.raises(InvalidInputError):
        read_classes(" , ")
