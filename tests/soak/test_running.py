"""What is made of what was seen while the capacity was measured."""

import pytest

from benchmarks.soak.running import drained


@pytest.mark.parametrize(
    ("seen", "frames"),
    [
        ([(100.0, 1000), (105.0, 800), (110.0, 600)], 40),
        ([(100.0, 1000), (105.0, 500), (110.0, 0), (115.0, 0)], 100),
        ([(100.0, 300), (105.0, 0), (110.0, 0)], 60),
    ],
    ids=["some is left", "not counted once there is none", "at least so many"],
)
def test_a_backlog_says_what_is_imported(seen: list[tuple[float, int]], frames: float) -> None:
    assert drained(seen) == pytest.approx(frames)
