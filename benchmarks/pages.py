"""The review queue's page as batches add up: rendered by the application as it is served."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from benchmarks.redises import redis_alone
from benchmarks.table import Row, compare, times
from plugin.bootstrap import Application
from plugin.config import Config
from plugin.domain.summaries import BatchSummary, ReviewerSummary
from tests.signing_in import sign_in_client
from webhook_server.app import create_app

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
IMAGES = 100
"""Images in a batch: 10,000 batches have a million."""

PROJECTS = 20
SMALL, LARGE = 10, 10_000
AT_ONCE = 10

WAYS = (
    ("the newest", "/queue"),
    ("in progress, most images first", "/queue?status=in-progress&sort=images"),
    ("of one project", "/queue?project=project-3"),
    ("its last page", "/queue?page={last}"),
    ("all of them searched, 500 found", "/queue?q=PROJECT-3"),
)


def rows() -> Iterator[Row]:
    """Measure against a queue of ten batches."""
    with ExitStack() as stack:
        small = stack.enter_context(_queue(SMALL))
        large = stack.enter_context(_queue(LARGE))
        for what, path in WAYS:
            ours, other = compare(
                times(lambda: _get(large, path, LARGE), AT_ONCE),  # noqa: B023  called here
                times(lambda: _get(small, "/queue", SMALL), AT_ONCE),
                rounds=7,
            )
            yield Row(
                f"queue of {LARGE:,} batches, {LARGE * IMAGES:,} frames: {what}",
                ours, f"of {SMALL} batches", other, "pages/s", "" if "?q=" in path else "≥ 0.5 ×",
            )  # fmt: skip


@contextmanager
def _queue(batches: int) -> Iterator[FlaskClient]:
    """A manager's browser before a queue of so many batches."""
    with TemporaryDirectory() as folder, redis_alone() as redis_url:
        config = {"STORE_URL": folder, "REDIS_URL": redis_url}
        parts = Application(Config.model_validate(config))
        parts.indexer.make_good()  # of nothing: the Store is left out
        for number in range(batches):
            parts.batch_index.put(_summary(number))
        client = create_app(parts).test_client()
        sign_in_client(client, parts)
        yield client
        parts.close()


def _get(client: FlaskClient, path: str, batches: int) -> None:
    answer = client.get(path.format(last=batches // 50))
    if answer.status_code != HTTPStatus.OK:
        raise RuntimeError(answer.text)


def _summary(number: int) -> BatchSummary:
    """A batch in some state, with three reviewers."""
    done = (0, IMAGES // 3, IMAGES)[number % 3]
    people = (f"{name}{number % 7}@example.com" for name in ("ann", "ben", "cleo"))
    name = f"{BEGAN + timedelta(days=number // PROJECTS):%Y-%m-%d}"
    project = f"project-{number % PROJECTS}"
    return BatchSummary(
        project=project, name=name, title=f"{project} · {name}", label_studio_id=number + 1,
        created_at=BEGAN + timedelta(hours=number), images=IMAGES, finished=done,
        in_review=IMAGES - done,
        reviewers=tuple(ReviewerSummary(each, 33, 33 - done // 3, done // 3) for each in people),
    )  # fmt: skip
