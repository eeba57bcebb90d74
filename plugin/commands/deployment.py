"""`lsal deployment`: what posts predictions, its keys and signing secrets.

Secrets alone go to stdout, so that a script can take them; what is said about them goes to stderr.
"""

import click

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.commands.arguments import PROJECT
from plugin.domain.deployment import Deployment

NAME = click.argument("name")
DROP_OLDEST = click.option("--drop-oldest", is_flag=True, help="End the older of two at once.")


@click.group()
def deployment() -> None:
    """What posts predictions, and its keys."""


@deployment.command("create")
@PROJECT
@NAME
@click.option("--model", default="", help="The model that it runs.")
@click.option("--version", default="", help="The version of that model.")
def deployment_create(project_name: str, name: str, model: str, version: str) -> None:
    """Register a deployment and print its key, which is shown only this once."""
    app = application()
    app.history.newest(project_name)
    _, key = app.deployments.register(project_name, name, utc_now(), model, version)
    click.echo(key)


@deployment.command("list")
@PROJECT
def deployment_list(project_name: str) -> None:
    """Print the deployments of a project, with the ids of their live keys."""
    app = application()
    app.history.newest(project_name)
    for each in app.deployments.of_project(project_name):
        click.echo("  ".join(filter(None, _facts(app, each))))


@deployment.command("rotate")
@PROJECT
@NAME
@DROP_OLDEST
def deployment_rotate(project_name: str, name: str, drop_oldest: bool) -> None:
    """Print another key, shown only this once; the one before it stays live until it is revoked."""
    app = application()
    found = app.deployments.find(project_name, name)
    after, key = app.deployments.rotate(found, utc_now(), drop_oldest=drop_oldest)
    click.echo(key)
    _say_live(after)


@deployment.command("revoke")
@PROJECT
@NAME
@click.option("--key", "key_id", default="", help="This key alone, by its id as `list` shows it.")
def deployment_revoke(project_name: str, name: str, key_id: str) -> None:
    """Let the keys of a deployment open nothing any more, within a second."""
    app = application()
    _say_live(app.deployments.revoke(app.deployments.find(project_name, name), key_id))


@deployment.command("sign")
@PROJECT
@NAME
@DROP_OLDEST
@click.option("--off", is_flag=True, help="Accept posts without a signature again.")
def deployment_sign(project_name: str, name: str, drop_oldest: bool, off: bool) -> None:
    """Print a secret to sign posts with, shown only this once; unsigned posts are refused then."""
    app = application()
    found = app.deployments.find(project_name, name)
    if off:
        app.deployments.stop_signing(found)
        click.echo(f"{found.name}: posts need no signature", err=True)
        return
    after, secret = app.deployments.sign(found, drop_oldest=drop_oldest)
    click.echo(secret)
    accepted = "this secret" if len(after.signing_secrets) == 1 else "this secret or the one before"
    click.echo(f"{after.name}: posts must be signed with {accepted}", err=True)


def _facts(app: Application, deployment: Deployment) -> tuple[str, ...]:
    first_seen = app.deployments.first_seen(deployment)
    return (
        deployment.name,
        f"id {deployment.id}",
        " ".join(filter(None, (deployment.model, deployment.version))),
        f"seen since {first_seen:%Y-%m-%d %H:%M:%S %Z}" if first_seen else "never seen",
        _live(deployment),
        "signs" if deployment.signs else "",
    )


def _say_live(deployment: Deployment) -> None:
    click.echo(f"{deployment.name}: {_live(deployment)}", err=True)


def _live(deployment: Deployment) -> str:
    if deployment.revoked:
        return "revoked"
    live = ", ".join(f"{key.id} ({key.created_at:%Y-%m-%d})" for key in deployment.keys)
    return f"live keys {live}" if len(deployment.keys) > 1 else f"live key {live}"
