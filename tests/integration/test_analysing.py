"""What reviewers change in a real Label Studio, as the analysis counts it."""

from typing import Any

import pytest
from msgspec import structs

from plugin.bootstrap import Application
from plugin.domain import summing
from plugin.domain.analysis import Quality, Summary
from plugin.domain.batching import Batch
from tests.integration.reviewing import Colleague, imported_batch, tasks_of

PROJECT = "analysed"


@pytest.fixture
def batch(parts: Application) -> Batch:
    return imported_batch(parts, PROJECT, 6)


def analysed(parts: Application) -> Summary:
    """What was counted after a look at Label Studio."""
    parts.collector.collect(PROJECT)
    parts.analyser.run(PROJECT)
    sums = parts.comparisons.sums(PROJECT)
    assert sums is not None
    return summing.summary(sums.cells)


def changed(result: list[dict[str, Any]], **value: Any) -> list[dict[str, Any]]:
    """A result whose one box has another value."""
    return [{**region, "value": {**region["value"], **value}} for region in result]


def test_every_kind_of_change_is_seen(parts: Application, batch: Batch, ann: Colleague) -> None:
    kept, moved, relabelled, removed, added, skipped = tasks_of(parts, batch)
    result = parts.label_studio.task(kept)["predictions"][0]["result"]
    width = result[0]["value"]["width"]
    ann.finish(kept, seconds=4.0)
    ann.gateway.annotate(moved, changed(result, width=0.8 * width), 9.0)
    ann.gateway.annotate(relabelled, changed(result, rectanglelabels=["bolt"]), 9.0)
    ann.gateway.annotate(removed, [], 9.0)
    another = changed(result, x=60.0, y=60.0, rectanglelabels=["scratch"])
    ann.gateway.annotate(added, [*result, {**another[0], "id": "another"}], 9.0)
    ann.skip(skipped)

    row = analysed(parts)
    assert (row.images, row.changed, row.mistaken) == (5, 4, 3)
    expected = Quality(kept=2, moved=1, relabelled_from=1, relabelled_to=1, added=1, removed=1)
    assert structs.replace(row.quality, iou=None) == expected
    assert row.quality.iou == pytest.approx((3 + 0.8) / 4, abs=0.001)

    # Somebody thinks again: one is put right, the other one deleted.
    ann.change(ann.annotations(relabelled)[-1], result)
    ann.delete(ann.annotations(removed)[-1])
    row = analysed(parts)
    assert (row.images, row.changed, row.mistaken) == (4, 2, 1)
    sums = parts.comparisons.sums(PROJECT)
    assert sums is not None
    assert [(each.name, each.images) for each in summing.by_reviewer(sums.cells)] == [
        (ann.email, 4)
    ]
