"""`lsal demo`: the whole loop, played once, with real parts; then it stays up to be looked at."""

import signal
import time
from pathlib import Path
from types import FrameType

import click
import msgspec

from plugin.demo import programs, scenes
from plugin.demo.camera_scene import play_camera
from plugin.demo.installation import Installation, set_up
from plugin.demo.processes import Processes
from plugin.demo.state import load, save


def play(data: Path, *, once: bool) -> int:
    """Play the demo on a data folder and return the command's exit status.

    Raises:
        DemoError: it cannot go on.
    """
    # SIGINT too: a shell that starts us in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Processes(data) as processes:
            installation = set_up(processes, load(processes.data))
            result = _loop(installation)
            _tell(installation, result)
            if not once:
                _stay_up(processes)
    except KeyboardInterrupt:
        click.echo("\n› everything is stopped; the next run goes on from here")
        return 0
    click.echo(msgspec.json.encode(result).decode())
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not cut the clean end short.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _loop(installation: Installation) -> scenes.Result:
    scenes.prepare(installation)
    play_camera(installation)
    scenes.await_imports(installation)
    scenes.review(installation, scenes.assign(installation))
    result = scenes.export(installation)
    installation.state.round += 1
    save(installation.processes.data, installation.state)
    return result


def _tell(installation: Installation, result: scenes.Result) -> None:
    state, url = installation.state, installation.application.config.browser_url
    click.echo("\nWhat happened, since this data folder began:")
    for heading, count in scenes.funnel(installation, result):
        click.echo(f"  {heading:<22}{count:>7}")
    click.echo(f"\nTraining set   {result.training_set.path}")
    click.echo(f"Pages          {installation.webhook_url}")
    click.echo("  sign in      with a token of Label Studio:")
    if installation.own_label_studio:
        click.echo(f"  a manager    {state.token}")
    else:
        click.echo("  a manager    LABEL_STUDIO_API_KEY, or your own")
    for email, token in state.reviewer_tokens.items():
        click.echo(f"  {email:<12} {token}")
    click.echo(f"Label Studio   {url}")
    if installation.own_label_studio:
        click.echo(f"  sign in as   {programs.ADMIN}, password {state.password}")
        for email in state.reviewer_tokens:
            click.echo(f"  or as        {email}, the same password")
    click.echo("")


def _stay_up(processes: Processes) -> None:
    click.echo("All of it stays up. Ctrl-C ends it.")
    while True:
        processes.check()
        time.sleep(1)
