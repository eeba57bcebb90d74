"""The demo's installation: which servers are ours, which the team's own, all of them running."""

import os
from dataclasses import dataclass

import click

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import DemoError, Processes, free_port
from plugin.demo.state import State, save


@dataclass(frozen=True)
class Installation:
    """Everything running. `own_label_studio` is False when the team brought theirs."""

    application: Application
    processes: Processes
    state: State
    webhook_url: str
    own_label_studio: bool


def set_up(processes: Processes, state: State) -> Installation:
    """Start what is not given by the environment, each when the one before is ready.

    Raises:
        DemoError: something did not start, or what is given is incomplete.
    """
    _choose_ports(state)
    save(processes.data, state)
    redis_url = os.environ.get("REDIS_URL") or _start_redis(processes, state)
    url, key = os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    if url and not key:
        raise DemoError("LABEL_STUDIO_URL is set, so LABEL_STUDIO_API_KEY is needed too")
    label_studio_url = url or _start_label_studio(processes, state)
    port = state.ports["webhook"]
    environment = {
        "STORE_URL": str(processes.data / "store"),
        "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": label_studio_url,
        "LABEL_STUDIO_API_KEY": key or state.token,
        "LSAL_HOST": "127.0.0.1",
        "LSAL_PORT": str(port),
        # Whatever a `.env` beside us says of a real installation is not meant for the demo.
        "LABEL_STUDIO_PUBLIC_URL": "",
        "LSAL_PUBLIC_URL": "",
        "LSAL_MANAGERS": programs.ADMIN if url is None else "",
        "LSAL_MEDIA": "upload",
    }
    click.echo("› starting the webhook server, a worker and the scheduler")
    processes.start(programs.webhook(environment, port))
    processes.start(programs.worker(environment))
    processes.start(programs.scheduler(environment))
    application = Application(Config.model_validate(environment))
    return Installation(application, processes, state, f"http://127.0.0.1:{port}", url is None)


def _choose_ports(state: State) -> None:
    """Keep the ports of the last run where they are free, so that bookmarks go on working."""
    state.ports = {name: free_port(port) for name, port in state.ports.items()}


def _start_redis(processes: Processes, state: State) -> str:
    click.echo("› starting Redis")
    processes.start(programs.redis(processes.data, state.ports["redis"]))
    return f"redis://127.0.0.1:{state.ports['redis']}/0"


def _start_label_studio(processes: Processes, state: State) -> str:
    click.echo("› starting Label Studio (the first start takes some 20 seconds)")
    port = state.ports["label_studio"]
    processes.start(programs.label_studio(processes.data, port, state.password, state.token))
    return f"http://127.0.0.1:{port}"
