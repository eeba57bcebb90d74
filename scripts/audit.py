"""Asks whether what is pinned has known holes: `python -m scripts.audit requirements/runtime.txt`.

Fails with the list where something has, unless `requirements/audit-ignores.txt` says why that one
does not matter here. Where the advisories cannot be asked, it says so in one line and goes on:
somebody without a network runs the tests, too.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
IGNORES = ROOT / "requirements" / "audit-ignores.txt"
SECONDS = 60


@dataclass
class Audit:
    """What became of one file: what has holes, what was ignored, how many could be asked about."""

    holes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    audited: int = 0
    skipped: int = 0


def read_ignores(lines: Iterable[str]) -> dict[str, str]:
    """Ids of advisories with the reason for each: `GHSA-… why it does not matter here`.

    Raises:
        ValueError: one has no reason.
    """
    found = {}
    for line in lines:
        if (text := line.strip()) and not text.startswith("#"):
            name, _, reason = text.partition(" ")
            if not reason.strip():
                raise ValueError(f"{name}: an advisory is ignored for a reason: write it behind it")
            found[name] = reason.strip()
    return found


def judge(report: Mapping[str, Any], ignores: Mapping[str, str]) -> Audit:
    """What pip-audit's JSON says; https://github.com/pypa/pip-audit#usage."""
    audit = Audit()
    for package in report["dependencies"]:
        if "skip_reason" in package:
            audit.skipped += 1
            continue
        audit.audited += 1
        for hole in package["vulns"]:
            names = {hole["id"], *hole.get("aliases", ())}
            fixed = ", ".join(hole["fix_versions"]) or "nothing yet"
            said = f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}"
            ignored = next((ignores[name] for name in names if name in ignores), None)
            if ignored is None:
                audit.holes.append(said)
            else:
                audit.ignored.append(f"{said}: {ignored}")
    return audit


def ask(file: Path) -> Mapping[str, Any] | None:
    """pip-audit's report on a file; None where it gives none."""
    cache = Path(os.environ.get("LSAL_CACHE_DIR") or ROOT / ".cache") / "pip-audit"
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(file), "--disable-pip", "--no-deps",
        "--format", "json", "--progress-spinner", "off", "--cache-dir", str(cache),
    ]  # fmt: skip
    cache.mkdir(parents=True, exist_ok=True)
    try:
        ran = subprocess.run(  # noqa: S603  a fixed program, of files that the Makefile names
            command, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        report: Mapping[str, Any] = json.loads(ran.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return report


def say(name: str, audit: Audit) -> str:
    """The line for a file."""
    if not audit.audited:
        return f"{name}: NOTHING WAS AUDITED, the advisories could not be asked"
    skipped = f", {audit.skipped} could not be audited" if audit.skipped else ""
    ignored = f", {len(audit.ignored)} ignored for a reason" if audit.ignored else ""
    return f"{name}: {audit.audited} audited, {len(audit.holes)} with holes{ignored}{skipped}"


def main(files: Sequence[str]) -> int:
    """Audit files; 1 where there is a hole."""
    ignores = read_ignores(IGNORES.read_text().splitlines())
    with ThreadPoolExecutor() as threads:
        reports = list(threads.map(ask, [ROOT / name for name in files]))
    audits = [judge(report, ignores) if report else Audit() for report in reports]
    for name, audit in zip(files, audits, strict=True):
        click.echo("\n  ".join([say(name, audit), *audit.holes]))
    return 1 if any(audit.holes for audit in audits) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
