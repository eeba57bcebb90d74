"""What every Store promises, be it a folder, synced or not, or a bucket on S3.

By hand against any other: `LSAL_TEST_STORE=az://container` adds that one, which must exist.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from plugin.domain.errors import NotFoundError
from plugin.stores.backends.folder import FolderStore
from plugin.stores.backends.locating import open_store
from plugin.stores.frames.spool_depth import spool_depth
from plugin.stores.objects import Copy, ObjectStore, Pair

OF_ONES_OWN = os.environ.get("LSAL_TEST_STORE", "")
KINDS = ("folder", "fast folder", "s3", *([OF_ONES_OWN] if OF_ONES_OWN else []))
Told = TypeVar("Told")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "s3":
        bucket = request.getfixturevalue("bucket")
        return open_store(f"{bucket}/some/prefix")
    if request.param == OF_ONES_OWN:
        return open_store(f"{OF_ONES_OWN}/{uuid4()}/some/prefix")
    query = "?sync=fast" if request.param == "fast folder" else ""
    return open_store(f"file://{tmp_path}/store{query}")


def pairs(names: str, image: bytes = b"image") -> list[Pair]:
    return [Pair(f"images/{n}.jpg", image, f"records/{n}.json", n.encode()) for n in names]


def sixteen_at_once(act: Callable[[int], Told]) -> list[Told]:
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(act, range(16)))


def test_what_was_put_is_read_until_it_is_put_anew(store: ObjectStore) -> None:
    for data in (b"one", b"", b"another"):
        store.put("a/b.json", data)
        assert store.get("a/b.json") == data


def test_what_was_created_is_never_overwritten(store: ObjectStore) -> None:
    assert store.create("a/b.json", b"one")
    assert not store.create("a/b.json", b"one")
    assert not store.create("a/b.json", b"another")
    assert store.get("a/b.json") == b"one"


def test_many_are_created_and_deleted_at_once(store: ObjectStore) -> None:
    store.create("a/003", b"there before")
    objects = [(f"a/{n:03d}", b"%d" % n) for n in range(50)]
    assert store.create_all(objects) == [n != 3 for n in range(50)]
    assert store.get("a/003") == b"there before"
    assert store.get("a/049") == b"49"
    store.delete_all(["b/0", *(key for key, _ in objects[1:])])
    assert list(store.keys("a/")) == ["a/000"]


def test_a_copy_outlives_what_it_is_of(store: ObjectStore) -> None:
    store.create("a/1.jpg", b"one")
    store.create("a/2.jpg", b"two")
    store.create("b/2.jpg", b"there before")
    copies = [Copy("a/1.jpg", "b/1.jpg"), Copy("a/2.jpg", "b/2.jpg"), Copy("a/1.jpg", "c/d/1.jpg")]
    assert store.copy_all(copies) == [True, False, True]
    store.put("a/1.jpg", b"another")
    store.delete("a/1.jpg")
    assert list(store.get_all(["b/1.jpg", "b/2.jpg", "c/d/1.jpg"])) == [
        b"one", b"there before", b"one",
    ]  # fmt: skip
    assert store.copy_all([]) == []


def test_of_what_is_not_there_is_no_copy(store: ObjectStore) -> None:
    with pytest.raises(NotFoundError, match=r"a/1\.jpg"):
        store.copy_all([Copy("a/1.jpg", "b/1.jpg")])
    assert list(store.keys("b/")) == []


def test_those_who_copy_the_same_at_once_leave_one(store: ObjectStore) -> None:
    store.create("a/1.jpg", b"one")
    assert any(each for (each,) in sixteen_at_once(
        lambda _: store.copy_all([Copy("a/1.jpg", "b/1.jpg")])
    ))  # fmt: skip
    assert store.get("b/1.jpg") == b"one"


def test_of_those_who_create_the_same_object_exactly_one_is_told_so(store: ObjectStore) -> None:
    created = sixteen_at_once(lambda n: store.create("a/b.json", b"%d" % n))
    assert created.count(True) == 1
    assert store.get("a/b.json") == b"%d" % created.index(True)


def test_pairs_are_all_there(store: ObjectStore) -> None:
    assert store.create_pairs(pairs("abcdefghijklmnopqrstuvwxyz")) == [True] * 26
    assert store.get("images/z.jpg") == b"image"
    assert store.get("records/z.json") == b"z"
    assert len(list(store.keys("records/"))) == 26


def test_of_pairs_the_first_is_replaced_and_the_second_never(store: ObjectStore) -> None:
    store.create_pairs(pairs("b"))
    store.put("images/c.jpg", b"left behind by a crash")
    assert store.create_pairs(pairs("abc", b"new")) == [True, False, True]
    assert [store.get(f"images/{n}.jpg") for n in "abc"] == [b"new"] * 3


def test_the_same_pairs_at_once_are_created_once(store: ObjectStore) -> None:
    told = sixteen_at_once(lambda n: store.create_pairs(pairs("ab", b"%d" % n)))
    assert [sum(each) for each in zip(*told, strict=True)] == [1, 1]


def test_of_the_same_in_a_group_one_is_created(store: ObjectStore) -> None:
    assert sum(store.create_pairs(pairs("abab"))) == 2
    assert sum(store.create_all([("a/1", b"x"), ("a/1", b"y")])) == 1
    assert sorted(store.keys("records/")) == ["records/a.json", "records/b.json"]


def test_nothing_comes_of_no_pairs(store: ObjectStore) -> None:
    assert store.create_pairs([]) == []
    assert store.existing([]) == set()
    assert list(store.get_all([])) == []


def test_what_is_not_there(store: ObjectStore) -> None:
    store.put("a/b/c.json", b"")
    for key in ("a/c.json", "a/b", "a", "a/b/c.json/d"):
        assert not store.exists(key)
    with pytest.raises(NotFoundError, match=r"no object 'a/c\.json'"):
        store.get("a/c.json")
    assert [*store.keys("b/"), *store.listing("b/"), *store.folders("b/")] == []


def test_many_are_asked_for_at_once(store: ObjectStore) -> None:
    keys = [f"a/{n:03d}" for n in range(100)]
    for key in keys[::3]:
        store.put(key, key.encode())
    assert store.existing(keys) == set(keys[::3])
    assert list(store.get_all(keys)) == [k.encode() if k in keys[::3] else None for k in keys]


def test_what_was_deleted_is_gone_and_may_be_deleted_again(store: ObjectStore) -> None:
    store.create("a/b.json", b"")
    for _ in range(2):
        store.delete("a/b.json")
        assert not store.exists("a/b.json")
    assert store.create("a/b.json", b"")


def test_keys_are_sorted_whatever_lies_between_them(store: ObjectStore) -> None:
    keys = ["a/B", "a/b-c", "a/b.json", "a/b/c", "a/b/d/e", "a/b0", "a/b_", "ab/c", "a-b/c"]
    for key in reversed(keys):
        store.put(key, b"")
    assert list(store.keys("a/")) == sorted(keys[:7])
    assert list(store.keys("a/b/")) == ["a/b/c", "a/b/d/e"]
    assert store.folders("a/") == ["b"]


def test_folders_are_named_without_their_content(store: ObjectStore) -> None:
    for key in ("a/x/1", "a/y/2/3", "a/file", "b/z/4"):
        store.put(key, b"")
    assert store.folders("a/") == ["x", "y"]


def test_a_listing_of_many_pages_is_whole(store: ObjectStore) -> None:
    keys = [f"a/{n:05d}.json" for n in range(2100)]
    if isinstance(store, FolderStore):
        (store.root / "a").mkdir(parents=True)
        for key in keys:
            (store.root / key).touch()
    else:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda key: store.put(key, b""), keys))
    assert list(store.keys("a/")) == keys


def test_a_listing_says_when_objects_were_written(store: ObjectStore) -> None:
    before = time.time()
    for name in ("1.json", "2.json", "3.txt"):
        store.put(f"projects/parts/frames/pending/{name}", b"")
    for each in store.listing("projects/parts/frames/"):
        assert before - 2 < each.modified < time.time() + 2  # S3 says whole seconds
    frames, oldest = spool_depth(store, "parts", "pending")
    assert frames == 2
    assert oldest is not None and before - 2 < oldest < time.time() + 2


@pytest.mark.parametrize(
    "key", ["A.b-c_d/0", "a/" + "x" * 200 + ".json", "a/b.tar.gz", "0/1/2/3/4/5/6/7/8/9"]
)
def test_odd_names_are_names(store: ObjectStore, key: str) -> None:
    store.put(key, b"x")
    assert store.get(key) == b"x"
    assert list(store.keys(f"{key.partition('/')[0]}/")) == [key]


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "a/../b", "a/.b", "a b", "ä", "a?b", "a%20b", "a\nb"]
)
def test_what_is_no_key_is_a_defect_of_ours(store: ObjectStore, key: str) -> None:
    acts = (store.get, store.exists, store.delete, store.location, lambda k: store.put(k, b""),
            lambda k: store.create(k, b""))  # fmt: skip
    for act in acts:
        with pytest.raises(ValueError, match="not a key"):
            act(key)


def test_a_big_object_is_whole(store: ObjectStore) -> None:
    big = os.urandom(1 << 20) * 24
    store.put("a/big", big)
    assert store.get("a/big") == big
    assert store.create("b/big", big)
    assert store.get("b/big") == big


def test_a_location_is_what_a_person_finds_it_by(store: ObjectStore, tmp_path: Path) -> None:
    said = store.location("datasets/parts/v0001")
    if isinstance(store, FolderStore):
        assert said == f"{tmp_path}/store/datasets/parts/v0001"
    else:
        assert said.startswith(("s3://lsal-", OF_ONES_OWN or "s3://"))
        assert said.endswith("/some/prefix/datasets/parts/v0001")
