"""What requests leave behind: their time under their route, and a line for a refused post."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from redis import Redis

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.stores.measures.metrics import REQUEST_SECONDS, Metrics
from webhook_server import observing, problems


@pytest.fixture
def metrics(redis: Redis) -> Metrics:
    return Metrics(redis)


@pytest.fixture
def client(metrics: Metrics) -> FlaskClient:
    app = Flask(__name__)
    observing.register(app, metrics)
    problems.register(app)

    @app.post("/v1/projects/<project>/events")
    def events(project: str) -> Response:
        if project == "wrong":
            raise InvalidInputError(FieldError("prediction", "a secret value", "an object"))
        if project == "broken":
            raise RuntimeError("a defect")
        return Response(status=202)

    @app.get("/lines")
    def lines() -> Response:
        def parts() -> Iterator[str]:
            yield "one"
            yield "two"

        return Response(parts())

    return app.test_client()


def observed(metrics: Metrics) -> dict[tuple[str, ...], int]:
    metrics.flush()
    found = metrics.histograms(REQUEST_SECONDS)
    return {labels: sum(histogram.counts) for labels, histogram in found.items()}


def test_requests_are_timed_by_route_and_class_of_status(
    client: FlaskClient, metrics: Metrics
) -> None:
    for project in ("parts", "other", "wrong", "broken"):
        client.post(f"/v1/projects/{project}/events")
    for path in ("/nowhere", "/elsewhere"):
        client.get(path)
    route = "/v1/projects/<project>/events"
    assert observed(metrics) == {
        (route, "2xx"): 2, (route, "4xx"): 1, (route, "5xx"): 1, ("unmatched", "4xx"): 2,
    }  # fmt: skip


def test_a_streamed_answer_is_timed_to_its_end(client: FlaskClient, metrics: Metrics) -> None:
    answer = client.get("/lines", buffered=False)
    assert observed(metrics) == {}
    assert answer.get_data() == b"onetwo"
    answer.close()
    assert observed(metrics) == {("/lines", "2xx"): 1}


def test_a_refused_post_is_one_line_with_an_id_and_without_values(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = client.post("/v1/projects/wrong/events")
    (record,) = caplog.records
    said = vars(record)
    assert said["levelname"] == "INFO"
    assert said["request_id"] == answer.headers["X-Request-Id"]
    assert (said["project"], said["status"], said["method"]) == ("wrong", 422, "POST")
    assert (said["reason"], said["faults"]) == ("Invalid input", ["prediction"])
    assert "a secret value" not in str(said)


def test_an_id_that_was_sent_is_kept_unless_it_is_odd(client: FlaskClient) -> None:
    def answered(sent: str) -> str:
        answer = client.post("/v1/projects/wrong/events", headers={"X-Request-Id": sent})
        return answer.headers["X-Request-Id"]

    assert answered("line-3.0042") == "line-3.0042"
    for odd in ("", "x" * 65, "a b", "<b>", "a\u00e9"):
        assert len(answered(odd)) == 16


def test_a_defect_of_ours_is_a_warning(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/v1/projects/broken/events")
    levels = [record.levelname for record in caplog.records if record.name == observing.__name__]
    assert levels == ["WARNING"]


def test_what_was_taken_and_what_was_only_asked_leave_no_line(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client.post("/v1/projects/parts/events")
    client.get("/nowhere")
    assert caplog.records == []
