"""Splits: which images train, which validate, which test; stable for ever.

A split is drawn for a group of images by a hash of its name, so an image that is added moves none
that is there. What belongs together is one group: images of one scene, images that look alike.
"""

from hashlib import blake2b
from typing import Literal

from plugin.domain.training_settings import Splits

Split = Literal["train", "val", "test"]

SPLITS: tuple[Split, ...] = ("train", "val", "test")

_STEPS = 1 << 53
"""Steps of a draw: what a float tells apart below 1."""


def digest64(text: str) -> int:
    """A whole number of 64 bits for a text, the same everywhere; never 0, which stands for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") or 1


def split_of(group: int, splits: Splits) -> Split:
    """The split of a group, by the number that stands for its name.

    Groups are spread evenly: of many, each split gets its share.
    """
    # Drawn anew: the group's own digest also says which of two images came first.
    drawn = (digest64(f"split\0{group}") >> 11) / _STEPS
    if drawn < splits.train:
        return "train"
    # What a rounding leaves of 1 goes to the last split that has a share.
    return "val" if drawn < splits.train + splits.val or not splits.test else "test"
