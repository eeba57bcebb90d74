"""`lsal rebuild`: Redis anew, from the Store and from Label Studio."""

from contextlib import closing

import click
import msgspec

from plugin.bootstrap import application
from plugin.services.operations.rebuilding import Rebuilt


@click.command()
@click.argument("project_name", metavar="[PROJECT]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def rebuild(project_name: str | None, as_json: bool) -> None:
    """Make anew what Redis holds of a project (of all, without a name).

    Counters, remembered events, looks and the list of batches come back from the Store, whatever
    waits is asked for again, and tasks that only Label Studio knows get their record. Of a frame
    that is two tasks, one goes that nobody worked on. It may be run at any time, and twice.
    """
    with closing(application()) as app:
        for project in [project_name] if project_name else app.history.projects():
            rebuilt = app.rebuilder.run(project)
            click.echo(msgspec.json.encode(rebuilt).decode() if as_json else _in_words(rebuilt))


def _in_words(rebuilt: Rebuilt) -> str:
    adopted = rebuilt.adopted
    return (
        f"{rebuilt.project}: {rebuilt.events} events remembered, {rebuilt.today} of them today, "
        f"{rebuilt.looks} looks; asked for: {', '.join(rebuilt.requested) or 'nothing'}; "
        f"from Label Studio: {adopted.batches} batches, {adopted.imported} frames that waited, "
        f"{adopted.recovered} frames that were lost, {adopted.doubled} doubled tasks removed; "
        f"{rebuilt.batches} batches listed"
    )
