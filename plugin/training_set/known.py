"""What is known of the images of a version when the next one is built: where each one's record is.

It is read from the indexes alone, 34 bytes an image; of the records only the pages that are asked
for are.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from plugin.domain.splitting import digest64
from plugin.training_set.examples import Example
from plugin.training_set.segments import PAGE, ROW, Record, Rows, Segments
from plugin.training_set.versions import Segment

_PAGES_KEPT = 8


class Known:
    """Finds the records of images of one version."""

    def __init__(self, segments: Segments, project: str, of: Sequence[Segment]) -> None:
        self._of = of
        parts = [segments.rows(project, segment) for segment in of]
        self.rows: Rows = np.concatenate(parts) if parts else np.empty(0, ROW)
        self._starts = np.cumsum([0, *map(len, parts)])
        self._ids = np.ascontiguousarray(self.rows["id"])
        self._ends = self._ids.astype(np.uint16)
        self._page = lru_cache(_PAGES_KEPT)(
            lambda segment, number: segments.page(project, of[segment], number)
        )

    def places(self, image_ids: Sequence[str]) -> dict[str, int]:
        """Where in `rows` the last record of each image is, of those that have any."""
        wanted = {digest64(each): each for each in image_ids}
        # Few ids end as one that is wanted does: what is left is compared as a whole. To sort all
        # of them takes ten times as long, and an increment asks for a hundred.
        is_end = np.zeros(1 << 16, np.bool_)
        is_end[[each & 0xFFFF for each in wanted]] = True
        near = np.flatnonzero(is_end[self._ends])
        found = zip(self._ids[near].tolist(), near.tolist(), strict=True)
        # In the order of the segments: of several records of an image, the last one is left.
        return {wanted[identity]: place for identity, place in found if identity in wanted}

    def examples(self, places: Mapping[str, int]) -> dict[str, Example]:
        """The examples of images, without those that were removed."""
        found = {image_id: self._record(place) for image_id, place in places.items()}
        return {image_id: record.example for image_id, record in found.items() if record.example}

    def _record(self, place: int) -> Record:
        segment = int(np.searchsorted(self._starts, place, side="right")) - 1
        number, at = divmod(place - int(self._starts[segment]), PAGE)
        return self._page(segment, number)[at]
