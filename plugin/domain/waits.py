"""How long to wait before something that failed is tried again."""

FIRST = 2.0  # seconds
LONGEST = 60.0  # seconds
LONGEST_ASKED = 900.0
"""Seconds that a server may ask us to stay away; one that asks for more is asked again then."""


def wait_after(failures: int, draw: float, asked: float | None = None) -> float:
    """Seconds to wait after so many failures in a row: growing, and not the same for everybody.

    Args:
        failures: in a row, 1 for the first.
        draw: from 0 to 1.
        asked: seconds that the other side wants to be left alone, where it said so.
    """
    grown = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 30)) * (0.5 + draw / 2)
    if asked is None:
        return grown
    # A little later than asked, and not all at once.
    return max(grown, min(asked, LONGEST_ASKED) + draw * FIRST)
