"""`lsal retrain`: status, now, replay, secret."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from plugin.bootstrap import Application
from plugin.cli import main
from tests.server.receiver import Reply
from tests.server.training import Training, allow_loopback, training_of


@pytest.fixture
def training(reachable: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Training]:
    """A project on the command line of somebody whose environment allows a host on loopback."""
    allow_loopback(monkeypatch)
    with training_of(reachable) as training:
        yield training


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["retrain", *arguments])


def ask_for(training: Training, **retrain: Any) -> None:
    training.ask_for(webhook=training.receiver.loopback_url, **retrain)


def test_now_makes_a_version_and_says_who_was_told(training: Training) -> None:
    ask_for(training)
    training.review()
    result = run("now", "parts")
    assert result.exit_code == 0, result.output
    assert "Asked for by lsal" in result.output
    assert "webhook: delivered" in result.output
    assert [each.data["images"] for each in training.receiver.received] == [1]
    again = run("now", "parts")
    assert "`lsal retrain replay parts 1` announces it again" in again.output
    assert len(training.receiver.received) == 1
    actions = [(each.by, each.action) for each in training.parts.audit.newest(9, "parts")]
    assert actions == [("lsal", "retrain.asked")] * 2


def test_now_fails_where_nobody_was_told(training: Training) -> None:
    ask_for(training)
    training.review()
    training.receiver.replies = [Reply(503)]
    result = run("now", "parts")
    assert result.exit_code == 1
    assert "webhook: waiting: answered 503 (1 of 10 tries, next " in result.output
    status = run("status", "parts")
    assert status.exit_code == 0
    assert "webhook: waiting: answered 503" in status.output


def test_status_says_what_is_due_and_what_has_to_be_set_up(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LSAL_RETRAIN_HOSTS")
    ask_for(training, after_images=2, command=True)
    assert run("status", "parts").output.splitlines()[0] == "due: nothing"
    training.review("a" * 32, "b" * 32)
    output = run("status", "parts").output
    assert output.splitlines()[0] == "due: 2 new images"
    assert "webhook: nothing is sent: the webhook's address: expected a host that" in output
    assert "command: nothing is sent: the worker has no LSAL_RETRAIN_COMMAND" in output


def test_replay_has_the_newest_version_announced_again(training: Training) -> None:
    ask_for(training)
    assert "no announcement of project 'parts'" in run("replay", "parts").output
    training.review()
    run("now", "parts")
    assert run("replay", "parts").output == "version 1 is announced again\n"
    assert training.outcomes(1) == ["waiting"]
    assert "no announcement of version '7'" in run("replay", "parts", "7").output


def test_a_secret_alone_is_printed(training: Training) -> None:
    result = run("secret", "parts")
    assert result.stdout.strip() == training.parts.retrain_secrets.of("parts")[0]
    assert result.stdout.startswith("whsec_")
    assert "and the one before it" in result.stderr


@pytest.mark.parametrize("command", ["status", "now", "replay", "secret"])
def test_a_project_that_is_not_there_is_named(training: Training, command: str) -> None:
    result = run(command, "elsewhere")
    assert result.exit_code == 1
    assert "elsewhere" in result.output


def test_a_version_of_nothing_is_refused(training: Training) -> None:
    result = run("now", "parts")
    assert result.exit_code == 1
    assert "at least one finished review" in result.output
