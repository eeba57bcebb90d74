"""Who reviews which images: dealing tasks out, moving them on, taking them back."""

from collections.abc import Sequence
from random import Random

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError

MAX_OVERLAP = 10
"""Reviewers of one image at most."""


class Wish(msgspec.Struct, frozen=True):
    """A number of images for one reviewer (an e-mail address known to Label Studio)."""

    reviewer: str
    images: int


def split(total: int, people: int, overlap: int = 1) -> list[int]:
    """How many images each person gets when `total` are split evenly, `overlap` people an image.

    The first ones get one more where it does not come out even. With fewer people than `overlap`
    nobody can be given anything.
    """
    if people < overlap:
        return [0] * people
    each, more = divmod(total * overlap, people)
    return [each + 1] * more + [each] * (people - more)


def deal(
    free: Sequence[int],
    wishes: Sequence[Wish],
    overlap: int = 1,
    shuffle_with: Random | None = None,
) -> dict[str, tuple[int, ...]]:
    """Deal out tasks, exactly as many as wished, each to `overlap` different reviewers.

    Args:
        free: tasks that nobody has yet, most urgent first.
        wishes: a number of images per reviewer.
        overlap: how many reviewers each of the dealt tasks gets.
        shuffle_with: where the shuffle's randomness comes from; None deals in the given order.

    Returns:
        Tasks by reviewer, in the order in which they are to be reviewed. However many tasks there
        are, there are at most as many different sets of reviewers of one task as wishes.

    Raises:
        InvalidInputError: a reviewer twice, a number below one, more than there are, or numbers
            with which not every image gets its reviewers.
    """
    _check(free, wishes, overlap)
    images = sum(wish.images for wish in wishes) // overlap
    deck = list(free)
    if shuffle_with is not None:
        shuffle_with.shuffle(deck)
    hands, begin = {}, 0
    for wish in wishes:
        # Round a ring of `images` places, `overlap` times in all: one after the other, and nobody
        # longer than a round, so nobody meets an image twice.
        places = sorted(place % images for place in range(begin, begin + wish.images))
        hands[wish.reviewer] = tuple(deck[place] for place in places)
        begin += wish.images
    return hands


def turns(
    weights: Sequence[int], dealt: Sequence[int], images: int, most: int | None = None
) -> list[int]:
    """Whose turn it is for each of so many images, by weight and by what each was dealt before.

    In the long run everybody gets exactly their share, and is at no time an image away from it.

    Args:
        weights: of each person, at least 1.
        dealt: how many images each was dealt before.
        images: how many are to be dealt.
        most: how many of them one person may get; None for any number.

    Returns:
        A place in `weights` per image.
    """
    counts, given, total = list(dealt), [0] * len(weights), sum(weights)
    order = []
    for number in range(sum(dealt) + 1, sum(dealt) + images + 1):
        able = [place for place, count in enumerate(given) if most is None or count < most]
        behind = [place for place in able if counts[place] * total < weights[place] * number]
        chosen = min(behind or able, key=lambda place: (counts[place] + 1) / weights[place])
        counts[chosen] += 1
        given[chosen] += 1
        order.append(chosen)
    return order


def _check(free: Sequence[int], wishes: Sequence[Wish], overlap: int) -> None:
    _check_wishes(wishes)
    if not 1 <= overlap <= min(len(wishes), MAX_OVERLAP):
        expected = f"from 1 to {min(len(wishes), MAX_OVERLAP)}, as many as there are reviewers"
        raise InvalidInputError(FieldError("overlap", overlap, expected))
    wanted = sum(wish.images for wish in wishes)
    if wanted > len(free) * overlap:
        each = f", {overlap} reviewers each" if overlap > 1 else ""
        expected = f"at most {len(free) * overlap}, the images that nobody has yet{each}"
        raise InvalidInputError(FieldError("images", wanted, expected))
    if wanted % overlap:
        expected = f"a sum that {overlap} divides, so that each image gets {overlap} reviewers"
        raise InvalidInputError(FieldError("images", wanted, expected))
    for index, wish in enumerate(wishes):
        if wish.images * overlap > wanted:
            expected = f"at most {wanted // overlap}, or one person would get an image twice"
            raise InvalidInputError(FieldError(f"images[{index}]", wish.images, expected))


def _check_wishes(wishes: Sequence[Wish]) -> None:
    if not wishes:
        raise InvalidInputError(FieldError("reviewers", [], "at least one reviewer"))
    reviewers = [wish.reviewer for wish in wishes]
    for index, wish in enumerate(wishes):
        if wish.reviewer in reviewers[:index]:
            expected = "each reviewer once"
            raise InvalidInputError(FieldError(f"reviewers[{index}]", wish.reviewer, expected))
        if wish.images < 1:
            raise InvalidInputError(FieldError(f"images[{index}]", wish.images, "at least 1"))
