"""The dashboard and the alerts ask for nothing that /metrics does not answer, by name and label."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugin import jobs
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.stores.measures.heartbeats import Heartbeat
from plugin.stores.measures.metrics import IMPORTED_FRAMES, LABEL_STUDIO_REQUESTS, REQUEST_SECONDS
from tests.batch_samples import add_batch
from tests.samples import settings
from tests.server.scraping import at, scrape
from webhook_server.operations.work_families import of_jobs

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/active-learning.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED = re.compile(r"\b(lsal_\w+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")
SHOWN = re.compile(r"\{\{\s*\$?(?:labels\.)?(\w+)[^}]*\}\}")
COMMAND = re.compile(r"`lsal ([a-z-]+)")
WORDS = {"value", "le"}
"""What is no label of a sample: the value itself, and the bound that quantiles are made from."""


@pytest.fixture
def labels(application: Application) -> dict[str, set[str]]:
    """Every sample that /metrics has where everything has happened once, with its labels."""
    application.history.add(settings(limits={"per_day": 9}), "test", utc_now())
    counts = {"received": 1, "outcome:kept": 1, "rule:unsure": 1, "edge:dropped": 1}
    application.funnel.count_all("parts", counts, utc_now())
    application.metrics.observe(REQUEST_SECONDS, ("/v1", "2xx"), 0.1)
    application.metrics.add(LABEL_STUDIO_REQUESTS, ("ok",))
    application.metrics.add(IMPORTED_FRAMES, ("parts",))
    with application.heartbeats.during("plugin.jobs.sweep"):
        add_batch(application)
    application.indexer.make_good()
    application.flusher.flush()
    return {name: set(dict(labels)) for name, labels in scrape(application)}


def expressions() -> Iterator[tuple[str, str, set[str]]]:
    """Every expression with where it stands, and the labels that are shown beside it."""
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"], set(SHOWN.findall(target["legendFormat"]))
    for rule in RULES:
        shown = " ".join(rule["annotations"].values())
        yield rule["alert"], rule["expr"], set(SHOWN.findall(shown))


def test_every_metric_and_label_is_exported(labels: dict[str, set[str]]) -> None:
    for where, expression, shown in expressions():
        asked = ASKED.findall(expression)
        assert asked, where
        known = set().union(*(labels[name] for name, _ in asked))
        for name, matchers in asked:
            given = {re.split(r"[=!]", each)[0].strip() for each in matchers.split(",") if each}
            assert given <= labels[name], (where, name)
        grouped = {each.strip() for part in GROUPED.findall(expression) for each in part.split(",")}
        assert grouped <= known | WORDS, where
        left = grouped or known
        assert shown - WORDS <= left, where


def test_every_metric_is_looked_at() -> None:
    """What nobody looks at need not be measured."""
    documented = set(re.findall(r"`(lsal_\w+)`", (ROOT / "docs/observability.md").read_text()))
    asked = {name for _, expression, _ in expressions() for name, _ in ASKED.findall(expression)}
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in asked} == documented


def test_alerts_wait_say_what_is_wrong_and_name_the_cure() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"\d+[mh]", rule["for"]), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert all(text.strip().endswith(".") for text in rule["annotations"].values())


def test_the_jobs_that_alerts_wait_for_exist() -> None:
    (late,) = (rule["expr"] for rule in RULES if rule["alert"] == "LsalJobIsLate")
    names = re.findall(r'job=~"([^"]+)"', late)[0].split("|")
    assert all(hasattr(jobs, name) for name in names)
    beats = {f"plugin.jobs.{name}": Heartbeat(utc_now(), 0, "", utc_now()) for name in names}
    assert {each.labels["job"] for each in of_jobs(beats, utc_now()).samples} == set(names)


def test_panels_take_the_data_source_from_a_variable_and_do_not_overlap() -> None:
    assert [each["name"] for each in DASHBOARD["templating"]["list"]] == ["datasource", "project"]
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24
        taken |= cells
    for panel in PANELS:
        for asks in (panel, *panel["targets"]):
            assert asks["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_who_works_is_told(application: Application) -> None:
    values = scrape(application)
    assert values[at("lsal_workers", state="idle")] == 0
    assert values[at("lsal_scheduler_silent_seconds")] == float("inf")
    assert values[at("lsal_redis_used_bytes")] > 100_000
    assert 10_000_000 < values[at("lsal_server_resident_bytes")] < 10_000_000_000


def test_caps_and_reviews_are_counted(application: Application) -> None:
    application.history.add(settings(limits={"per_day": 9, "per_hour": 4}), "test", utc_now())
    add_batch(application, size=5)
    before = scrape(application)
    assert not [name for name, _ in before if name == "lsal_review_images"]
    application.indexer.make_good()
    vars(application).pop("history")  # as another process has it: what is known of settings is old
    values = scrape(application)
    assert values[at("lsal_review_images", project="parts", state="open")] == 5
    assert values[at("lsal_cap_frames", project="parts", window="hour")] == 4
    assert values[at("lsal_cap_used_frames", project="parts", window="day")] == 0
