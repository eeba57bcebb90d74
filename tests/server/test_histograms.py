"""Confidences of what arrives and of what is kept."""

from datetime import timedelta

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.prediction import Box, Label, Prediction
from plugin.stores.measures.histograms import BINS, DAYS, Histograms, median
from tests.samples import NOW, box, encoded, jpeg, prediction
from tests.server.rsgi import Client
from tests.server.test_events import PATH, bearer, event
from tests.server.test_ndjson import post_lines


def seen(*confidences: float) -> Prediction:
    return Prediction(boxes=tuple(Box("dent", each, (0, 0, 1, 1)) for each in confidences))


def bins(**counts: int) -> tuple[int, ...]:
    """Counts by the lower bound of their bin: `at35=2`."""
    return tuple(counts.get(f"at{place * 100 // BINS}", 0) for place in range(BINS))


def test_confidences_fall_into_bins_from_zero_to_one(redis: Redis) -> None:
    histograms = Histograms(redis)
    histograms.kept("parts", seen(0.0, 0.049, 0.05, 0.5, 0.99, 1.0), NOW)
    histograms.kept("parts", Prediction(labels=(Label("dent", 0.61),)), NOW)
    histograms.kept("parts", Prediction(), NOW)
    histograms.flush()
    assert histograms.of("parts", NOW).kept == bins(at0=2, at5=1, at50=1, at60=1, at95=2)
    assert histograms.of("doors", NOW).kept == bins()


def test_what_arrives_counts_for_as_many_as_it_stands_for(redis: Redis) -> None:
    for _ in range(2):  # processes add up
        histograms = Histograms(redis)
        histograms.arrived("parts", seen(0.42, 0.43, 0.9), 12.5, NOW)
        histograms.flush()
    found = histograms.of("parts", NOW)
    assert (found.arrived, found.kept) == (bins(at40=50, at90=25), bins())


def test_they_are_of_the_last_days_and_then_forgotten(redis: Redis) -> None:
    histograms = Histograms(redis)
    for back in (0, DAYS - 1, DAYS):
        histograms.kept("parts", seen(0.5), NOW - timedelta(days=back))
    histograms.flush()
    assert sum(histograms.of("parts", NOW).kept) == 2
    assert sum(histograms.of("parts", NOW + timedelta(days=1)).kept) == 1
    keys = list(redis.scan_iter("lsal:parts:confidence:*"))
    assert len(keys) == 3
    assert all(0 < redis.ttl(key) <= (DAYS + 1) * 24 * 3600 for key in keys)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0, 0), None),
        ((0, 4, 0, 0), 0.375),
        ((2, 0, 0, 2), 0.25),
        ((1, 0, 0, 3), 0.75 + 0.25 / 3),
        ((0, 0, 0, 1), 0.875),
    ],
)
def test_half_of_them_lie_below_the_median(counts: tuple[int, ...], expected: float | None) -> None:
    found = median(counts)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_frames_are_counted_once_they_are_kept(
    client: Client, key: str, application: Application
) -> None:
    frame = event(event_id="with image", prediction=prediction(box(confidence=0.31)))
    late = event(event_id="image later", prediction=prediction(box(confidence=0.52)), image=None)
    sure = event(event_id="sure", prediction=prediction(box(confidence=0.97)), image=None)
    for _ in range(2):  # what comes again is not counted again
        _, reserved, _ = post_lines(client, key, [frame, late, sure]).lines()
    assert kept(application) == bins(at30=1)
    upload = reserved["upload"]["url"].partition("/v1/")[2]
    assert client.put(f"/v1/{upload}", data=jpeg()).status_code == 202
    assert kept(application) == bins(at30=1, at50=1)
    assert sum(application.histograms.of("parts", utc_now()).arrived) == 6


def kept(application: Application) -> tuple[int, ...]:
    application.flusher.flush()
    return application.histograms.of("parts", utc_now()).kept


def test_a_single_post_is_counted_as_well(
    client: Client, key: str, application: Application
) -> None:
    body = encoded(event(prediction=prediction(box(confidence=0.12))))
    client.post(PATH, data=body, headers=bearer(key), content_type="application/json")
    assert kept(application) == bins(at10=1)
