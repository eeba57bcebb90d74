"""How sure a share is that was counted: intervals that hold the true one 19 times in 20.

They take what is counted for independent; objects of one image are not quite.
"""

from math import sqrt

Z = 1.959964
"""Standard deviations of a normal distribution that hold 95 %."""

Interval = tuple[float, float]


def wilson(hits: int, number: int) -> Interval:
    """Wilson's score interval of `hits` among `number`; (0, 1) where nothing was counted.

    It holds for small numbers and for shares near 0 and 1, where the textbook's does not:
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927), https://doi.org/10.1080/01621459.1927.10502953.
    """
    if not number:
        return 0.0, 1.0
    share, square = hits / number, Z * Z
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = Z / (1 + square / number)
    half *= sqrt(share * (1 - share) / number + square / (4 * number * number))
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(hits: int, number: int, before_hits: int, before: int) -> Interval:
    """By how much a share is higher than another one was, -1 to 1: Newcombe's method 10.

    R. G. Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17 (1998), 873-890.

    Args:
        hits: of the share now.
        number: what it is of, at least 1.
        before_hits: of the share before.
        before: what that is of, at least 1.
    """
    now, then = hits / number, before_hits / before
    low, high = wilson(hits, number)
    low_then, high_then = wilson(before_hits, before)
    found = now - then
    return (
        found - sqrt((now - low) ** 2 + (high_then - then) ** 2),
        found + sqrt((high - now) ** 2 + (then - low_then) ** 2),
    )
