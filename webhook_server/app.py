"""The web application, made by a factory: `granian --factory webhook_server.app:create_app`."""

import atexit

from flask import Flask, Response
from jinja2 import StrictUndefined

from plugin.bootstrap import Application, application
from plugin.resources import templates_folder
from webhook_server import dashboard, health, ingest, problems

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def create_app(parts: Application | None = None) -> Flask:
    """Make the application from the parts given, or from what the environment says."""
    parts = parts or application()
    app = Flask(__name__, template_folder=str(templates_folder()))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"] = parts.config.max_body_mb * 1_000_000
    app.config["MAX_FORM_MEMORY_SIZE"] = 4_000_000
    app.config["MAX_FORM_PARTS"] = 20
    problems.register(app)
    app.register_blueprint(ingest.blueprint(parts))
    app.register_blueprint(dashboard.blueprint(parts))
    app.register_blueprint(health.blueprint(parts))
    app.after_request(_secure)
    parts.funnel.start()
    atexit.register(parts.funnel.stop)
    return app


def _secure(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
