"""What reviewers changed, counted as reviews come in: from the Store, into the Store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from plugin import jobs
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain import summing
from plugin.domain.analysis import Summary
from plugin.domain.errors import StoreError
from plugin.domain.prediction import Box, Label, Prediction, Rle
from plugin.queues import ANALYSE, PERIODIC
from plugin.services.training_sets import analysing
from plugin.stores.objects import ObjectStore
from plugin.stores.review.comparisons import Comparisons, Sums
from tests.reviewed import BEN, add_frame, finish, frame_of, opinion, seen, withdraw
from tests.samples import CLASSES, NOW, settings

HERE = (100.0, 100.0, 200.0, 200.0)
DENT, BOLT = Box("dent", 0.7, HERE), Box("bolt", 0.7, HERE)


def sums(application: Application) -> Sums:
    found = application.comparisons.sums("parts")
    assert found is not None
    return found


def total(application: Application) -> Summary:
    return summing.summary(sums(application).cells)


def anew(application: Application) -> Sums:
    """The sums as somebody would have them who never counted before."""
    folder = application.store_folder / "projects/parts/analysis"
    kept = folder.rename(folder.with_name("kept"))
    application.analyser.run("parts")
    found = sums(application)
    for each in sorted(folder.rglob("*"), reverse=True):
        each.unlink() if each.is_file() else each.rmdir()
    folder.rmdir()
    kept.rename(folder)
    return found


def fill(application: Application, number: int = 6) -> list[str]:
    """Images in which every third box was relabelled."""
    made = []
    for place in range(number):
        identifier = add_frame(application, f"{place}", seen(DENT), rule=f"rule-{place % 2}")
        finish(application, identifier, opinion(seen(DENT if place % 3 else BOLT)))
        made.append(identifier)
    return made


def test_every_review_is_counted_once(application: Application) -> None:
    fill(application)
    assert application.analyser.run("parts") == 6
    assert application.analyser.run("parts") == 0
    row = total(application)
    assert (sums(application).frames, row.images, row.mistaken) == (6, 6, 2)
    assert (row.quality.kept, row.quality.relabelled_from) == (4, 2)


def test_only_what_changed_is_looked_at_again(application: Application) -> None:
    made = fill(application)
    application.analyser.run("parts")
    finish(application, made[1], opinion(seen()))
    assert application.analyser.run("parts") == 1
    row = total(application)
    assert (row.images, row.mistaken, row.quality.kept, row.quality.removed) == (6, 3, 3, 1)


def test_a_review_that_was_withdrawn_counts_no_more(application: Application) -> None:
    made = fill(application)
    application.analyser.run("parts")
    for each in made[:2]:
        withdraw(application, each)
    application.analyser.run("parts")
    assert (sums(application).frames, total(application).images) == (4, 4)
    for each in made[2:]:
        withdraw(application, each)
    application.analyser.run("parts")
    assert (sums(application).frames, sums(application).cells) == (0, ())


def test_frames_are_told_apart_by_rule_version_and_week(application: Application) -> None:
    for name, rule, version, days in (
        ("a", "unsure", "v1", 0), ("b", "crowded", "v1", 0), ("c", "unsure", "v2", 0),
        ("d", "unsure", "v1", 7), ("e", "unsure", "v1", 6),
    ):  # fmt: skip
        received_at = NOW + timedelta(days=days)
        identifier = add_frame(application, name, seen(DENT, version=version), rule, received_at)
        finish(application, identifier, opinion(seen(DENT)))
    application.analyser.run("parts")
    found = {
        (cell.rule, cell.model_version, cell.week.isoformat()): summing.summary([cell]).images
        for cell in sums(application).cells
    }
    assert found == {
        ("crowded", "v1", "2026-11-23"): 1, ("unsure", "v1", "2026-11-23"): 2,
        ("unsure", "v1", "2026-11-30"): 1, ("unsure", "v2", "2026-11-23"): 1,
    }  # fmt: skip


def test_whose_word_counts_is_the_settings_to_say(application: Application) -> None:
    earlier = NOW - timedelta(hours=1)
    marked = structs.replace(opinion(seen(BOLT)), finished_at=earlier, ground_truth=True)
    identifier = add_frame(application, "a", seen(DENT))
    finish(application, identifier, marked, opinion(seen(DENT), BEN))
    application.analyser.run("parts")
    assert total(application).quality.kept == 1
    chosen = settings(training_set={"choose": "ground_truth"})
    application.history.add(chosen, "test", utc_now())
    application.analyser.run("parts")
    row = total(application)
    assert (row.images, row.quality.kept, row.quality.relabelled_from) == (1, 0, 1)
    assert (row.agreed, row.compared) == (0, 2)


def test_a_classification_is_counted_in_labels(application: Application) -> None:
    application.history.add(settings(task_type="classification", rules=[]), "test", utc_now())
    predicted = Prediction(640, 480, labels=(Label(CLASSES[0], 0.8),), model_version="v1")
    truth = Prediction(640, 480, labels=(Label(CLASSES[1], 1.0),))
    finish(application, add_frame(application, "a", predicted), opinion(truth))
    application.analyser.run("parts")
    assert total(application).quality.relabelled_from == 1


@pytest.mark.parametrize(
    "predicted",
    [
        pytest.param(Prediction(640, 480, stub=True), id="a server without a model"),
        pytest.param(seen(Box("dent", 0.7, HERE, mask=Rle((480, 640), "5"))), id="a broken mask"),
    ],
)
def test_what_cannot_be_compared_is_left_out(
    application: Application, predicted: Prediction
) -> None:
    fill(application, 2)
    whole = Rle((480, 640), "0PPd9")
    truth = seen(Box("dent", 1, HERE, mask=whole))
    finish(application, add_frame(application, "odd", predicted), opinion(truth))
    assert application.analyser.run("parts") == 3
    assert sums(application).frames == 2


def test_an_annotation_that_could_not_be_read_is_no_opinion(application: Application) -> None:
    identifier = add_frame(application, "a", seen(DENT))
    unreadable = structs.replace(opinion(seen(), BEN), error="result[0].value.x: a number expected")
    finish(application, identifier, opinion(seen(DENT)), unreadable)
    application.analyser.run("parts")
    row = total(application)
    assert (row.images, row.mistaken, row.compared) == (1, 0, 0)
    finish(application, identifier, unreadable)
    application.analyser.run("parts")
    assert sums(application).frames == 0


def test_a_review_whose_frame_is_gone_is_left_out(application: Application) -> None:
    finish(application, frame_of("gone"), opinion(seen(DENT)))
    assert application.analyser.run("parts") == 1
    assert sums(application).frames == 0


def test_reviews_of_before_there_was_a_log_are_counted(application: Application) -> None:
    fill(application)
    for each in (application.store_folder / "projects/parts/review-log").rglob("*.json"):
        each.unlink()
    assert application.analyser.run("parts") == 6
    assert total(application).images == 6


class Dying:
    """A Store whose process dies at one of its writes."""

    def __init__(self, store: ObjectStore, writes: int) -> None:
        self._store = store
        self._left = writes

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._store, name)
        if name not in {"put", "delete", "delete_all", "create"}:
            return method

        def counted(*given: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise StoreError("the process died here")
            return method(*given)

        return counted


def dying_after(application: Application, writes: int) -> analysing.Analyser:
    store: Any = Dying(application.store, writes)
    return replace(application.analyser, comparisons=Comparisons(store))


def test_wherever_it_dies_the_next_run_comes_to_the_same(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysing, "CHUNK", 2)
    made = fill(application)
    application.analyser.run("parts")
    deaths = 0
    for writes in range(100):
        for place, each in enumerate(made[:5]):
            boxes = [DENT, BOLT][: (writes + place) % 3]
            finish(application, each, opinion(seen(*boxes), seconds=writes + 1.0))
        (withdraw if writes % 2 else lambda *_: None)(application, made[5])
        try:
            dying_after(application, writes).run("parts")
        except StoreError:
            deaths += 1
            # What is said meanwhile must be seen, too.
            finish(application, made[0], opinion(seen(BOLT), BEN))
            application.analyser.run("parts")
        found, wanted = sums(application), anew(application)
        assert (found.frames, found.cells) == (wanted.frames, wanted.cells)
        if deaths < writes:
            break
    assert deaths > 10


def test_two_at_once_count_once(application: Application) -> None:
    fill(application)
    with application.locks.hold("analyse:parts"):
        assert application.analyser.run("parts") == 0
    assert application.comparisons.sums("parts") is None


def test_the_job_does_it_every_minute(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(application)
    monkeypatch.setattr(jobs, "application", lambda: application)
    jobs.analyse()
    assert total(application).images == 6
    assert PERIODIC[ANALYSE] == 60
