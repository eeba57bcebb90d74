"""From a project in Label Studio to a kept frame, with what `lsal init` prints, as printed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mirakuru import HTTPExecutor

from plugin.demo.installation import Installation
from plugin.demo.processes import free_port
from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import render

ROOT = Path(__file__).resolve().parents[2]
LSAL = (sys.executable, "-m", "plugin.cli")


@pytest.fixture
def existing(installation: Installation) -> Iterator[int]:
    """A project that people label in already."""
    label_studio = installation.application.label_studio
    config = render(TaskType.OBJECT_DETECTION, ["bolt", "dent"], (), {"bolt": "#fc6000"})
    number = label_studio.create_project("Bolts & dents", "Of press 4.", config)
    yield number
    label_studio.delete_project(number)


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_from_a_project_to_a_kept_frame(
    installation: Installation, existing: int, tmp_path: Path, redis_url: str
) -> None:
    config = installation.application.config
    port = free_port(0)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LSAL_PORT": str(port)}

    def run(*command: str) -> str:
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    options = (
        "init", "--yes", "--from-project", str(existing), "--deployment", "press-4",
        "--label-studio", config.label_studio_url, "--redis", redis_url.replace("/0", "/5"),
        "--token", config.label_studio_api_key.get_secret_value(),
    )  # fmt: skip
    said = run(*LSAL, *options)
    assert "bolts-dents: made, for object-detection of bolt, dent" in said
    [post] = re.findall(r"^  curl (?:.*\\\n)*.*$", said, re.MULTILINE)
    url = f"http://127.0.0.1:{port}/readyz"
    serving = {**environment, "LSAL_LOG_LEVEL": "WARNING"}
    server = HTTPExecutor([*LSAL, "serve"], url, cwd=tmp_path, envvars=serving, timeout=60)
    with server:
        assert json.loads(run("/bin/sh", "-c", post))["outcome"] == "disabled"
        run(*LSAL, "project", "enable", "bolts-dents")
        answer = json.loads(run("/bin/sh", "-c", post))
        while answer["outcome"] == "disabled":  # the server looks at its settings once a second
            answer = json.loads(run("/bin/sh", "-c", post))
        assert (answer["outcome"], answer["rule"]) == ("kept", "unsure")
    again = run(*LSAL, *options)
    assert "bolts-dents: is there already" in again
    assert "press-4: is registered already" in again
