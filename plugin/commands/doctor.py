"""`lsal doctor`: proves that the parts work together, and says what to change where they do not."""

import json
import sys
from collections.abc import Iterable

import click

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.domain.diagnosis import Diagnosis, Finding, Level
from plugin.readiness import in_words

_MARKS: dict[Level, str] = {"ok": "ok   ", "warning": "warn ", "failure": "FAIL "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@click.option("--strict", is_flag=True, help="Exit status 1 for warnings, too.")
def doctor(as_json: bool, strict: bool) -> None:
    """Check the whole installation: the environment, Store, Redis, workers, Label Studio.

    Makes a Label Studio project, in which an image must load, and removes it again. Exit status 1
    when something must be changed; warnings (what works, and could be better) are 0, and 1 with
    --strict. docs/doctor.md says what each finding means.
    """
    from plugin.bootstrap.diagnosing import doctor_of

    app = application(checked=False)  # what is wrong with the Store is a finding
    try:
        findings = tuple(_said(doctor_of(app).findings(), quiet=as_json))
        found = Diagnosis(utc_now(), findings)
        _keep(app, found)
    finally:
        app.close()
    if as_json:
        shown = {"ok": found.ok, "level": found.level, "findings": list(map(_shown, findings))}
        click.echo(json.dumps(shown, ensure_ascii=False))
    bad = {"failure", "warning"} if strict else {"failure"}
    sys.exit(1 if found.level in bad else 0)


def _said(findings: Iterable[Finding], *, quiet: bool) -> Iterable[Finding]:
    for each in findings:
        if not quiet:
            click.echo(line_of(each))
        yield each


def _keep(app: Application, found: Diagnosis) -> None:
    try:
        app.diagnoses.save(found)
    except OSError as error:
        click.echo(f"The page System does not show this: Store: {in_words(error)}", err=True)


def _shown(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check, "said": finding.said, "fix": finding.fix, "ok": finding.ok,
        "level": finding.level,
    }  # fmt: skip


def line_of(finding: Finding) -> str:
    """A finding in one line, with its cure."""
    said = f"{_MARKS[finding.level]} {finding.check}: {finding.said.rstrip('.')}"
    return said if finding.ok else f"{said}. To change: {finding.fix}"
