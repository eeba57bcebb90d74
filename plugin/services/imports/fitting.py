"""Fit: images are read and brought to size ahead of time, while Label Studio does the ones before.

An image is held as it was posted by one thread at a time, and after that in the size that reviewers
get: memory does not grow with what cameras post.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from plugin.domain.frame import Frame
from plugin.domain.settings import ImageSettings
from plugin.images import FittedImage, inspect_and_fit
from plugin.stores.frames.spool import Spool

THREADS = 4


class Fitter:
    """Images of frames on their way; leaving the context drops what was not taken."""

    def __init__(self, spool: Spool, settings: ImageSettings) -> None:
        self._spool = spool
        self._settings = settings
        self._pool = ThreadPoolExecutor(THREADS)
        self._begun: dict[str, Future[FittedImage]] = {}

    def __enter__(self) -> Self:
        """Begin with nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what was not taken."""
        self._pool.shutdown(cancel_futures=True)

    def begin(self, frames: Sequence[Frame]) -> None:
        """Begin with the images of these frames, as far as that was not done yet."""
        for frame in frames:
            if frame.frame_id not in self._begun:
                self._begun[frame.frame_id] = self._pool.submit(self._fit, frame)

    def take(self, frame: Frame) -> FittedImage:
        """The image of a frame, as reviewers get it.

        Raises:
            NotFoundError: it is not there.
            InvalidInputError: it cannot be read.
        """
        self.begin([frame])
        return self._begun.pop(frame.frame_id).result()

    def _fit(self, frame: Frame) -> FittedImage:
        data = self._spool.image(frame)
        return inspect_and_fit(data, self._settings)
