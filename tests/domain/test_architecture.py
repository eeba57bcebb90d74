"""What the import rules (`lint-imports`) cannot see."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(
    path for folder in ("plugin", "webhook_server") for path in (ROOT / folder).rglob("*.py")
)
WEBHOOK_NEEDS_NOT = ("label_studio_sdk", "pandas", "cv2", "mirakuru", "ai_edge_litert")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_the_webhook_server_imports_nothing_heavy_and_builds_nothing() -> None:
    """Importing opens no connection and reads no configuration: both would fail here."""
    broken = {"PATH": os.defpath, "REDIS_URL": "nonsense://", "LSAL_PORT": "not a port"}
    check = (
        "import sys, webhook_server.app, plugin.jobs, plugin.cli;"
        f"print([name for name in {WEBHOOK_NEEDS_NOT!r} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", check], env=broken, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
