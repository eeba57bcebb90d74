"""When a project's model is trained again, and who is told."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from plugin.domain.fields import Every, Number, Value, refusal

MAX_ADDRESS = 2000  # characters

_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII, without spaces and backslashes


def _is_address(value: str) -> str:
    if not _PRINTABLE.fullmatch(value) or not _is_web(value):
        expected = "an address with http or https, without a user name"
        raise refusal(f"{expected}, like https://train.example.com/new")
    return value


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_reachable and parts.scheme in {"http", "https"} and "@" not in parts.netloc


WebAddress = Annotated[
    str, Field(min_length=1, max_length=MAX_ADDRESS), AfterValidator(_is_address)
]
"""An address of http or https in printable ASCII, others percent-encoded."""


class RetrainSettings(Value):
    """A new version of the training set is made when any of the triggers fires, and announced.

    `after_images` counts images that were reviewed, or reviewed otherwise, since the version
    before; `on_batch` is every batch that is completed; `every` a period that begins, in the time
    zone of the batches, where there is something new. `webhook` is posted to, and `command` runs
    what the operator set as LSAL_RETRAIN_COMMAND.
    """

    after_images: Annotated[Number, Field(ge=1, le=1_000_000)] | None = None
    on_batch: bool = False
    every: Every | None = None
    webhook: WebAddress | None = None
    command: bool = False

    @property
    def is_triggered(self) -> bool:
        """Whether versions are made without being asked for."""
        return bool(self.after_images or self.on_batch or self.every)
