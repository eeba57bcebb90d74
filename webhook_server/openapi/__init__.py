"""The OpenAPI document of the HTTP API, made from the types that the code uses."""

from webhook_server.openapi.document import document

__all__ = ["document"]
