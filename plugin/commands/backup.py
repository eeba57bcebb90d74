"""`lsal backup` and `lsal restore`: the Store, copied while it is worked on, and put back."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from plugin.backup.contents import BackupError, Head
from plugin.backup.copying import Backup
from plugin.backup.naming import open_place
from plugin.backup.order import SECRET
from plugin.backup.putting_back import Restore, check
from plugin.bootstrap import application
from plugin.clock import utc_now
from plugin.domain.errors import StoreError

PLACE = click.argument("place", metavar="FILE.tar|FOLDER|BUCKET")


@click.command()
@PLACE
@click.option(
    "--without-secrets", is_flag=True,
    help="Leave out deployments, contacts and signing secrets.",
)  # fmt: skip
@click.option("--verify", is_flag=True, help="Read it back afterwards, and compare every sum.")
def backup(place: str, without_secrets: bool, verify: bool) -> None:
    """Copy the Store, while everything runs.

    Into one new file, or into a folder or a bucket (s3://bucket/prefix) where a further backup
    copies only what has changed. Nobody but you may read files and folders of it.
    """
    app = application()
    there = open_place(place, app.store)
    with _disk_faults():
        head = Backup(app.store, there, utc_now, SECRET if without_secrets else ()).run()
        click.echo(f"backup {head.name}: {_amount(head)}, {head.copied} of them copied now")
        click.echo(_secrets(head))
        if verify:
            check(there)
            click.echo("read back: every sum is right")


@click.command()
@PLACE
@click.option("--backup", "name", default="", help="This one instead of the newest.")
@click.option("--check", "only_check", is_flag=True, help="Prove the backup, restore nothing.")
def restore(place: str, name: str, only_check: bool) -> None:
    """Put a backup back into an empty Store, with every process stopped.

    Every sum is compared before it says so; until then no process starts on the Store. One that
    was interrupted goes on when it is run again.
    """
    app = application(checked=False)
    there = open_place(place, app.store)
    with _disk_faults():
        head = check(there, name) if only_check else Restore(app.store, there, place).run(name)
    done = "is whole" if only_check else "is restored"
    click.echo(f"backup {head.name} {done}: {_amount(head)}")
    click.echo(_secrets(head))
    if not only_check:
        click.echo("Next, before a worker starts: lsal rebuild")


@contextmanager
def _disk_faults() -> Iterator[None]:
    """Say what a disk refuses as our errors are said; a cloud's are among those."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise BackupError(f"{where}{error.strerror or error}") from error


def _amount(head: Head) -> str:
    return f"{head.objects} objects, {head.bytes / 1e6:.1f} MB"


def _secrets(head: Head) -> str:
    if head.left_out:
        left = ", ".join(f"{each}/" for each in head.left_out)
        return f"Without secrets: {left} left out; deployments are to be made anew, with new keys."
    return "With secrets: keep it as safe as the Store."
