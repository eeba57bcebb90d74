"""The kinds of Store: a folder, the same without waiting for the disk, and S3 (moto's server)."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from benchmarks.table import Row, compare, times
from plugin.stores.backends.locating import open_store
from plugin.stores.objects import ObjectStore, Pair
from tests.moto import CREDENTIALS, make_bucket, moto

GROUP = 16
IMAGE = 150_000
RECORD = 2_000
LISTED = 10_000

_names = count()


def rows() -> Iterator[Row]:
    """Compare each kind with a synced folder."""
    with _stores() as (folder, *others):
        _list_some(folder)
        for name, store in zip(("folder, ?sync=fast", "S3 on moto's server"), others, strict=True):
            yield from _compared(name, store, folder)


def _compared(name: str, store: ObjectStore, folder: ObjectStore) -> Iterator[Row]:
    _list_some(store)
    whats: list[tuple[str, str, Callable[[ObjectStore], Callable[[], int]]]] = [
        (f"frames of 150 kB kept in groups of {GROUP}", "frames/s", _groups),
        ("objects of 2 kB created one by one", "objects/s", _creates),
        ("objects of 150 kB read one by one", "objects/s", _reads),
        (f"keys listed of {LISTED:,}", "keys/s", _lists),
    ]
    for what, unit, work in whats:
        ours, other = compare(work(store), work(folder))
        yield Row(f"{name}: {what}", ours, "a synced folder", other, unit, "")


@contextmanager
def _stores() -> Iterator[list[ObjectStore]]:
    with tempfile.TemporaryDirectory(dir=".") as root, moto() as address:
        make_bucket(address, "bench")
        os.environ |= {"AWS_ENDPOINT_URL": address, **CREDENTIALS}
        urls = (f"{root}/synced", f"file://{root}/fast?sync=fast", "s3://bench/store")
        yield [open_store(url) for url in urls]


def _groups(store: ObjectStore) -> Callable[[], int]:
    image, record = os.urandom(IMAGE), os.urandom(RECORD)

    def keep() -> int:
        names = [next(_names) for _ in range(GROUP)]
        pairs = [Pair(f"images/{n:x}.jpg", image, f"frames/{n:x}.json", record) for n in names]
        return sum(store.create_pairs(pairs))

    return lambda: sum(keep() for _ in range(10))


def _creates(store: ObjectStore) -> Callable[[], int]:
    record = os.urandom(RECORD)
    return times(lambda: store.create(f"documents/{next(_names)}.json", record), 100)


def _reads(store: ObjectStore) -> Callable[[], int]:
    store.put("read/image.jpg", os.urandom(IMAGE))
    return times(lambda: store.get("read/image.jpg"), 100)


def _lists(store: ObjectStore) -> Callable[[], int]:
    return lambda: sum(1 for _ in store.keys("listed/"))


def _list_some(store: ObjectStore) -> None:
    for n in range(0, LISTED, 500):
        store.create_all([(f"listed/{each:05d}.json", b"{}") for each in range(n, n + 500)])
