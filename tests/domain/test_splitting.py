"""Splits: their shares, that they stay, and that nothing alike is on both sides."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.splitting import SPLITS, split_of
from plugin.domain.training_settings import Splits, TrainingSetSettings
from plugin.training_set.grouping import Groups, Traits, group_name
from plugin.training_set.segments import ROW, Row

NOTHING = np.empty(0, ROW)
SETTINGS = TrainingSetSettings(distance=3)

# Few scenes, and looks of few bits: much belongs with much else.
looks = st.none() | st.sets(st.integers(0, 63), max_size=6).map(
    lambda bits: sum(1 << bit for bit in bits)
)
scenes = st.sampled_from(["", "", "dock", "hall"])
images = st.lists(st.tuples(looks, scenes), max_size=60)


def traits(drawn: list[tuple[int | None, str]]) -> list[Traits]:
    return [Traits(f"{at:032x}", scene, look) for at, (look, scene) in enumerate(drawn)]


def placed(groups: Groups, images: list[Traits]) -> dict[Traits, Row]:
    rows = {each: groups.place(each) for each in images}
    return {each: row for each, row in rows.items() if row is not None}


@given(images)
def test_what_looks_alike_or_is_of_one_scene_is_in_one_split(
    drawn: list[tuple[int | None, str]],
) -> None:
    rows = placed(Groups(NOTHING, SETTINGS), traits(drawn))
    for one, row in rows.items():
        for other, its in rows.items():
            alike = None not in (one.look, other.look)
            apart = ((one.look or 0) ^ (other.look or 0)).bit_count()
            if (alike and apart <= 3) or (one.scene and one.scene == other.scene):
                assert row.split == its.split
    splits = defaultdict(set)
    for row in rows.values():
        splits[group_name(row)].add(row.split)
    assert all(len(each) == 1 for each in splits.values())


@given(images, st.integers(0, 60))
def test_an_image_that_is_added_moves_none(drawn: list[tuple[int | None, str]], first: int) -> None:
    """Placed at once, or some in one build and the others in the next: it is the same."""
    all_of_them = traits(drawn)
    at_once = placed(Groups(NOTHING, SETTINGS), all_of_them)
    before = placed(Groups(NOTHING, SETTINGS), all_of_them[:first])
    known = np.array(list(before.values()), ROW) if before else NOTHING
    after = placed(Groups(known, SETTINGS), all_of_them[first:])
    assert before | after == at_once


def test_an_image_between_two_splits_is_in_none() -> None:
    groups = Groups(NOTHING, SETTINGS)
    assert groups.place(Traits("a", look=0b0000_0000), wish="train") is not None
    assert groups.place(Traits("b", look=0b1111_0000), wish="test") is not None
    assert groups.place(Traits("c", look=0b0011_0000)) is None
    assert groups.place(Traits("d", look=0b0000_0001)) is not None, "it is like the first alone"


def test_where_looks_say_nothing_only_the_scene_counts() -> None:
    groups = Groups(NOTHING, TrainingSetSettings(alike_together=False))
    rows = [groups.place(Traits(str(number), look=7)) for number in range(50)]
    assert len({row.group for row in rows if row}) == 50


@pytest.mark.parametrize(
    "shares",
    [(0.8, 0.1, 0.1), (0.5, 0.25, 0.25), (1.0, 0.0, 0.0), (0.9, 0.1, 0.0), (0.0, 0.0, 1.0)],
)
def test_of_many_groups_every_split_has_its_share(shares: tuple[float, float, float]) -> None:
    splits = Splits(train=shares[0], val=shares[1], test=shares[2])
    number = 20_000
    found = Counter(split_of(group, splits) for group in range(1, number + 1))
    for name, share in zip(SPLITS, shares, strict=True):
        # Six standard deviations of a binomial distribution; none at all where it has no share.
        error = 6 * (share * (1 - share) / number) ** 0.5
        assert abs(found[name] / number - share) <= error


def test_the_split_of_a_group_is_written_in_stone() -> None:
    found = " ".join(split_of(group, Splits()) for group in range(24, 32))
    assert found == "test val train val train train train train"
