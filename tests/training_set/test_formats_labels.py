"""Image folders and CSV as we write them, read by those who know nothing of us."""

import csv
import os
from pathlib import Path

import pytest

from plugin.domain.splitting import SPLITS
from plugin.training_set.formats import folders, tables
from plugin.training_set.formats.naming import folder_names
from tests.training_set.format_samples import (
    CLASSIFICATION,
    LABELS,
    NASTY,
    contents,
    labels,
    of_split,
    written,
)


def image_folder(root: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """As torchvision publishes `find_classes` and `make_dataset` of its ImageFolder."""
    classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    samples = []
    for index, name in enumerate(classes):
        found = [
            (str(Path(folder, file)), index)
            for folder, _, files in sorted(os.walk(root / name, followlinks=True))
            for file in sorted(files)
            if file.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))
        ]
        if not found:
            raise FileNotFoundError(f"no valid file for the class {name}")
        samples += found
    return classes, samples


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


@pytest.mark.parametrize("split", SPLITS)
def test_every_image_is_in_the_folder_of_its_class(split: str, tmp_path: Path) -> None:
    written(folders.write, CLASSIFICATION, tmp_path)
    heading, *known = rows(tmp_path / "classes.csv")
    assert heading == ["index", "name", "folder"]
    assert [(int(index), name) for index, name, _ in known] == list(enumerate(NASTY))
    true_names = {folder: name for _, name, folder in known}
    classes, samples = image_folder(tmp_path / split)
    got = {Path(path).name: true_names[classes[index]] for path, index in samples}
    expected = {
        each.file_name: each.truth.labels[0].class_name
        for each in CLASSIFICATION.examples()
        if each.split == split and each.truth.labels
    }
    assert got == expected


def test_what_nobody_gave_a_class_is_kept_outside(tmp_path: Path) -> None:
    written(folders.write, CLASSIFICATION, tmp_path)
    [left] = [each for each in CLASSIFICATION.examples() if not each.truth.labels]
    [found] = (tmp_path / "unlabelled").rglob("*.jpg")
    assert found == tmp_path / "unlabelled" / left.split / left.file_name
    assert found.read_bytes() == CLASSIFICATION.image(left)


@pytest.mark.parametrize("split", SPLITS)
def test_a_table_has_a_row_an_image(split: str, tmp_path: Path) -> None:
    written(tables.write, CLASSIFICATION, tmp_path)
    heading, *found = rows(tmp_path / f"{split}.csv")
    assert heading == ["file_name", "label", "label_index"]
    assert len(found) == len([e for e in CLASSIFICATION.examples() if e.split == split])
    by_name = {each.file_name: each for each in CLASSIFICATION.examples()}
    for path, name, index in found:
        assert (tmp_path / path).is_file()
        given = [label.class_name for label in by_name[Path(path).name].truth.labels]
        assert given == ([name] if name else [])
        assert index == (str(NASTY.index(name)) if name else "")


def test_several_labels_are_a_column_each(tmp_path: Path) -> None:
    written(tables.write, LABELS, tmp_path)
    found = {}
    for split in SPLITS:
        heading, *rest = rows(tmp_path / f"{split}.csv")
        assert heading == ["file_name", *NASTY]
        for path, *held in rest:
            assert set(held) <= {"0", "1"}
            names = {name for name, each in zip(NASTY, held, strict=True) if each == "1"}
            found[Path(path).name] = names
    assert found == {
        each.file_name: {label.class_name for label in each.truth.labels}
        for each in LABELS.examples()
    }


def test_an_empty_split_has_its_heading(tmp_path: Path) -> None:
    of = contents(CLASSIFICATION.task_type, [labels("dent")])
    written(tables.write, of, tmp_path)
    assert rows(tmp_path / "test.csv") == [["file_name", "label", "label_index"]]
    assert of_split(of, "test") == []


def test_names_of_folders_are_safe_and_no_two_are_one() -> None:
    found = folder_names([*NASTY, "dent-1", "DENT-1", "a-b-2", "NUL.txt", "-x", ".hidden"])
    assert found["dent"] == "dent"
    assert len({name.lower() for name in found.values()}) == len(found)
    for name in found.values():
        assert name.isascii()
        assert len(name) <= 60
        assert name[0].isalnum()
        assert not set(name) & set('/\\:*?"<>| &\n')
        assert name.partition(".")[0].lower() not in {"con", "nul"}
        assert ".." not in name
        assert name[-1] != "."
