"""What clients ask for and report, and what operators and balancers look at."""

from datetime import datetime
from typing import Any

from webhook_server.openapi import examples
from webhook_server.openapi.answers import JSON, answer, header, problems
from webhook_server.openapi.parameters import SIGNATURE, refer
from webhook_server.openapi.schemas import ref

Node = dict[str, Any]


def paths(now: datetime) -> dict[str, Node]:
    """The routes; `now` is for the examples that need a time."""
    return {
        "/v1/projects/{project}/rules": {"parameters": refer("project"), "get": _get_rules()},
        "/v1/projects/{project}/counts": {
            "parameters": refer("project"),
            "post": _post_counts(now),
        },
        "/healthz": {"get": _get_health()},
        "/readyz": {"get": _get_readiness()},
        "/metrics": {"get": _get_metrics()},
        "/openapi.json": {"get": _get_document()},
    }


_ETAG = header("Of this version of it.")


def _get_rules() -> Node:
    return {
        "operationId": "getRules",
        "tags": ["clients"],
        "summary": "The project's settings in force",
        "description": "For deciding at the edge just as the server does. Ask again now and then.",
        "security": [{"key": []}],
        "parameters": refer("If-None-Match"),
        "responses": {
            "200": answer(
                "The settings.",
                ref("Rules"),
                ETag=_ETAG,
                Cache_Control=header("Always `no-cache`: ask before each use."),
            ),
            "304": {"description": "You have them already.", "headers": {"ETag": _ETAG}},
            **problems(401, 404, 503),
        },
    }


def _post_counts(now: datetime) -> Node:
    return {
        "operationId": "postCounts",
        "tags": ["clients"],
        "summary": "Report what was turned away at the edge",
        "description": (
            "As counts by hour and outcome. The same `report_id` again is not counted again. "
            "`dropped` is an event that should have been sent and was lost."
        ),
        "security": [{"key": []}],
        "parameters": refer(*SIGNATURE),
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": ref("Report"), "examples": examples.reports(now)}},
        },
        "responses": {
            "202": answer("`taken` says whether it was new.", ref("Taken")),
            **problems(
                400, 401, 408, 413, 422, 503, _409="The webhook-id was used before."
            ),
        },
    }  # fmt: skip


def _get_health() -> Node:
    return {
        "operationId": "getHealth",
        "tags": ["operators"],
        "summary": "Whether the process serves",
        "security": [],
        "responses": {"200": answer("It does.", ref("Alive"))},
    }


def _get_readiness() -> Node:
    return {
        "operationId": "getReadiness",
        "tags": ["operators"],
        "summary": "Whether all that the server needs answers",
        "security": [],
        "responses": {
            "200": answer("It does.", ref("Ready")),
            "503": answer("What does not answer, how, and since when.", ref("NotReady")),
        },
    }


def _get_metrics() -> Node:
    text = {"schema": {"type": "string"}}
    return {
        "operationId": "getMetrics",
        "tags": ["operators"],
        "summary": "Metrics for Prometheus",
        "description": "Open, unless LSAL_METRICS_TOKEN closes it. See docs/observability.md.",
        "security": [{}, {"metricsToken": []}],
        "responses": {
            "200": {
                "description": "In the format that the header Accept prefers.",
                "content": {"text/plain": text, "application/openmetrics-text": text},
            },
            **problems(_401="Expected the metrics token."),
        },
    }


def _get_document() -> Node:
    return {
        "operationId": "getDocument",
        "tags": ["operators"],
        "summary": "This document",
        "security": [],
        "parameters": refer("If-None-Match"),
        "responses": {
            "200": answer("OpenAPI 3.1.", {"type": "object"}, ETag=_ETAG),
            "304": {"description": "You have it already.", "headers": {"ETag": _ETAG}},
        },
    }
