"""`lsal sessions`: who is signed in to the pages."""

from contextlib import closing

import click

from plugin.bootstrap import application


@click.group()
def sessions() -> None:
    """Who is signed in to the pages."""


@sessions.command("revoke")
@click.argument("email")
def sessions_revoke(email: str) -> None:
    """Sign a person out everywhere, at once."""
    with closing(application()) as app:
        ended = app.sessions.end_all(email)
        app.audit.add("lsal", "sessions.revoked", subject=email)
    click.echo(f"{email}: {ended} session{'' if ended == 1 else 's'} ended")
