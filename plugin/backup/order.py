"""In which order the Store is copied while it is worked on, so that the copy is whole.

Whatever names another object was written after it, and what is named is not removed. So who copies
what names before what is named never has the one without the other. And a frame's record is
written in its new place before it leaves the old one: who copies the places in the order in which
frames pass them misses none. It may be copied twice, which is what a crash between the two leaves,
and so is known to everybody who reads it.
"""

from collections.abc import Collection, Iterator

from plugin.stores.objects import ObjectStore

SECRET = frozenset({"contacts", "deployments", "secrets"})
"""Folders that hold hashes of keys, signing secrets and addresses with passwords in them."""

PASSING = frozenset({"probes"})
"""Folders of what is removed at once."""

_FIRST = ("format", "outbox", "retrain", "datasets", "projects")

_OUTBOX = ("waiting", "letters")
_TRAINING_SET = ("versions", "problems")
_PROJECT = (
    "importing",
    # Failed and missing ones may wait once more, so their places are passed in a circle.
    "frames/failed", "frames/missing", "frames/awaiting", "frames/pending", "frames/failed",
    "frames/missing", "frames/pending", "frames/imported",
    # How far something was read, before what was read.
    "analysis", "ledgers", "review-log", "reviews",
    "assignments", "handing-out", "standing", "untouched", "opening", "tasks", "batches",
)  # fmt: skip
_LAST = ("images",)


def prefixes(store: ObjectStore, leave_out: Collection[str] = ()) -> Iterator[str]:
    """Yield every prefix to copy, in order; what lies under several is copied with the first.

    Args:
        store: what is copied.
        leave_out: folders at the top that are not.

    Raises:
        OSError: the Store does not answer.
    """
    tops = [top for top in store.folders("") if top not in {*leave_out, *PASSING}]
    for top in _in_order(tops, _FIRST):
        if top in {"datasets", "projects"}:
            inside = _TRAINING_SET if top == "datasets" else _PROJECT
            for name in store.folders(f"{top}/"):
                yield from _inside(store, f"{top}/{name}/", inside)
        elif top == "outbox":
            yield from _inside(store, "outbox/", _OUTBOX)
        else:
            yield f"{top}/"


def _inside(store: ObjectStore, prefix: str, first: Collection[str]) -> Iterator[str]:
    yield from (f"{prefix}{name}/" for name in first)
    copied = {name.partition("/")[0] for name in first}
    rest = [name for name in store.folders(prefix) if name not in {*copied, *_LAST}]
    yield from (f"{prefix}{name}/" for name in rest)
    yield prefix  # with what lies in no folder, and images, which everything else names


def _in_order(names: Collection[str], first: Collection[str]) -> list[str]:
    known = [name for name in first if name in names]
    return known + sorted(set(names).difference(known))
