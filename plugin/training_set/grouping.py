"""Which group an image belongs to, and so which split: nothing alike lies on both sides.

An image belongs with those of its scene, and with every image that looks like it. What is there
decides: an image that is known stays, and a new one goes where those are that it belongs with.
"""

from dataclasses import dataclass

import numpy as np

from plugin.domain.splitting import SPLITS, Split, digest64, split_of
from plugin.domain.training_settings import TrainingSetSettings
from plugin.training_set.segments import Row, Rows


@dataclass(frozen=True, slots=True)
class Traits:
    """By what an image belongs with others: its scene, "" for none, and its perceptual hash."""

    image_id: str
    scene: str = ""
    look: int | None = None


_HALF = np.uint64(32)
"""Bits of half a look."""

Kin = tuple[int, set[int]]
"""Images that one belongs with: the group of the first, and the splits of all of them."""


class Groups:
    """The groups of one training set; `place` adds to them."""

    def __init__(self, known: Rows, settings: TrainingSetSettings) -> None:
        self._settings = settings
        self._known = _Looks(known)
        self._new = _Looks(known[:0])
        of_scene = known[known["scene"] != 0]
        self._scenes, first = np.unique(of_scene["scene"], return_index=True)
        self._of_scene = of_scene[first]
        self._new_scenes: dict[int, Row] = {}

    def place(self, traits: Traits, wish: Split | None = None) -> Row | None:
        """The row of a new image, with its group and split, which is remembered.

        None where those that it belongs with are in different splits: it would be on both sides.

        Args:
            traits: of the image.
            wish: its split where it belongs with none that is there; else drawn.
        """
        scene = digest64(traits.scene) if traits.scene else 0
        identity = digest64(traits.image_id)
        kin = [each for each in (self._with_scene(scene), self._alike(traits.look)) if each]
        splits = {split for _, found in kin for split in found}
        if len(splits) > 1:
            return None
        group = kin[0][0] if kin else identity
        drawn = SPLITS.index(wish or split_of(group, self._settings.splits))
        split = splits.pop() if splits else drawn
        row = Row(identity, traits.look or 0, scene, group, split, traits.look is not None)
        self._remember(row)
        return row

    def _with_scene(self, scene: int) -> Kin | None:
        at = int(np.searchsorted(self._scenes, np.uint64(scene)))
        if scene and at < len(self._scenes) and int(self._scenes[at]) == scene:
            row = Row(*self._of_scene[at].item())
            return row.group, {row.split}
        new = self._new_scenes.get(scene)
        return (new.group, {new.split}) if new else None

    def _alike(self, look: int | None) -> Kin | None:
        """The group of the first image that looks alike, and the splits of all of them."""
        if look is None or not self._settings.alike_together:
            return None
        distance = self._settings.distance
        found = self._known.within(distance, look) + self._new.within(distance, look)
        return (found[0][0], {split for _, split in found}) if found else None

    def _remember(self, row: Row) -> None:
        if row.has_look:
            self._new.append(row)
        if row.scene and self._with_scene(row.scene) is None:
            self._new_scenes[row.scene] = row


class _Looks:
    """Looks of images, with their groups and splits, which more are added to.

    Their upper halves are compared first: hardly any two pass that are not alike.
    """

    def __init__(self, rows: Rows) -> None:
        has_look = rows["has_look"] == 1
        # A column each: a row of the index is read from end to end for one of its numbers.
        self._columns = [rows[name][has_look] for name in ("look", "group", "split")]
        self._halves = (self._columns[0] >> _HALF).astype(np.uint32)
        self._used = len(self._halves)

    def within(self, distance: int, look: int) -> list[tuple[int, int]]:
        """Group and split of the images that look alike, in the order in which they came."""
        looks, groups, splits = self._columns
        apart = np.bitwise_count(self._halves[: self._used] ^ np.uint32(look >> 32))
        found = np.flatnonzero(apart <= distance)
        found = found[np.bitwise_count(looks[found] ^ np.uint64(look)) <= distance]
        return list(zip(groups[found].tolist(), splits[found].tolist(), strict=True))

    def append(self, row: Row) -> None:
        """Add the look of one."""
        if self._used == len(self._halves):
            size = max(1024, 2 * self._used)
            self._columns = [np.resize(column, size) for column in self._columns]
            self._halves = np.resize(self._halves, size)
        values = (row.look, row.group, row.split)
        for column, value in zip(self._columns, values, strict=True):
            column[self._used] = value
        self._halves[self._used] = row.look >> 32
        self._used += 1


def group_name(row: Row) -> str:
    """A group as an example names it."""
    return f"{row.group:016x}"
