"""`lsal rebuild`: Redis emptied, and a Store that is older than what Label Studio has."""

import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.clock import utc_now
from plugin.formats.native import PostedEvent
from plugin.services.intake.cases import Kept
from plugin.services.intake.receiving import Offer
from plugin.services.operations.adopting import Adopted
from plugin.services.operations.rebuilding import Rebuilt
from tests.integration.reviewing import Colleague
from tests.samples import box, encoded, jpeg, prediction, settings

PROJECT = "rebuild"
LIMITED = settings(project=PROJECT, limits={"per_day": 6}, batch={"max_images": 4})


@pytest.fixture
def application(parts: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """Parts with a project, which a command finds in the environment, too."""
    config = parts.config
    for name, value in {
        "STORE_URL": config.store_url,
        "REDIS_URL": config.redis_url,
        "LABEL_STUDIO_URL": config.label_studio_url,
        "LABEL_STUDIO_API_KEY": config.label_studio_api_key.get_secret_value(),
    }.items():
        monkeypatch.setenv(name, value)
    parts.history.add(LIMITED, "test", utc_now())
    parts.deployments.register(PROJECT, "line-3", utc_now())
    return parts


def post(parts: Application, number: int) -> Kept:
    event = PostedEvent(
        prediction=msgspec.Raw(encoded(prediction(box(xyxy=[10 + number, 24, 96, 72]))).encode()),
        event_id=f"shot-{number}",
        model_version="parts-7",
    )
    (deployment,) = parts.deployments.of_project(PROJECT)
    offer = parts.receiver.decide(deployment, event, utc_now(), file=jpeg(seed=number))
    assert isinstance(offer, Offer)
    return parts.keeper.keep([offer])[0]


def lsal(*arguments: str) -> None:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output


def test_redis_comes_back_and_what_waits_is_asked_for(application: Application) -> None:
    before = [post(application, number) for number in range(8)]
    application.redis.flushall()

    found = CliRunner().invoke(main, ["rebuild", PROJECT, "--json"])

    assert found.exit_code == 0, found.output
    rebuilt = msgspec.json.decode(found.stdout, type=Rebuilt)
    assert rebuilt == Rebuilt(PROJECT, 6, 6, 0, 0, ("import",), Adopted())
    assert application.redis.llen("rq:queue:lsal") == 1
    in_words = CliRunner().invoke(main, ["rebuild"]).output
    assert in_words.startswith("rebuild: 6 events remembered, 6 of them today, 0 looks; asked for")
    assert [post(application, number) for number in range(8)] == before


def test_a_store_that_is_older_learns_of_every_task(
    application: Application, tmp_path: Path
) -> None:
    for number in range(2):
        post(application, number)
    application.importer.run(PROJECT)
    post(application, 2)
    lsal("backup", str(tmp_path / "backup"), "--verify")
    for number in range(3, 6):
        post(application, number)
    application.importer.run(PROJECT)
    at_its_time = frames(application)
    assert len(at_its_time) == 6

    shutil.rmtree(tmp_path / "store")
    lsal("restore", str(tmp_path / "backup"))
    application.redis.flushall()
    rebuilt = application.rebuilder.run(PROJECT)

    assert rebuilt.adopted == Adopted(batches=1, imported=1, recovered=3)
    assert (rebuilt.events, rebuilt.today, rebuilt.requested) == (6, 6, ())
    assert rebuilt.batches == 2
    assert frames(application) == at_its_time
    assert application.rebuilder.run(PROJECT).adopted == Adopted()
    kept = [post(application, number) for number in range(6)]
    assert {each.outcome for each in kept if not isinstance(each, Exception)} == {"kept"}
    assert application.importer.run(PROJECT) == 0
    assert [batch.size for batch in application.batches.of_project(PROJECT)] == [4, 2]


def frames(parts: Application) -> dict[str, tuple[object, ...]]:
    """What matters of every frame that is a task, with its image."""
    return {
        each.frame.event_id: (
            each.task_id, each.batch, each.frame.rule,
            each.frame.captured_at.replace(microsecond=0),
            each.frame.prediction.model_version, parts.spool.image(each.frame),
            [[round(corner, 3) for corner in box.xyxy] for box in each.frame.prediction.boxes],
        )
        for each in parts.spool.imported(PROJECT)
    }  # fmt: skip


def test_of_two_tasks_the_one_is_adopted_that_somebody_worked_on(
    application: Application, tmp_path: Path, ann: Colleague
) -> None:
    shutil.copytree(tmp_path / "store", tmp_path / "backup")
    for number in range(3):
        post(application, number)
    application.importer.run(PROJECT)
    (batch,) = application.batches.of_project(PROJECT)
    number, ours = batch.label_studio_id, application.batches.tasks(batch)
    again = [application.label_studio.task(each.id) for each in ours]
    copies = [{"data": each["data"], "predictions": []} for each in again]
    second = application.label_studio.import_tasks(number, copies)
    ann.finish(ours[1].id)
    ann.begin(second[2])

    shutil.rmtree(tmp_path / "store")
    (tmp_path / "backup").rename(tmp_path / "store")
    rebuilt = application.rebuilder.run(PROJECT)

    assert rebuilt.adopted == Adopted(batches=1, recovered=3, doubled=3)
    kept = sorted([ours[0].id, ours[1].id, second[2]])
    (batch,) = application.batches.of_project(PROJECT)
    assert [each.id for each in application.batches.tasks(batch)] == kept
    assert sorted(each.task_id for each in application.spool.imported(PROJECT)) == kept
    assert batch.size == 3
    assert application.rebuilder.run(PROJECT).adopted == Adopted()
    assert len(application.media.placed(number)) == 3
