"""Hash: what reviewed images look like, found out while reviews come in, one image at a time.

A training set keeps images apart that look alike. Whoever builds one has the looks of its images by
then, and need not decode ten thousand of them while somebody waits.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

from plugin.domain.errors import InvalidInputError, NotFoundError
from plugin.domain.frame import Frame
from plugin.images import inspect
from plugin.stores.candidates.admission_questions import look_of
from plugin.stores.frames.spool import Spool
from plugin.stores.settings_history import SettingsHistory

THREADS = 4
"""That decode images, each of them one at a time; most of it runs without Python's lock."""


@dataclass(frozen=True)
class Hasher:
    """Reads images of frames for their perceptual hash."""

    history: SettingsHistory
    spool: Spool

    def looks(self, project: str, frames: Sequence[Frame | None]) -> Iterator[str]:
        """Yield the look of each frame's image, in 16 hex digits.

        "" where none is wanted: no frame is given, its record has its look, or the project's
        training set does not ask; and where the image is gone or not the one that was posted: who
        builds the training set says so.

        Raises:
            OSError: the Store does not answer.
        """
        if not self.history.newest(project).settings.training_set.alike_together:
            yield from ("" for _ in frames)
            return
        with ThreadPoolExecutor(THREADS) as threads:
            yield from threads.map(self._look, frames)

    def _look(self, frame: Frame | None) -> str:
        if frame is None or frame.image.look:
            return ""
        try:
            data = self.spool.image(frame)
            if frame.image.sha256 and sha256(data).hexdigest() != frame.image.sha256:
                return ""
            return look_of(inspect(data, with_look=True).look)
        except (NotFoundError, InvalidInputError):
            return ""
