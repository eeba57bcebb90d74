"""Tasks as Label Studio has them, read past our own gateway: nothing is to prove itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from plugin.config import Config

PAGE = 500
"""Tasks in one answer of Label Studio."""


def tasks_of(config: Config, project: int) -> Iterator[Mapping[str, Any]]:
    """Yield the tasks of a project, with their predictions and annotations."""
    token = {"Authorization": f"Token {config.label_studio_api_key.get_secret_value()}"}
    asked: dict[str, str | int] = {"project": project, "fields": "all", "page_size": PAGE}
    with httpx.Client(base_url=config.label_studio_url, headers=token, timeout=120) as client:
        page = 1
        while True:
            answer = client.get("/api/tasks/", params=asked | {"page": page}).raise_for_status()
            found = answer.json()
            yield from found["tasks"]
            if page * PAGE >= found["total"]:
                return  # a page behind the last one would be answered with 404
            page += 1
