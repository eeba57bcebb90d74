"""Whether the server runs, and whether what it needs answers."""

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError

from plugin.bootstrap import Application


def blueprint(application: Application) -> Blueprint:
    """The routes that balancers and supervisors ask."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        """Answer as soon as the process serves."""
        return jsonify(status="up")

    @routes.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Say which dependency does not answer."""
        problems = {}
        try:
            application.redis.ping()
        except RedisError as error:
            problems["redis"] = str(error)
        try:
            application.store.check()
        except OSError as error:
            problems["store"] = str(error)
        if problems:
            return jsonify(status="not ready", problems=problems), 503
        return jsonify(status="ready"), 200

    return routes
