"""`lsal doctor`: proves that the parts work together, and says what to change where they do not."""

import json
import sys

import click
import msgspec

from plugin.bootstrap import application
from plugin.bootstrap.oversight import doctor_of
from plugin.clock import utc_now
from plugin.domain.diagnosis import Diagnosis, Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def doctor(as_json: bool) -> None:
    """Check that an image loads in Label Studio, with the configured token and media.

    Makes a Label Studio project for the trial and removes it again. Exit status 1 when something
    needs to be changed.
    """
    app = application(checked=False)  # what is wrong with the Store is a finding
    findings = []
    try:
        for each in doctor_of(app).findings():
            findings.append(each)
            if not as_json:
                click.echo(_line(each))
        app.diagnoses.save(Diagnosis(utc_now(), tuple(findings)))
    except OSError as error:
        raise click.ClickException(f"Store: {error}") from error
    finally:
        app.close()
    healthy = all(each.ok for each in findings)
    if as_json:
        shown = {"ok": healthy, "findings": [_shown(each) for each in findings]}
        click.echo(json.dumps(shown, ensure_ascii=False))
    sys.exit(0 if healthy else 1)


def _shown(finding: Finding) -> dict[str, object]:
    return msgspec.structs.asdict(finding) | {"ok": finding.ok}


def _line(finding: Finding) -> str:
    if finding.ok:
        return f"ok    {finding.check}: {finding.said}"
    said = finding.said.rstrip(".")
    return f"FAIL  {finding.check}: {said}. To change: {finding.fix}"
