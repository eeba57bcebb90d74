"""docs/quick-start.md, followed to the letter: from an empty folder to a training set."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.demo.processes import free_port
from tests.docs.blocks import DOCS, ROOT, blocks_of, files_of
from tests.integration.reviewing import Colleague
from tests.samples import jpeg
from tests.waiting import wait_for

PAGE = DOCS / "quick-start.md"
SCRIPTS = [each.text for each in blocks_of(PAGE) if each.language == "sh" and not each.is_unchecked]
PATIENCE = 60  # seconds
END = "the block has ended"
GRACE = 20  # seconds


class Shell:
    """One bash, in which one script after another runs, as in a terminal."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._log = folder / "stderr.txt"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                ["/bin/bash", "-e"], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip

    def run(self, script: str) -> str:
        """What a script writes; it fails where one of its commands does."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{script}\necho; echo {END}\n")
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            if line == f"{END}\n":
                return "".join(lines)
            lines.append(line)
        pytest.fail(f"{script}\n{''.join(lines)}{self._log.read_text()[-4000:]}")


@contextmanager
def shell(folder: Path, environment: dict[str, str]) -> Iterator[Shell]:
    """A shell that takes everything with it that it started."""
    made = Shell(folder, environment)
    try:
        yield made
    finally:
        os.killpg(made.process.pid, signal.SIGTERM)
        try:
            made.process.communicate(timeout=GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(made.process.pid, signal.SIGKILL)
            made.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout that was installed, as far as the page calls it, and a photo.

    `make install` made the environment that runs this test; the Redis server is Valkey.
    """
    for name, command in {
        "lsal": f'exec {sys.executable} -m plugin.cli "$@"',
        "make": '[ "$*" = install ]',
        "redis-server": f'exec {programs._redis_server()} --port "$REDIS_PORT" --save "" "$@"',
        "curl": f'exec {shutil.which("curl")} -sS --fail-with-body "$@"',
    }.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/bash\n{command}\n")
        program.chmod(0o755)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/activate").touch()
    (tmp_path / "frame.jpg").write_bytes(jpeg(1280, 720))
    for name, text in files_of(PAGE).items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def ports() -> dict[str, int]:
    """Of the Redis and the webhook; the usual ones may be taken on this machine."""
    return {"REDIS_PORT": free_port(0), "LSAL_PORT": free_port(0)}


@pytest.fixture
def script(
    installation: Installation, ann: Colleague, ports: dict[str, int]
) -> Callable[[str], str]:
    """A script of the page, with what is made up in it put right."""
    running = installation.application.config
    right = {
        "https://labels.example.com": running.label_studio_url,
        "your-token": running.label_studio_api_key.get_secret_value(),
        "127.0.0.1:6379": f"127.0.0.1:{ports['REDIS_PORT']}",
        "127.0.0.1:8090": f"127.0.0.1:{ports['LSAL_PORT']}",
        "ann@example.com": ann.email,
    }

    def corrected(text: str) -> str:
        for made_up, said in right.items():
            text = text.replace(made_up, said)
        return text

    return corrected


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_quick_start_works(
    installation: Installation,
    ann: Colleague,
    folder: Path,
    ports: dict[str, int],
    script: Callable[[str], str],
) -> None:
    install, redis, write, apply, start, post, enable, assign, export = map(script, SCRIPTS)
    known = {name: str(port) for name, port in ports.items()} | {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    with shell(folder, known) as terminal:
        for each in (install, redis, write, apply, start):
            terminal.run(each)
        url = f"http://127.0.0.1:{ports['LSAL_PORT']}"
        wait_for(lambda: _is_ready(url), "the server", PATIENCE)
        assert '"outcome":"disabled"' in terminal.run(post)
        assert '"outcome":"kept"' in terminal.run(enable)
        with _parts(folder) as app:
            wait_for(lambda: tasks_of(app), "the task", PATIENCE)
            try:
                assert "/data?tab=" in terminal.run(assign)
                for task in tasks_of(app):
                    ann.finish(task)
                terminal.run(export)
            finally:
                for batch in app.batches.of_project("parts"):
                    app.label_studio.delete_project(batch.label_studio_id)
    names = ZipFile(folder / "parts-1.zip").namelist()
    assert [name for name in names if name.endswith(".jpg")]
    assert [name for name in names if name.startswith("annotations/")]


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


@contextmanager
def _parts(folder: Path) -> Iterator[Application]:
    """Parts on what the page set up."""
    said = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())
    parts = Application(Config.model_validate(said | {"STORE_URL": str(folder / "data/store")}))
    yield parts
    parts.close()


def tasks_of(app: Application) -> list[int]:
    """The tasks of its batches in Label Studio."""
    found: list[int] = []
    for batch in app.batches.of_project("parts"):
        found += [task.id for task in app.label_studio.changed_tasks(batch.label_studio_id, None)]
    return found
