"""What `lsal experiment` refuses before it starts anything."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main


def run(*options: str) -> Result:
    return CliRunner().invoke(main, ["experiment", *options])


def test_more_images_than_there_are_to_choose_from(tmp_path: Path) -> None:
    said = run("--data", str(tmp_path / "data"), "--images", "100", "--rounds", "12")
    assert said.exit_code == 1
    assert "1220 images to review, 1200 to choose from" in said.output
    assert not (tmp_path / "data").exists()


def test_a_data_set_that_is_not_there(tmp_path: Path) -> None:
    said = run("--dataset", "fashion", "--files", str(tmp_path))
    assert said.exit_code == 1
    assert f"Error: no {tmp_path}/train-images-idx3-ubyte.gz: install Debian's" in said.output


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("plugin.experiment.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    monkeypatch.delattr("plugin.experiment.datasets", raising=False)
    said = run()
    assert said.exit_code == 1
    assert "sklearn.datasets" in said.output
    assert "it needs scikit-learn, and this package with its extra `demo`" in said.output
