"""The wheel, installed into an environment of its own, works far from the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from plugin.demo.processes import free_port
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]

PLACES = """
import json, plugin, webhook_server
from importlib.resources import files
from plugin import resources
from webhook_server.app import create_app
print(json.dumps({
    "label_config": str(resources.label_config_folder()),
    "templates": str(resources.templates_folder()),
    "static": str(files("webhook_server") / "static"),
    "lua": str(files("plugin.stores") / "lua" / "admit.lua"),
    "project": str(files("plugin.demo") / "project.yaml"),
}))
"""


def clean(cwd: Path) -> dict[str, str]:
    """An environment that says nothing of the checkout."""
    return {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program of the installation; what it writes."""
    done = subprocess.run(
        command, cwd=cwd, env=clean(cwd), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as in the Dockerfile."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; the packages it needs are borrowed from ours.

    A path that a .pth file adds is not searched for .pth files itself, so the editable
    installation of the checkout stays out of it.
    """
    folder = tmp_path_factory.mktemp("installation") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    install = ("-m", "uv", "pip", "install", "--quiet", "--offline", "--no-cache", "--no-deps")
    run(sys.executable, *install, "--python", python, wheel, cwd=folder)
    site = Path(
        run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=folder).strip()
    )
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def shipped() -> Iterator[str]:
    """What is to be in the wheel, by its name there."""
    renamed = {"templates": "webhook_server/templates", "label_config": "plugin/label_config"}
    for top in ("plugin", "webhook_server", *renamed):
        for file in (ROOT / top).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{renamed.get(top, top)}/{file.relative_to(ROOT / top).as_posix()}"


def test_every_file_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == set(shipped())
    assert {"plugin/stores/lua/admit.lua", "plugin/demo/project.yaml"} <= names


def test_lsal_runs(installation: Path) -> None:
    assert "Active learning for Label Studio" in run(
        installation / "bin" / "lsal", "--help", cwd=installation
    )


def test_everything_is_found_inside_the_installation(installation: Path) -> None:
    places = json.loads(run(installation / "bin" / "python", "-c", PLACES, cwd=installation))
    for place in map(Path, places.values()):
        assert place.is_relative_to(installation)
        assert place.is_file() or any(place.iterdir()), place


def test_a_server_starts_and_stops(installation: Path, redis_url: str, tmp_path: Path) -> None:
    port = free_port(0)
    settings = {"LSAL_PORT": str(port), "REDIS_URL": redis_url, "STORE_URL": str(tmp_path)}
    lsal = str(installation / "bin" / "lsal")
    with subprocess.Popen([lsal, "serve"], cwd=tmp_path, env=clean(tmp_path) | settings) as server:
        try:
            wait_for(lambda: _status(f"http://127.0.0.1:{port}/readyz") == 200, "lsal serve")
            assert _status(f"http://127.0.0.1:{port}/docs") == 200
            server.terminate()
            assert server.wait(60) == 0
        finally:
            server.kill()
    assert list((tmp_path / "format").iterdir())


def _status(address: str) -> int:
    try:
        return httpx.get(address).status_code
    except httpx.TransportError:
        return 0
