"""`lsal dataset`, `lsal export`: what a manager reads, and what was changed by hand."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.domain.prediction import Box
from tests.reviewed import finish, withdraw
from tests.samples import jpeg
from tests.server.reviewed import opinion, reviewed

DENT = Box("dent", 1.0, (10, 20, 30, 60))
RUST = Box("rust", 1.0, (10, 20, 30, 60))


@pytest.fixture
def lsal(application: Application, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line, with parts that the test closes."""
    for module in ("dataset", "dataset_export", "review"):
        monkeypatch.setattr(f"plugin.commands.{module}.application", lambda: application)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return run


def test_a_build_says_what_is_new_and_what_is_set_aside(
    application: Application, lsal: Callable[..., Result]
) -> None:
    reviewed(application, "one", DENT, RUST)
    bad = reviewed(application, "two", Box("dent", 1.0, (5, 5, 5, 9)))
    said = lsal("dataset", "build", "parts").output
    assert said.startswith("version 1  ")
    assert "1 images (+1 ~0 -0)  2 annotations" in said
    assert "  dent: 1 annotations\n" in said
    assert "  classes that the settings do not name: rust\n" in said
    assert "  Label Studio's counts: equal\n" in said
    assert f"  set aside: 1 images\n    {bad} (batch 2026-11-23, task 1): boxes[0] ('dent')" in said
    assert lsal("dataset", "show", "parts").output == said
    shown = json.loads(lsal("dataset", "show", "parts", "--json").output)
    assert (shown["version"], shown["images"]) == (1, 1)


def test_a_diff_names_the_images(application: Application, lsal: Callable[..., Result]) -> None:
    ids = sorted(reviewed(application, name, DENT) for name in ("a", "b", "c"))
    lsal("dataset", "build", "parts")
    withdraw(application, ids[0])
    finish(application, ids[1], opinion(RUST))
    new = reviewed(application, "d", RUST)
    lsal("export", "parts")
    lines = lsal("dataset", "diff", "parts").output.splitlines()
    assert f"- {ids[0]}.jpg" in lines
    assert any(line.startswith(f"~ {ids[1]}.jpg  ") for line in lines)
    assert any(line.startswith(f"+ {new}.jpg  ") for line in lines)
    assert len(lines) == 5, "and two classes"
    assert lines[-1] == "rust: +2 ~0 -0 annotations"
    assert len(lsal("dataset", "diff", "parts", "--version", "1").output.splitlines()) == 4
    listed = lsal("dataset", "list", "parts").output.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["version 2", "version 1"]
    assert "(+1 ~1 -1)" in listed[0]


def test_an_export_is_a_build_and_a_hand_over(
    application: Application, lsal: Callable[..., Result], tmp_path: Path
) -> None:
    reviewed(application, "one", DENT)
    done = lsal("export", "parts", "--to", str(tmp_path / "set"), "--format", "coco,yolo")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "set/coco/annotations/train.json").is_file()
    assert (tmp_path / "set/yolo/data.yaml").is_file()


def test_a_set_that_was_there_becomes_version_1(
    lsal: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg())
    image = {"id": 1, "file_name": "a.jpg"}
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
    data = {"images": [image], "annotations": [row], "categories": [{"id": 1, "name": "dent"}]}
    (folder / "a.json").write_text(json.dumps(data))
    done = lsal("dataset", "init", "parts", "--from", str(folder), "--name", "before")
    assert "1 images (+1 ~0 -0)  1 annotations" in done.output
    again = lsal("dataset", "init", "parts", "--from", str(folder))
    assert (again.exit_code, "has a training set already" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dataset", "build", "parts"), "reviews: 0, expected at least one finished review"),
        (("dataset", "show", "parts"), "no training set of 'parts'"),
        (("dataset", "verify", "doors"), "no project 'doors'"),
        (("dataset", "init", "parts", "--from", "/nowhere"), "expected a file or a folder"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    lsal: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    done = lsal(*arguments)
    assert done.exit_code == 1
    assert said in done.output


def edit_records(folder: Path) -> None:
    [page] = folder.glob("segments/*/00000.jsonl")
    page.write_text(page.read_text().replace('"dent"', '"dint"'))


def edit_version(folder: Path) -> None:
    path = folder / "versions/000001.json"
    path.write_text(path.read_text().replace('"images": 2', '"images": 3'))


def lose_image(folder: Path) -> None:
    next(folder.glob("images/*/*.jpg")).unlink()


def replace_image(folder: Path) -> None:
    next(folder.glob("images/*/*.jpg")).write_bytes(jpeg(seed=77))


def lose_index(folder: Path) -> None:
    next(folder.glob("segments/*/index")).unlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (edit_records, r"00000\.jsonl: was changed.*class 'dint' is none of the version's"),
        (edit_version, r"version 1: says 3 images, has 2"),
        (lose_image, r"[0-9a-f]{32}: its image datasets/parts/images/.*\.jpg is gone"),
        (replace_image, r"[0-9a-f]{32}: its image has SHA-256 [0-9a-f]{64}, not "),
        (lose_index, r"index: was changed since it was written, or is gone.*cannot be read"),
    ],
)
def test_what_was_changed_by_hand_is_said(
    application: Application, lsal: Callable[..., Result],
    change: Callable[[Path], None], said: str,
) -> None:  # fmt: skip
    for name in ("one", "two"):
        reviewed(application, name, DENT)
    lsal("dataset", "build", "parts")
    proved = lsal("dataset", "verify", "parts")
    assert (proved.exit_code, proved.output) == (
        0, "version 1: 2 images, all of it as it was written\n",
    )  # fmt: skip
    change(application.store_folder / "datasets/parts")
    done = lsal("dataset", "verify", "parts")
    assert done.exit_code == 1
    assert re.search(said, done.output, re.DOTALL), done.output
    assert re.search(r"version 1 has \d+ faults", done.output)
