"""Lists of tasks, page by page."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from plugin.domain.errors import NotFoundError
from plugin.labelstudio.api.connection import Connection, translated


class Paging(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def _pages(
        self, project: int, found: Mapping[str, Any], order: str, options: dict[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Yield tasks, page by page; the SDK would ask for one page more to see that it is none."""
        query = json.dumps({"filters": found, "ordering": [order]})
        page, seen, total = 1, 0, 1
        while seen < total:
            params = {"project": project, "query": query, "page": page, "resolve_uri": "false"}
            try:
                with translated():
                    answer = self._request("GET", "api/tasks/", params=params | options)
            except NotFoundError:
                if page > 1:
                    return  # there were fewer pages by now
                raise
            yield from answer["tasks"]
            page, seen = page + 1, seen + len(answer["tasks"])
            total = answer["total"] if answer["tasks"] else 0
