"""`lsal retrain`: when versions are made and announced, and announcing one again.

A secret alone goes to stdout, so that a script can take it; what is said about it goes to stderr.
"""

import sys
from contextlib import closing

import click

from plugin.bootstrap import Application, application
from plugin.clock import utc_now
from plugin.commands.arguments import PROJECT
from plugin.domain.announcing import MAX_TRIES, Announcement, Delivery
from plugin.domain.errors import NotFoundError

BY = "lsal"
SHOWN = 10
"""Announcements that `status` prints."""


@click.group()
def retrain() -> None:
    """When a training set is made anew, and who is told of it."""


@retrain.command("status")
@PROJECT
def retrain_status(project_name: str) -> None:
    """Print what is due, and the newest versions with whoever was told."""
    with closing(application()) as app:
        settings = app.history.newest(project_name).settings.retrain
        click.echo(f"due: {app.retrainer.maker.reason(project_name) or 'nothing'}")
        if begun := app.announcements.begun(project_name):
            click.echo(
                f"begun {begun.at:%Y-%m-%d %H:%M} UTC: {begun.reason} {begun.error}".rstrip()
            )
        for channel in ("webhook", "command"):
            trouble = app.announcer.trouble(project_name, channel)
            if getattr(settings, channel) and trouble:
                click.echo(f"{channel}: nothing is sent: {trouble}")
        for announcement in app.announcements.newest(project_name, SHOWN):
            _show(announcement)


@retrain.command("now")
@PROJECT
def retrain_now(project_name: str) -> None:
    """Make the next version now, and announce it; one that was announced is not again."""
    with closing(application()) as app:
        made = app.retrainer.make_now(project_name, BY)
        app.audit.add(BY, "retrain.asked", project_name)
        if made is None:
            version = _newest_version(app, project_name)
            click.echo(
                f"version {version} is the newest, and was announced before;"
                f" `lsal retrain replay {project_name} {version}` announces it again"
            )
            return
    _show(made)
    if any(each.outcome != "delivered" for each in made.deliveries):
        sys.exit(1)  # a script is to notice; it is tried again


@retrain.command("replay")
@PROJECT
@click.argument("version", type=click.IntRange(min=1), required=False)
def retrain_replay(project_name: str, version: int | None) -> None:
    """Have a version (the newest, unless said) announced again; a worker does it."""
    with closing(application()) as app:
        app.history.newest(project_name)
        wanted = version or _newest_version(app, project_name)
        if not wanted:
            raise NotFoundError("announcement of project", project_name)
        app.retrainer.replay(project_name, wanted)
        app.audit.add(BY, "retrain.replayed", project_name, f"version {wanted}")
    click.echo(f"version {wanted} is announced again")


@retrain.command("secret")
@PROJECT
def retrain_secret(project_name: str) -> None:
    """Print a secret that announcements are signed with, shown only this once."""
    with closing(application()) as app:
        app.history.newest(project_name)
        click.echo(app.retrain_secrets.renew(project_name, utc_now()))
        app.audit.add(BY, "retrain.secret_made", project_name)
        live = len(app.retrain_secrets.of(project_name))
    beside = " and the one before it" if live > 1 else ""
    click.echo(f"{project_name}: announcements are signed with this secret{beside}", err=True)


def _newest_version(app: Application, project: str) -> int:
    newest = app.announcements.newest(project, 1)
    return newest[0].version if newest else 0


def _show(announcement: Announcement) -> None:
    at = f"{announcement.at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"version {announcement.version}  {at}  {announcement.reason}")
    for each in announcement.deliveries:
        click.echo(f"  {each.channel}: {_state(each)}")
    if seen := announcement.seen:
        click.echo(f"  new model: {seen.version}, posted by {seen.deployment}")


def _state(delivery: Delivery) -> str:
    last = delivery.attempts[-1] if delivery.attempts else None
    error = f": {last.error}" if last and last.error else ""
    again = f", next {delivery.next_at:%Y-%m-%d %H:%M} UTC" if delivery.next_at and error else ""
    tries = f" ({delivery.tries} of {MAX_TRIES} tries{again})" if error else ""
    return f"{delivery.outcome}{error}{tries}"
