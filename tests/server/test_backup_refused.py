"""Backups that are not whole, were changed, or were made to do harm: nothing is said to be done."""

import errno
import os
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from shutil import rmtree

import pytest
from click.testing import CliRunner, Result

from plugin.bootstrap import Application
from plugin.cli import main


def lsal(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def empty(reachable: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A backup of a Store at `b` and `b.tar`; the environment names an empty Store."""
    for place in ("b", "b.tar"):
        assert lsal("backup", str(tmp_path / place)).exit_code == 0
    monkeypatch.setenv("STORE_URL", str(tmp_path / "empty"))
    return reachable


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.rglob(pattern)
    return found


def spoil_content(backup: Path) -> None:
    for file in (backup / "objects").rglob("*"):
        if file.is_file() and b'"parts"' in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(b'"parts"', b'"other"'))


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "content": (spoil_content, "was changed in it"),
    "no content": (lambda backup: rmtree(backup / "objects"), "is missing"),
    "list": (
        lambda backup: only(backup, "*.jsonl").write_bytes(b'{"key": "x"}\n'),
        "was changed since",
    ),
    "no list": (lambda backup: only(backup, "*.jsonl").unlink(), "000001.jsonl: is missing"),
    "no head": (lambda backup: only(backup, "head.json").unlink(), "no backup that was ended"),
    "no json": (lambda backup: only(backup, "head.json").write_bytes(b"{"), "expected the head"),
    "newer": (
        lambda backup: only(backup, "head.json").write_bytes(
            only(backup, "head.json").read_bytes().replace(b'"format":1', b'"format":9', 1)
        ),
        "made by a newer release",
    ),
}


@pytest.mark.parametrize(("spoil", "says"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_that_was_spoiled(
    empty: Application, tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(tmp_path / "b")
    for arguments in (("--check",), ()):
        said = lsal("restore", str(tmp_path / "b"), *arguments)
        assert (said.exit_code, says in said.output) == (1, True), said.output
    assert "restored" not in said.output


def member(name: str, data: bytes = b"x", **changes: object) -> tuple[tarfile.TarInfo, BytesIO]:
    made = tarfile.TarInfo(name)
    made.size = len(data)
    for field, value in changes.items():
        setattr(made, field, value)
    return made, BytesIO(data)


HOSTILE = {
    "out of the Store": member("store/../../evil"),
    "absolute": member("/etc/evil"),
    "hidden": member("store/projects/.evil"),
    "a link": member("store/link", type=tarfile.SYMTYPE, linkname="/etc/passwd", size=0),
    "a hard link": member("store/link", type=tarfile.LNKTYPE, linkname="/etc/passwd", size=0),
    "a device": member("store/null", type=tarfile.CHRTYPE, size=0),
    "a folder": member("store/projects", type=tarfile.DIRTYPE, size=0),
    "elsewhere": member("evil"),
    "not in the list": member("store/projects/parts/settings/000009.json"),
    "twice": member("store/format/000001.json"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_was_made_to_do_harm(empty: Application, tmp_path: Path, name: str) -> None:
    made = tmp_path / "hostile.tar"
    with tarfile.open(tmp_path / "b.tar") as good, tarfile.open(made, "w") as bad:
        if name == "twice":
            bad.addfile(*member("store/format/000001.json"))
        bad.addfile(HOSTILE[name][0], BytesIO(HOSTILE[name][1].getvalue()))
        for each in good:
            bad.addfile(each, good.extractfile(each))
    said = lsal("restore", str(made))
    assert (said.exit_code, said.output.startswith("Error: ")) == (1, True), said.output
    assert not list(tmp_path.rglob("*evil*")) and not (tmp_path / "empty" / "link").exists()


@pytest.mark.parametrize("keep", [0, 700, -10_240])
def test_a_file_that_was_cut_short(empty: Application, tmp_path: Path, keep: int) -> None:
    data = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(data[:keep])
    said = lsal("restore", str(tmp_path / "b.tar"))
    assert (said.exit_code, said.output.startswith("Error: ")) == (1, True), said.output


def test_nobody_works_on_what_was_restored_in_part(empty: Application, tmp_path: Path) -> None:
    whole = next(file for file in (tmp_path / "b" / "objects").rglob("*") if file.is_file())
    content = whole.read_bytes()
    whole.unlink()
    assert "is missing" in lsal("restore", str(tmp_path / "b")).output
    assert "was not finished: run it again" in lsal("project", "list").output
    assert "go on with that one" in lsal("restore", str(tmp_path / "b.tar")).output
    whole.write_bytes(content)
    assert lsal("restore", str(tmp_path / "b")).exit_code == 0
    assert "parts" in lsal("project", "list").output


def test_only_into_an_empty_store(empty: Application, tmp_path: Path) -> None:
    assert lsal("restore", str(tmp_path / "b")).exit_code == 0
    said = lsal("restore", str(tmp_path / "b")).output
    assert "the Store is not empty (projects): move away what is there" in said


def test_where_no_backup_can_lie(empty: Application, tmp_path: Path) -> None:
    store = tmp_path / "empty"
    store.mkdir()
    for place in (store, store / "backups", store / "b.tar", tmp_path):
        assert "a place apart from the Store" in lsal("backup", str(place)).output
    assert "the Store is empty" in lsal("backup", str(tmp_path / "new.tar")).output
    assert not (tmp_path / "new.tar").exists()
    assert "is there already" in lsal("backup", str(tmp_path / "b.tar")).output
    assert "No such file" in lsal("backup", str(tmp_path / "no" / "b.tar")).output
    assert "expected none" in lsal("restore", str(tmp_path / "b.tar"), "--backup", "x").output
    assert "expected the name" in lsal("restore", str(tmp_path / "b"), "--backup", "../x").output
    assert "No such file" in lsal("restore", str(tmp_path / "none.tar")).output


def test_a_disk_that_is_full_leaves_no_backup(reachable: Application, tmp_path: Path) -> None:
    for place in ("/dev/full/b", str(tmp_path / "b.tar")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", full)
            said = lsal("backup", place)
        assert (said.exit_code, said.output.startswith("Error: ")) == (1, True), said.output
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def full(_handle: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
