"""`scripts/audit.py`: what pip-audit said decides; where it could say nothing, that is said."""

import json
import subprocess
from typing import Any

import pytest

from scripts import audit

# As pip-audit 2.10 writes it (`--format json`); the packages and advisories are made up.
FOUND: dict[str, Any] = {
    "dependencies": [
        {"name": "fine", "version": "1.0", "vulns": []},
        {
            "name": "leaky", "version": "2.1",
            "vulns": [
                {"id": "PYSEC-2026-1", "fix_versions": ["2.2"], "aliases": ["CVE-2026-0001"],
                 "description": "Everything leaks."},
                {"id": "GHSA-aaaa-bbbb-cccc", "fix_versions": [], "aliases": [],
                 "description": "On one system alone."},
            ],
        },
    ],
    "fixes": [],
}  # fmt: skip
UNREACHABLE = {
    "dependencies": [
        {"name": "fine", "skip_reason": "Dependency not found on PyPI and could not be audited"}
    ],
    "fixes": [],
}
CLEAN = {"dependencies": [{"name": "fine", "version": "1.0", "vulns": []}], "fixes": []}


def audited(
    monkeypatch: pytest.MonkeyPatch, report: object, ignores: str = "", status: int = 0
) -> int:
    """What the step ends with when pip-audit prints this."""
    text = report if isinstance(report, str) else json.dumps(report)

    def answer(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], status, text, "")

    monkeypatch.setattr(subprocess, "run", answer)
    monkeypatch.setattr(audit, "read_ignores", lambda _: READ(ignores.splitlines()))
    return audit.main(["requirements/runtime.txt"])


READ = audit.read_ignores


def test_a_hole_fails_and_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(monkeypatch, FOUND, status=1) == 1
    said = capsys.readouterr().out
    assert "2 audited, 2 with holes" in said
    assert "leaky 2.1: PYSEC-2026-1, fixed in 2.2" in said
    assert "leaky 2.1: GHSA-aaaa-bbbb-cccc, fixed in nothing yet" in said


def test_what_is_ignored_has_a_reason_and_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ignores = "# ours\n\nCVE-2026-0001 we never call it\nGHSA-aaaa-bbbb-cccc not on Linux\n"
    assert audited(monkeypatch, FOUND, ignores, status=1) == 0
    assert "2 audited, 0 with holes, 2 ignored for a reason" in capsys.readouterr().out
    assert audited(monkeypatch, FOUND, ignores.partition("GHSA")[0], status=1) == 1
    with pytest.raises(ValueError, match="CVE-2026-0001: an advisory is ignored for a reason"):
        audited(monkeypatch, CLEAN, "CVE-2026-0001 ")


@pytest.mark.parametrize("report", [UNREACHABLE, "", "{", "no route to host"], ids=str)
def test_that_nothing_was_audited_is_said_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], report: object
) -> None:
    assert audited(monkeypatch, report, status=1) == 0
    assert "NOTHING WAS AUDITED" in capsys.readouterr().out


def test_what_has_no_holes_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(monkeypatch, CLEAN) == 0
    assert capsys.readouterr().out == "requirements/runtime.txt: 1 audited, 0 with holes\n"


def test_the_ignores_that_are_there_can_be_read() -> None:
    assert all(READ(audit.IGNORES.read_text().splitlines()).values())
