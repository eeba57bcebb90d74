"""Colours of classes in the Store: given once, for all batches of a project."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.colours import ClassColours


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def test_a_batch_that_learned_classes_in_another_order_shows_the_same_colours(
    store: FolderStore,
) -> None:
    names = [f"part {number}" for number in range(12)]
    first = ClassColours(store)
    given = first.of("parts", names[:2])
    for name in names[2:]:
        given |= first.of("parts", [name])
    assert ClassColours(store).of("parts", names[::-1]) == given


def test_what_is_known_writes_nothing(store: FolderStore) -> None:
    shades = ClassColours(store)
    shades.of("parts", ["dent", "bolt"])
    shades.of("parts", ["bolt"])
    shades.of("parts", ["bolt", "dent"])
    assert len(list(store.keys("projects/parts/colours/"))) == 1


def test_projects_do_not_share_their_colours(store: FolderStore) -> None:
    shades = ClassColours(store)
    shades.of("parts", [f"class {number}" for number in range(20)])
    assert shades.of("doors", ["handle"]) == ClassColours(store).of("other", ["handle"])


def test_workers_that_meet_new_classes_at_once_agree(store: FolderStore) -> None:
    names = [f"part {number}" for number in range(16)]
    orders = [names[start:] + names[:start] for start in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda order: ClassColours(store).of("parts", order), orders))
    assert all(each == found[0] for each in found)
    assert len(set(found[0].values())) == 16
