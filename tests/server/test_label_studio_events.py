"""Label Studio's calls: who may make them, what they lead to, and that they are short."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from redis import Redis
from rq.registry import ScheduledJobRegistry

from plugin import jobs
from plugin.bootstrap import Application
from plugin.config import Config
from plugin.demo.processes import free_port
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Ledger
from plugin.queues import COLLECT_HINTED, open_queue
from plugin.services.collection.hooks import EVENTS, SECRET_HEADER
from plugin.stores.access.hook_secrets import HookSecrets
from tests.samples import NOW
from tests.server.rsgi import Answered, Client

BATCH = "2026-11-23"


@pytest.fixture
def queue_redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


def call(
    client: Client, secret: str, batch: str = BATCH, body: bytes = b'{"action": "TASKS_DELETED"}'
) -> Answered:
    query = urlencode({"project": "parts", "batch": batch})
    headers = {SECRET_HEADER: secret, "Content-Type": "application/json"}
    return client.post(f"{EVENTS}?{query}", data=body, headers=headers)


def scheduled(queue_redis: Redis) -> list[str]:
    queue = open_queue(queue_redis)
    registry = ScheduledJobRegistry(queue=queue)  # type: ignore[no-untyped-call]
    found = (queue.fetch_job(each) for each in registry.get_job_ids())
    return [f"{job.func_name} {', '.join(job.args)}" for job in found if job]


def test_a_burst_of_calls_is_one_look_at_each_batch(
    application: Application, client: Client, queue_redis: Redis
) -> None:
    for batch in (BATCH, BATCH, "2026-11-24"):
        answer = call(client, application.hook_secrets.of("parts", batch), batch)
        assert (answer.status_code, answer.data) == (204, b"")
    assert scheduled(queue_redis) == [f"{COLLECT_HINTED} parts"]
    assert application.hints.take("parts") == [BATCH, "2026-11-24"]
    assert application.hints.take("parts") == []


def test_a_call_after_the_look_began_leads_to_another(
    application: Application, client: Client, queue_redis: Redis
) -> None:
    secret = application.hook_secrets.of("parts", BATCH)
    call(client, secret)
    application.queue.accept("parts", COLLECT_HINTED)
    call(client, secret)
    assert len(scheduled(queue_redis)) == 2


@pytest.mark.parametrize("secret", ["", "0" * 64, "ü", "of another batch"])
def test_who_has_not_the_secret_of_this_batch_is_refused(
    application: Application, client: Client, queue_redis: Redis, secret: str
) -> None:
    if secret == "of another batch":
        secret = application.hook_secrets.of("parts", "2026-11-24")
    answer = call(client, secret)
    assert answer.status_code == 403
    assert "secret of a webhook that we registered" in answer.text
    assert scheduled(queue_redis) == []
    assert application.hints.take("parts") == []


def test_names_that_were_never_given_out_are_refused(
    application: Application, client: Client
) -> None:
    secret = application.hook_secrets.of("parts", BATCH)
    for path in (EVENTS, f"{EVENTS}?project=parts", f"{EVENTS}?project=a%00b&batch=%F0%9F%98%80"):
        assert client.post(path, headers={SECRET_HEADER: secret}).status_code == 403


def test_what_the_body_holds_is_all_the_same(application: Application, client: Client) -> None:
    secret = application.hook_secrets.of("parts", BATCH)
    for body in (b"", b"no JSON", b'{"project": {"id": -1}}'):
        assert call(client, secret, body=body).status_code == 204
    assert call(client, secret, body=b"x" * 2_000_001).status_code == 413


def test_nothing_but_a_post_is_taken(client: Client) -> None:
    assert client.get(EVENTS).status_code == 405


def test_every_process_knows_the_same_secrets(application: Application) -> None:
    first = application.hook_secrets.of("parts", BATCH)
    assert HookSecrets(application.store).of("parts", BATCH) == first
    assert HookSecrets(application.store).is_right("parts", BATCH, first)
    assert application.hook_secrets.of("part", "s" + BATCH) != first


def test_a_hint_while_label_studio_is_away_ends_well(
    application: Application, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {
        "STORE_URL": application.config.store_url, "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": f"http://127.0.0.1:{free_port(0)}", "LABEL_STUDIO_API_KEY": "0" * 40,
    }  # fmt: skip
    parts = Application(Config.model_validate(config))
    monkeypatch.setattr(jobs, "application", lambda: parts)
    batch = Batch(
        name=BATCH, project="parts", period=BATCH, part=1, title="parts · today",
        label_studio_id=1, created_at=NOW, size=3,
    )  # fmt: skip
    parts.batches.create(batch)
    parts.hints.add("parts", BATCH)
    parts.hints.add("parts", "removed meanwhile")
    jobs.collect_hinted("parts")
    assert parts.batches.ledger(batch) == Ledger()
    assert parts.label_studio_answering.read().away_since
    parts.close()
