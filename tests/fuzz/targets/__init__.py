"""Every parser that reads what others wrote; found by reading, not from memory."""

from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    addresses,
    edge,
    events,
    images,
    predictions,
    sets,
    settings,
    stored,
    studio,
)


def all_targets(folder: Path) -> Sequence[Target]:
    """All of them; those that read files have their place in a folder."""
    return [
        *events.targets(folder / "events"),
        *predictions.targets(),
        *images.targets(),
        *settings.targets(),
        *addresses.targets(folder / "addresses"),
        *studio.targets(),
        *sets.targets(folder / "sets"),
        *edge.targets(folder / "edge"),
        *stored.targets(folder / "stored"),
    ]
