"""What the image is built of is there, reaches the builder and is known by its hash."""

import json
import re
import tomllib
from pathlib import PurePosixPath

import pytest

from tests.domain.dockerfile import ROOT, instructions

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def copied() -> list[str]:
    """What the Dockerfile takes out of the checkout."""
    words = [rest.split() for verb, rest in instructions() if verb == "COPY"]
    return [path.rstrip("/") for each in words if "--from" not in each[0] for path in each[:-1]]


def is_ignored(path: str) -> bool:
    """As Docker decides: the last pattern that matches the path or a folder above it."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = re.escape(line.removeprefix("!"))
        for escaped, means in (r"\*\*/", "(.*/)?"), (r"\*", "[^/]*"), (r"\[", "["), (r"\]", "]"):
            pattern = pattern.replace(escaped, means)
        above = (path, *map(str, PurePosixPath(path).parents))
        if line and not line.startswith("#") and any(re.fullmatch(pattern, p) for p in above):
            verdict = not line.startswith("!")
    return verdict


@pytest.mark.parametrize("path", copied())
def test_what_is_copied_exists_and_reaches_the_builder(path: str) -> None:
    assert (ROOT / path).exists()
    below = [file for file in (ROOT / path).rglob("*") if "__pycache__" not in file.parts]
    names = [path, *(file.relative_to(ROOT).as_posix() for file in below)]
    assert list(filter(is_ignored, names)) == []


def test_nothing_else_reaches_the_builder() -> None:
    private = (".env", "plugin/.env", ".git/config", "data/store/a", "plugin/__pycache__/a.pyc")
    assert all(map(is_ignored, private))


def test_the_wheel_s_parts_are_copied() -> None:
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    parts = {*wheel["packages"], *wheel["force-include"], PYPROJECT["project"]["readme"]}
    assert parts <= set(copied())


def test_everything_is_installed_by_its_hash() -> None:
    runs = "".join(rest for verb, rest in instructions() if verb == "RUN")
    steps = re.findall("pip .*? install ([^&]*)", runs)
    assert len(steps) == 3
    assert all("--require-hashes" in step or "--no-deps --no-index" in step for step in steps)
    assert "://" not in (ROOT / "requirements/build.txt").read_text()


def test_the_image_runs_lsal_as_nobody_special() -> None:
    said = dict(instructions())
    assert json.loads(said["ENTRYPOINT"]) == ["lsal"]
    assert json.loads(said["CMD"]) == ["--help"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", said["USER"])
    assert {"PYTHONUNBUFFERED=1", "STORE_URL=/data/store"} <= set(said["ENV"].split())
    assert PYPROJECT["project"]["scripts"]["lsal"] == "plugin.cli:main"
