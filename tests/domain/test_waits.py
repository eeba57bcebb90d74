"""How long to wait before something that failed is tried again."""

import pytest

from plugin.domain.waits import LONGEST, LONGEST_ASKED, wait_after


def test_waits_grow_up_to_a_longest() -> None:
    waits = [wait_after(failures, 1.0) for failures in range(1, 100)]
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert wait_after(3, 0.0) == 4
    assert wait_after(3, 0.5) == 6


@pytest.mark.parametrize("draw", [0.0, 0.7, 1.0])
def test_nobody_comes_back_before_he_was_asked_to(draw: float) -> None:
    assert wait_after(1, draw, asked=30) >= 30
    assert wait_after(9, draw, asked=1) == wait_after(9, draw)
    assert wait_after(1, draw, asked=10**9) <= LONGEST_ASKED + 2
