"""The command `lsal`."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from plugin.bootstrap import Application, application, begin
from plugin.commands.backup import backup, restore
from plugin.commands.dataset import dataset
from plugin.commands.deployment import deployment
from plugin.commands.doctor import doctor
from plugin.commands.frames import frames
from plugin.commands.import_roboflow import import_roboflow
from plugin.commands.init import init
from plugin.commands.project import project
from plugin.commands.rebuild import rebuild
from plugin.commands.replay import replay
from plugin.commands.retrain import retrain
from plugin.commands.review import assign, collect, export, reassign, take_back
from plugin.commands.sessions import sessions
from plugin.config import read_config
from plugin.domain.errors import ActiveLearningError, InvalidInputError
from plugin.experiment.command import experiment

MAX_HEAD = 1 << 17
"""Bytes of a request's head: its address and headers."""

STOP_TIMEOUT = 25
"""Seconds that requests under way have left when the server is told to stop; who is cut off had no
answer, and posts again. Below the grace that docker-compose.yml gives."""


class _Commands(click.Group):
    """Shows our errors as a sentence, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InvalidInputError as error:
            raise click.ClickException("\n       ".join(map(str, error.errors))) from error
        except ActiveLearningError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
@click.version_option(package_name="label-studio-active-learning")
def main() -> None:
    """Active learning for Label Studio."""


@main.command()
def serve() -> None:
    """Serve the webhook and the pages (LSAL_HOST, LSAL_PORT, LSAL_WORKERS)."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings

    from plugin.logs import configure, dict_config

    config = read_config()
    configure(config.log_level, config.log_format)
    begin(config)  # an address of no Store is said once, not by each process
    Granian(
        "webhook_server.front:create_front",
        factory=True,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD, header_read_timeout=10_000),
        loop=Loops.uvloop if find_spec("uvloop") else Loops.asyncio,
        address=config.host,
        port=config.port,
        workers=config.workers,
        websockets=False,
        workers_kill_timeout=STOP_TIMEOUT,
        log_dictconfig=dict_config(config.log_level, config.log_format),
    ).serve()


@main.command()
def worker() -> None:
    """Run the jobs: imports into Label Studio, collecting, sweeping."""
    # Imported here, once, so that the process forked for each job need not: seconds and 100 MB.
    import plugin.jobs
    import plugin.labelstudio.gateway  # noqa: F401
    from plugin.queues import run_worker

    run_worker(_begun().worker_redis)


@main.command()
def scheduler() -> None:
    """Ask for the periodic work."""
    from plugin.queues import Scheduler

    Scheduler(_begun().worker_redis).run()


def _begun() -> Application:
    """The parts of a process that works on the Store; its children use that, it does not."""
    app = application(checked=False)
    begin(app.config)
    return app


@main.command()
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=Path(".demo"),
    help="Where everything the demo keeps lies; a later run goes on from there.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="End after one round, the last line a JSON object.")
def demo(data: Path, once: bool) -> None:
    """Play the whole loop on this machine, with real parts."""
    from plugin.demo.story import play

    sys.exit(play(data, once=once))


project.add_command(import_roboflow)
for command in (
    project, deployment, doctor, frames, replay, rebuild, assign, reassign, take_back, collect,
    export, sessions, dataset, retrain, experiment, backup, restore, init,
):  # fmt: skip
    main.add_command(command)


if __name__ == "__main__":
    main()
