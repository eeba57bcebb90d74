"""A folder that waits for no disk: what the setting `sync=fast` leaves out, and nothing else."""

import errno
import os
from pathlib import Path

import pytest

from plugin.stores.backends.folder import FolderStore
from plugin.stores.backends.locating import open_store
from plugin.stores.objects import Copy, Pair


def test_a_fast_folder_waits_for_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "no")

    (tmp_path / "a").mkdir()
    monkeypatch.setattr("plugin.stores.backends.durable._libc", lambda: None)
    monkeypatch.setattr(os, "fsync", refuse)
    synced, fast = FolderStore(tmp_path), open_store(f"file://{tmp_path}?sync=fast")
    assert fast.create("a/1", b"")
    assert fast.create_pairs([Pair("a/2", b"", "a/3", b"")]) == [True]
    assert fast.create_all([("a/4", b"")]) == [True]
    fast.put("a/5", b"")
    for act in (
        lambda: synced.create("a/6", b""),
        lambda: synced.create_pairs([Pair("a/1", b"", "a/7", b"")]),
        lambda: synced.create_all([("a/8", b"")]),
        lambda: synced.copy_all([Copy("a/1", "b/8")]),
    ):
        with pytest.raises(OSError, match="no"):
            act()
    with pytest.raises(OSError, match="no"):
        synced.put("a/9", b"")
    assert list(fast.keys("a/")) == [f"a/{n}" for n in range(1, 6)]
    assert len(list((tmp_path / "a").iterdir())) == 5
