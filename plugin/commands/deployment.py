"""`lsal deployment`: what posts predictions, and its keys."""

import click

from plugin.bootstrap import application
from plugin.clock import utc_now


@click.group()
def deployment() -> None:
    """What posts predictions, and its keys."""


@deployment.command("create")
@click.argument("project_name", metavar="PROJECT")
@click.argument("name")
def deployment_create(project_name: str, name: str) -> None:
    """Register a deployment and print its key, which is shown only this once."""
    app = application()
    app.history.newest(project_name)
    _, key = app.deployments.register(project_name, name, utc_now())
    click.echo(key)
