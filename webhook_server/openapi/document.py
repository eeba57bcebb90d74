"""The document as a whole."""

from datetime import datetime
from typing import Any

from webhook_server.openapi import asking, posting
from webhook_server.openapi.answers import responses
from webhook_server.openapi.parameters import parameters
from webhook_server.openapi.schemas import schemas

DESCRIPTION = """\
Deployments post what their model saw; the few events worth a human look are kept, and their images
go to Label Studio. Everything else is turned away, and says why.

Errors are `application/problem+json` (RFC 9457) and name every field that is wrong. A method that a
path does not know is answered with 405. A 5xx means that nothing was taken: keep it, and send it
again after `Retry-After` seconds.
"""


def document(version: str, public_url: str, now: datetime) -> dict[str, Any]:
    """Make the OpenAPI document.

    Args:
        version: of this server.
        public_url: where clients find it; "" for wherever the document came from.
        now: for the examples that need a time.
    """
    found = schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Active learning for Label Studio",
            "version": version,
            "summary": "Keep what is worth a look.",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url or "/"}],
        "tags": [{"name": name, "description": said} for name, said in _TAGS.items()],
        "paths": posting.paths(found) | asking.paths(now),
        "components": {
            "schemas": found,
            "parameters": parameters(),
            "responses": responses(),
            "securitySchemes": _SECURITY,
        },
    }


_TAGS = {
    "deployments": "What cameras, phones and servers post.",
    "clients": "What clients ask for and report that decide at the edge.",
    "operators": "What balancers, supervisors and Prometheus ask for.",
}
_SECURITY = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "lsal_<id>_<secret>",
        "description": "A deployment's key, from `lsal deployment create`. It opens one project.",
    },
    "signature": {
        "type": "apiKey",
        "in": "query",
        "name": "signature",
        "description": "In the address that the answer to a kept event gives. It needs no key.",
    },
    "metricsToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "LSAL_METRICS_TOKEN, where it is set.",
    },
}
