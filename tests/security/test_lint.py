"""Where a security rule of ruff is switched off, its reason stands on the line."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("plugin", "webhook_server", "scripts", "benchmarks", "tests")
IGNORE = re.compile(r"# (?:ruff: )?noqa(?P<codes>:[ A-Z0-9,]*)?(?P<rest>.*)")
REASON = re.compile(r"\W*\w+.*")


def without_reason(text: str) -> list[str]:
    """Lines that switch off a security rule, or all rules, and do not say why."""
    found = []
    for line in text.splitlines():
        for match in IGNORE.finditer(line):
            codes = match["codes"] or ""
            if re.search(r"\bS[0-9]{3}\b", codes) and not REASON.fullmatch(match["rest"]):
                found.append(line.strip())
            if not codes.strip(": "):
                found.append(line.strip())
    return found


def test_every_one_has_its_reason() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in files
        if path != Path(__file__).resolve() and (lines := without_reason(path.read_text()))
    }
    assert found == {}


def test_the_rules_are_on_and_off_for_tests_and_benchmarks_alone() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not [code for code in lint["ignore"] if re.fullmatch(r"S[0-9]*", code)]
    off = {
        pattern
        for pattern, codes in lint["per-file-ignores"].items()
        if any(re.fullmatch(r"S[0-9]*", code) for code in codes)
    }
    assert off == {"tests/**", "benchmarks/**"}


def test_what_is_off_in_a_folder_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    off = [line for line in lines if re.match(r'"[^"]+" = \[.*"S[0-9]+"', line)]
    assert len(off) == 2
    assert [line for line in off if not re.search(r"\]\s+# \w", line)] == []


def test_this_test_can_fail() -> None:
    assert without_reason("x = 1  # noqa: S105") == ["x = 1  # noqa: S105"]
    assert without_reason("x = 1  # noqa") == ["x = 1  # noqa"]
    assert without_reason("x = 1  # noqa: S105  its name") == []
