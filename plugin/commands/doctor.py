"""`lsal doctor`: proves that the parts work together, and says what to change where they do not."""

import json
import sys

import click

from plugin.bootstrap import Application, application
from plugin.services.diagnosing import Doctor, Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def doctor(as_json: bool) -> None:
    """Check that an image loads in Label Studio, with the configured token and media.

    Makes a Label Studio project for the trial and removes it again. Exit status 1 when something
    needs to be changed.
    """
    app = application()
    findings = []
    try:
        for each in _doctor(app).findings():
            findings.append(each)
            if not as_json:
                click.echo(_line(each))
    finally:
        app.close()
    healthy = all(each.ok for each in findings)
    if as_json:
        shown = {"ok": healthy, "findings": [each._asdict() | {"ok": each.ok} for each in findings]}
        click.echo(json.dumps(shown, ensure_ascii=False))
    sys.exit(0 if healthy else 1)


def _doctor(app: Application) -> Doctor:
    return Doctor(
        app.label_studio,
        lambda: app.media,
        app.config.media_kind,
        app.config.label_studio_api_key.get_secret_value(),
        app.config.browser_url,
    )


def _line(finding: Finding) -> str:
    if finding.ok:
        return f"ok    {finding.check}: {finding.said}"
    said = finding.said.rstrip(".")
    return f"FAIL  {finding.check}: {said}. To change: {finding.fix}"
