"""/metrics: the totals of all processes, in both formats, also when something is away."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics import parser as openmetrics

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo.processes import free_port
from plugin.stores.measures.metrics import REQUEST_SECONDS
from tests.samples import settings
from tests.server.proxy import proxy
from tests.server.scraping import Values, at, by_label, scrape, site

DOCS = (Path(__file__).resolve().parents[2] / "docs/observability.md").read_text()


@pytest.fixture
def other_process(application: Application) -> Iterator[Application]:
    """Another process on the same Store and Redis, maybe on another machine."""
    parts = Application(application.config)
    yield parts
    parts.close()


@pytest.fixture
def without_redis(tmp_path: Path) -> Iterator[Application]:
    url = f"redis://127.0.0.1:{free_port(0)}/0"
    config = {"STORE_URL": str(tmp_path / "store"), "REDIS_URL": url}
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(), "test", utc_now())
    yield parts
    parts.close()


def test_every_process_answers_the_totals_of_all(
    application: Application, other_process: Application
) -> None:
    for parts in (application, other_process):
        counts = {"received": 200, "outcome:not_sampled": 198, "outcome:kept": 2, "rule:unsure": 1}
        parts.funnel.count_all("parts", counts, utc_now())
        parts.funnel.count_all("parts", {"edge:dropped": 7}, utc_now())
        parts.flusher.flush()
    values = scrape(application)
    assert {key: value for key, value in values.items() if key[0].startswith("lsal_e")} == {
        at("lsal_events_received_total", project="parts"): 400,
        at("lsal_events_total", project="parts", outcome="not_sampled", rule=""): 396,
        at("lsal_events_total", project="parts", outcome="kept", rule="unsure"): 2,
        at("lsal_events_total", project="parts", outcome="kept", rule=""): 2,
        at("lsal_edge_events_total", project="parts", outcome="dropped"): 14,
    }
    assert counted(scrape(other_process)) == counted(values)


def counted(values: Values) -> Values:
    """All but memory, which is another at each look."""
    return {key: value for key, value in values.items() if not key[0].endswith("_bytes")}


def test_latencies_are_a_histogram(application: Application) -> None:
    for seconds in (0.00004, 0.0003, 0.004, 30.0):
        application.metrics.observe(REQUEST_SECONDS, ("/v1", "2xx"), seconds)
    application.flusher.flush()
    values = scrape(application)
    buckets = by_label(values, "lsal_request_seconds_bucket", "le")
    assert (buckets["5e-05"], buckets["0.0005"], buckets["10.0"], buckets["+Inf"]) == (1, 2, 3, 4)
    assert list(buckets.values()) == sorted(buckets.values())
    assert values[at("lsal_request_seconds_count", route="/v1", status="2xx")] == 4
    assert values[at("lsal_request_seconds_sum", route="/v1", status="2xx")] == pytest.approx(
        30.00434
    )


def test_the_spool_is_counted_by_state_and_age(application: Application) -> None:
    frames = application.store_folder / "projects/parts/frames"
    for state, number in {"pending": 3, "awaiting": 2, "failed": 1}.items():
        (frames / state).mkdir(parents=True)
        for each in range(number):
            (frames / state / f"{each}.json").write_text("{}")
        (frames / state / ".being-written.json").write_text("")
    hour_ago = utc_now().timestamp() - 3600
    os.utime(frames / "pending/1.json", (hour_ago, hour_ago))
    values = scrape(application)
    states = {"pending": 3, "awaiting": 2, "failed": 1}
    assert states == by_label(values, "lsal_spool_frames", "state")
    assert 3600 <= values[at("lsal_spool_oldest_seconds", project="parts")] < 7200


def test_an_empty_spool_is_zero(application: Application) -> None:
    values = scrape(application)
    assert values[at("lsal_spool_frames", project="parts", state="pending")] == 0
    assert values[at("lsal_spool_oldest_seconds", project="parts")] == 0


def test_jobs_are_counted_by_state(application: Application) -> None:
    application.queue.request("parts")
    values = scrape(application)
    jobs = by_label(values, "lsal_queue_jobs", "state")
    assert jobs == {"queued": 1, "started": 0, "failed": 0, "scheduled": 0}


def test_openmetrics_is_answered_where_it_is_asked_for(application: Application) -> None:
    application.funnel.count_all("parts", {"received": 1}, utc_now())
    application.metrics.observe(REQUEST_SECONDS, ("/v1", "2xx"), 0.1)
    application.flusher.flush()
    asked = {"Accept": "application/openmetrics-text; version=1.0.0,text/plain;q=0.5"}
    answer = site(application).get("/metrics", headers=asked)
    assert answer.content_type.startswith("application/openmetrics-text")
    parsed = openmetrics.text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
    families = {each.name: each for each in parsed}
    assert families["lsal_events_received"].samples[0].value == 1
    assert families["lsal_request_seconds"].type == "histogram"


def test_names_from_settings_cannot_break_the_format(application: Application) -> None:
    nasty = 'a"b\\c} 1\nlsal_forged 1'
    application.funnel.count_all("parts", {"outcome:kept": 1, f"rule:{nasty}": 1}, utc_now())
    application.flusher.flush()
    values = scrape(application)
    kept = by_label(values, "lsal_events_total", "rule")
    assert kept == {nasty: 1}
    assert "lsal_forged" not in {name for name, _ in values}


def test_without_redis_it_answers_what_it_knows(without_redis: Application) -> None:
    values = scrape(without_redis)
    assert values[at("lsal_dependency_up", name="redis")] == 0
    assert values[at("lsal_dependency_up", name="store")] == 1
    assert values[at("lsal_spool_frames", project="parts", state="pending")] == 0
    assert not [name for name, _ in values if name.startswith("lsal_events")]


def test_without_the_store_it_answers_what_it_knows(application: Application) -> None:
    root = application.store_folder
    root.rename(root.with_name("gone"))
    root.write_text("a file where the folder should be")
    values = scrape(application)
    assert values[at("lsal_dependency_up", name="redis")] == 1
    assert values[at("lsal_dependency_up", name="store")] == 0
    assert values[at("lsal_queue_jobs", state="queued")] == 0


def test_redis_that_goes_right_after_it_was_seen_up_is_no_error(
    application: Application, redis_url: str
) -> None:
    with proxy(redis_url) as between:
        store = str(application.store_folder)
        config = Config.model_validate({"STORE_URL": store, "REDIS_URL": between.url})
        parts = Application(config)
        client = site(parts)
        assert 'lsal_dependency_up{name="redis"} 1.0' in client.get("/metrics").text
        between.refusing = True
        vars(parts)["readiness"] = application.readiness  # still of the opinion that it is up
        answer = client.get("/metrics")
        parts.close()
    assert answer.status_code == 200
    assert 'lsal_dependency_up{name="redis"} 0.0' in answer.text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(None, 401, id="none"),
        pytest.param("Bearer wrong", 401, id="wrong"),
        pytest.param("Bearer ", 401, id="empty"),
        pytest.param("Bearer wr\u00f6ng", 401, id="not ASCII"),
        pytest.param("Basic open-sesame", 401, id="another scheme"),
        pytest.param("Bearer open-sesame", 200, id="right"),
    ],
)
def test_a_token_closes_it(application: Application, header: str | None, status: int) -> None:
    closed = {"STORE_URL": str(application.store_folder), "LSAL_METRICS_TOKEN": "open-sesame",
              "REDIS_URL": application.config.redis_url}  # fmt: skip
    parts = Application(Config.model_validate(closed))
    headers = {"Authorization": header} if header is not None else {}
    assert site(parts).get("/metrics", headers=headers).status_code == status
    parts.close()


JOB = """
import os
import plugin.jobs
with plugin.jobs.parts() as app:
    app.metrics.add("lsal_label_studio_requests", ("ok",))
os._exit(0)
"""


def test_what_a_job_counts_outlives_its_process(application: Application) -> None:
    config = application.config
    environment = os.environ | {"STORE_URL": config.store_url, "REDIS_URL": config.redis_url}
    subprocess.run([sys.executable, "-c", JOB], env=environment, check=True)
    assert scrape(application)[at("lsal_label_studio_requests_total", outcome="ok")] == 1


def test_the_documentation_names_every_metric_and_no_other(application: Application) -> None:
    text = site(application).get("/metrics").text
    assert set(re.findall(r"`(lsal_\w+)", DOCS)) == set(re.findall(r"# TYPE (\w+) ", text))
