"""An import whose end nobody saw is completed, not repeated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo.installation import Installation
from plugin.domain.errors import LabelStudioError
from plugin.formats.native import PostedEvent
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.services.importing import Importer
from plugin.services.receiving import Offer
from tests.samples import box, encoded, jpeg, prediction, settings

PROJECT = "recovery"


class AnswerLost(LabelStudioGateway):
    """A Label Studio that does what it is asked, but whose answers to imports get lost."""

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        super().import_tasks(project, tasks)
        raise LabelStudioError(0, "does not answer (ReadTimeout)")


@pytest.fixture
def application(
    installation: Installation, tmp_path: Path, redis_url: str
) -> Iterator[Application]:
    """Parts of their own, so that no worker interferes, on the installation's Label Studio."""
    running = installation.application.config
    config = {
        "STORE_URL": str(tmp_path / "store"),
        "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": running.label_studio_url,
        "LABEL_STUDIO_API_KEY": running.label_studio_api_key.get_secret_value(),
    }
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(project=PROJECT), "test", utc_now())
    parts.redis.flushdb()
    yield parts
    parts.close()


def importer(parts: Application, label_studio: LabelStudioGateway) -> Importer:
    return replace(parts.importer, label_studio=label_studio)


def keep_frames(parts: Application, count: int) -> None:
    known = parts.deployments.of_project(PROJECT)
    deployment = known[0] if known else parts.deployments.register(PROJECT, "a", utc_now())[0]
    for number in range(count):
        body = msgspec.Raw(encoded(prediction(box())).encode())
        event = PostedEvent(prediction=body, event_id=f"shot-{number}", model_version="parts-7")
        offer = parts.receiver.decide(deployment, event, utc_now(), file=jpeg(seed=number))
        assert isinstance(offer, Offer)
        parts.keeper.keep([offer])


def test_a_lost_answer_doubles_nothing(application: Application) -> None:
    keep_frames(application, 5)
    config = application.config
    lossy = AnswerLost(config.label_studio_url, config.label_studio_api_key.get_secret_value())

    with pytest.raises(LabelStudioError, match="does not answer"):
        importer(application, lossy).run(PROJECT)
    lossy.close()
    assert len(application.spool.pending(PROJECT)) == 5
    keep_frames(application, 7)  # five are known, two are new
    assert importer(application, application.label_studio).run(PROJECT) == 2

    assert application.spool.pending(PROJECT) == []
    (batch,) = application.batches.of_project(PROJECT)
    assert application.label_studio.counts(batch.label_studio_id).total == batch.size == 7
    assert application.batches.interrupted(PROJECT) == []
