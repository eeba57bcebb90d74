"""`lsal dataset export`, as typed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.bootstrap import Application
from plugin.cli import main
from tests.training_set.format_samples import DETECTION
from tests.training_set.publishing import publish


@pytest.fixture
def environment(
    reachable: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Application:
    """Version 1 of `parts` in the Store that the command opens."""
    monkeypatch.chdir(tmp_path)
    publish(reachable.training_sets, DETECTION)
    return reachable


def export(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["dataset", "export", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("to", ["set", "set.zip"])
def test_a_version_is_written(to: str, environment: Application, tmp_path: Path) -> None:
    code, said = export("parts", "--format", "coco, yolo", "--to", to)
    assert (code, said) == (0, f"version 1: 5 images as coco, yolo, {to}\n")
    assert (tmp_path / to).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("parts", "--format", "csv", "--to", "set"), "format: 'csv', expected one of coco, yolo"),
        (("parts", "--format", "coco", "--to", "store"), "exists already and is not replaced"),
        (("parts", "--format", "coco", "--to", "ftp://a/b"), "to: 'ftp://a/b', expected a folder"),
        (("parts", "--version", "7", "--format", "coco", "--to", "set"), "version 'parts 7'"),
        (("doors", "--format", "coco", "--to", "set"), "no project 'doors'"),
    ],
    ids=["format", "taken", "scheme", "version", "project"],
)
def test_what_cannot_be_is_said_in_a_sentence(
    arguments: tuple[str, ...], said: str, environment: Application, tmp_path: Path
) -> None:
    code, output = export(*arguments)
    assert code == 1
    assert said in output
    assert "Traceback" not in output
    assert not (tmp_path / "set").exists()
