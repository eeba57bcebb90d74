"""A sample of a stream: as large as it may be, and fair."""

from collections import Counter
from random import Random

import pytest

from plugin.domain.reservoir import Reservoir

SIZE = 10
LENGTH = 200
RUNS = 4000


def sample(length: int, random: Random, size: int = SIZE) -> Reservoir[int]:
    reservoir: Reservoir[int] = Reservoir(size, random)
    for element in range(length):
        if reservoir.wants_next():
            reservoir.put(element)
    return reservoir


@pytest.mark.parametrize("length", [0, 1, SIZE, SIZE + 1, 10_000])
def test_it_holds_what_came_up_to_its_size(length: int) -> None:
    reservoir = sample(length, Random(7))
    assert (reservoir.seen, len(set(reservoir.taken))) == (length, min(length, SIZE))


def test_every_element_has_the_same_chance() -> None:
    random, counts = Random(7), Counter[int]()
    for _ in range(RUNS):
        counts.update(sample(LENGTH, random).taken)
    expected = RUNS * SIZE / LENGTH
    chi_square = sum((counts[each] - expected) ** 2 / expected for each in range(LENGTH))
    assert chi_square < 267  # exceeded by one fair sample in a thousand, at 199 degrees of freedom


def test_pairs_are_taken_as_often_as_their_elements_say() -> None:
    random, both = Random(7), 0
    for _ in range(RUNS):
        both += {0, LENGTH - 1} <= set(sample(LENGTH, random).taken)
    expected = RUNS * SIZE * (SIZE - 1) / (LENGTH * (LENGTH - 1))
    assert abs(both - expected) < 4 * expected**0.5


def test_nearly_everything_is_passed_over() -> None:
    reservoir: Reservoir[int] = Reservoir(SIZE, Random(7))
    wanted = 0
    for element in range(100_000):
        if reservoir.wants_next():
            reservoir.put(element)
            wanted += 1
    assert wanted < 250  # 10 + 10 ln(10,000) are 102


class Extreme(Random):
    """Draws nothing but the smallest or the largest number there is."""

    def __init__(self, bits: int) -> None:
        super().__init__(0)
        self.bits = bits

    def getrandbits(self, _k: int, /) -> int:
        return self.bits

    def randrange(self, _start: int, _stop: int | None = None, _step: int = 1) -> int:
        return 0


@pytest.mark.parametrize("bits", [0, 2**52 - 1])
@pytest.mark.parametrize("size", [1, 10, 1000])
def test_no_draw_is_too_extreme(bits: int, size: int) -> None:
    assert sample(5000, Extreme(bits), size).seen == 5000
