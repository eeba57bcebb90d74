"""Who reviews which images: dealing tasks out to reviewers."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError


class Wish(msgspec.Struct, frozen=True):
    """A number of images for one reviewer (an e-mail address known to Label Studio)."""

    reviewer: str
    images: int


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks one reviewer has in one batch, and the address where they begin."""

    reviewer: str
    task_ids: tuple[int, ...]
    shuffled: bool
    view_id: int
    link: str
    assigned_at: datetime


def deal(
    free: Sequence[int], wishes: Sequence[Wish], shuffle_with: Random | None
) -> dict[str, tuple[int, ...]]:
    """Deal out tasks, exactly as many as wished, none to two reviewers.

    Args:
        free: tasks that nobody has yet, most urgent first.
        wishes: a number of images per reviewer.
        shuffle_with: where the shuffle's randomness comes from; None deals in the given order.

    Raises:
        InvalidInputError: a reviewer twice, a number below one, or more than there are.
    """
    _check(free, wishes)
    deck = list(free)
    if shuffle_with is not None:
        shuffle_with.shuffle(deck)
    hands: dict[str, tuple[int, ...]] = {}
    for wish in wishes:
        hands[wish.reviewer], deck = tuple(deck[: wish.images]), deck[wish.images :]
    return hands


def _check(free: Sequence[int], wishes: Sequence[Wish]) -> None:
    reviewers = [wish.reviewer for wish in wishes]
    for index, wish in enumerate(wishes):
        if wish.reviewer in reviewers[:index]:
            expected = "each reviewer once"
            raise InvalidInputError(FieldError(f"reviewers[{index}]", wish.reviewer, expected))
        if wish.images < 1:
            raise InvalidInputError(FieldError(f"images[{index}]", wish.images, "at least 1"))
    wanted = sum(wish.images for wish in wishes)
    if wanted > len(free):
        expected = f"at most {len(free)}, the images that nobody has yet"
        raise InvalidInputError(FieldError("images", wanted, expected))
