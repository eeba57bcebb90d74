"""Counts requests to Label Studio by how they ended, below the SDK: pages of a list are several."""

from collections.abc import Callable
from typing import Any

import httpx


class CountingClient(httpx.Client):
    """Sends requests and tells each one's outcome: `ok`, an HTTP status, or `no_answer`."""

    def __init__(self, count: Callable[[str], None], **options: Any) -> None:  # noqa: ANN401  httpx's own
        super().__init__(**options)
        self._count = count

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
        """Send a request.

        Raises:
            httpx.TransportError: nobody answered.
        """
        try:
            response = super().send(request, **options)
        except httpx.TransportError:
            self._count("no_answer")
            raise
        self._count("ok" if response.status_code < 400 else str(response.status_code))
        return response
