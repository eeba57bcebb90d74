"""Webhooks that we register in a real Label Studio, and its calls as they come in."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from plugin.bootstrap import Application
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.demo.processes import Processes
from plugin.domain.batching import Batch
from plugin.services.collection.hooks import EVENTS, SECRET_HEADER
from tests.integration.importing import parts_on, remove_batches
from tests.integration.reviewing import Colleague, imported_batch, tasks_of
from tests.samples import settings
from tests.served import served

PROJECT = "hooked"
HERE = "http://127.0.0.1:9"


@pytest.fixture
def open_parts(
    installation: Installation, tmp_path: Path, redis_url: str
) -> Iterator[Callable[[str], Application]]:
    """Parts that say they are at an address."""
    with ExitStack() as opened:

        def at(public_url: str) -> Application:
            context = parts_on(installation, tmp_path, redis_url, LSAL_PUBLIC_URL=public_url)
            return opened.enter_context(context)

        at("").redis.flushdb()
        yield at
        remove_batches(installation, PROJECT)


def urls(parts: Application, batch: Batch) -> list[str]:
    found = parts.label_studio.webhooks(batch.label_studio_id).values()
    return sorted(each.url for each in found)


def test_every_batch_has_one_webhook_that_follows_our_address(
    open_parts: Callable[[str], Application],
) -> None:
    parts = open_parts(HERE)
    batch = imported_batch(parts, PROJECT, 1)
    expected = f"{EVENTS}?project={PROJECT}&batch={batch.name}"
    for _ in range(2):
        parts.reconciler.run()
        assert urls(parts, batch) == [f"{HERE}{expected}"]
    # As if Redis had lost our note of it; somebody else's webhook stays.
    parts.redis.flushdb()
    theirs = "http://127.0.0.1:9/theirs"
    body = {"project": batch.label_studio_id, "url": theirs}
    parts.label_studio._request("POST", "api/webhooks/", json=body)
    parts.reconciler.run()
    assert urls(parts, batch) == sorted([theirs, f"{HERE}{expected}"])
    assert parts.hook_trouble == ""

    moved = open_parts("https://lsal.example.com/")
    moved.reconciler.run()
    assert urls(parts, batch) == sorted([theirs, f"https://lsal.example.com{expected}"])
    (ours,) = (
        each
        for each in parts.label_studio.webhooks(batch.label_studio_id).values()
        if each.url != theirs
    )
    assert ours.headers == {SECRET_HEADER: parts.hook_secrets.of(PROJECT, batch.name)}


def test_one_that_was_switched_off_is_made_again(
    open_parts: Callable[[str], Application],
) -> None:
    parts = open_parts(HERE)
    batch = imported_batch(parts, PROJECT, 1)
    parts.reconciler.run()
    (number,) = parts.label_studio.webhooks(batch.label_studio_id)
    body = {"is_active": False}
    parts.label_studio._request("PATCH", f"api/webhooks/{number}/", json=body)
    parts.redis.delete("lsal:hooks")  # a day later
    parts.reconciler.run()
    (again,) = parts.label_studio.webhooks(batch.label_studio_id).values()
    assert again.is_active


def test_a_refusal_is_said_with_what_to_change_and_not_asked_for_again(
    open_parts: Callable[[str], Application],
) -> None:
    parts = open_parts("http://no address")
    batch = imported_batch(parts, PROJECT, 1)
    parts.reconciler.run()
    said = parts.hook_trouble
    assert said.startswith("Label Studio refuses to call http://no address: 400")
    assert said.endswith("LSAL_PUBLIC_URL must be an address")
    assert urls(parts, batch) == []
    assert "LSAL_PUBLIC_URL is empty" in open_parts("").hook_trouble


def test_what_a_reviewer_does_is_known_soon_by_label_studios_call_alone(
    installation: Installation, tmp_path: Path, redis_url: str, ann: Colleague
) -> None:
    running = installation.application.config
    environment = {
        "LABEL_STUDIO_URL": running.label_studio_url,
        "LABEL_STUDIO_API_KEY": running.label_studio_api_key.get_secret_value(),
    }
    with served(tmp_path / "server", redis_url, settings(project=PROJECT), **environment) as site:
        site.application.redis.flushdb()
        environment |= {
            "LSAL_PUBLIC_URL": site.url, "REDIS_URL": redis_url,
            "STORE_URL": str(tmp_path / "server/store"),
        }  # fmt: skip
        with (
            parts_on(
                installation, tmp_path / "server", redis_url, LSAL_PUBLIC_URL=site.url
            ) as parts,
            Processes(tmp_path / "worker") as processes,
        ):  # fmt: skip
            batch = imported_batch(parts, PROJECT, 2)
            parts.reconciler.run()
            # A worker and no scheduler: nobody reconciles.
            processes.start(programs.worker(environment))
            follow(parts, batch, ann)
            parts.label_studio.delete_project(batch.label_studio_id)


def follow(parts: Application, batch: Batch, ann: Colleague) -> None:
    first, second = tasks_of(parts, batch)
    annotation = ann.finish(first)
    wait_for_states(parts, batch, {first: "finished"})
    ann.skip(second)
    wait_for_states(parts, batch, {first: "finished", second: "skipped"})
    ann.delete(annotation)
    wait_for_states(parts, batch, {second: "skipped"})
    ann.delete_task(second)
    wait_for_states(parts, batch, {})
    assert parts.batches.ledger(batch).total == 1


def wait_for_states(parts: Application, batch: Batch, expected: dict[int, str]) -> None:
    deadline = time.monotonic() + 60
    while True:
        marks = parts.batches.ledger(batch).marks
        found = {task: mark.state for task, (mark,) in marks.items()}
        if found == expected:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
