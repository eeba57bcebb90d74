"""What the server is measured against: a bare handler, and the same view as most would write it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from flask import Flask, Response, jsonify, request

from plugin.clock import utc_now
from plugin.domain.prediction import Prediction
from plugin.services.intake.gates import Gate
from plugin.stores.backends.locating import open_store
from plugin.stores.settings_history import SettingsHistory

ANSWER = b'{"outcome":"no_rule_matched","frame_id":"0123456789abcdef0123456789abcdef"}'


def bare(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Read a post and answer it: all that a WSGI server can do."""
    environ["wsgi.input"].read()
    start("200 OK", [("content-type", "application/json")])
    return [ANSWER]


def create_flask_app() -> Flask:
    """The same decision by the same rules behind a plain Flask view."""
    app = Flask(__name__)
    history = SettingsHistory(open_store(os.environ["STORE_URL"]))
    gate = Gate(history.current("bench"))

    @app.post("/v1/projects/<project>/events")
    def post_event(project: str) -> Response:
        event = request.get_json()
        prediction = msgspec.convert(event["prediction"], Prediction)
        verdict = gate.decider.decide(event["event_id"], prediction)
        return jsonify(outcome=verdict.refused, at=utc_now().isoformat(), project=project)

    return app
