"""Reading /metrics as Prometheus does."""

from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from plugin.bootstrap import Application
from webhook_server import problems
from webhook_server.operations import metrics

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def site(parts: Application) -> FlaskClient:
    """A web server with these parts that answers /metrics."""
    app = Flask(__name__)
    problems.register(app)
    app.register_blueprint(metrics.blueprint(parts))
    return app.test_client()


def scrape(parts: Application) -> Values:
    """The samples, by name and labels; see `at`."""
    answer = site(parts).get("/metrics")
    assert answer.status_code == 200
    return {
        at(sample.name, **sample.labels): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def at(sample: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The key of a sample among the values."""
    return sample, frozenset(labels.items())


def by_label(values: Values, sample: str, label: str) -> dict[str, float]:
    """The values of one sample by one of its labels."""
    return {
        dict(labels)[label]: value for (name, labels), value in values.items() if name == sample
    }
