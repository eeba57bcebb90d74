"""Frames that move on while they are copied: none is missed, at whatever moment it moves."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from plugin.backup.copying import Backup
from plugin.backup.kept_apart import KeptApart
from plugin.backup.order import prefixes
from plugin.backup.putting_back import Restore
from plugin.domain.frame import Frame, ImageInfo, Reservation, frame_id
from plugin.domain.prediction import Prediction
from plugin.stores.backends.folder import FolderStore
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.frames.spool import Spool, image_key
from plugin.stores.notices.contacts import Contact, Contacts
from plugin.stores.objects import Listed
from tests.samples import NOW

LISTINGS = 100
"""More than a backup makes of a project with one frame; it ends with the first that it does not."""


def made(event: str) -> Frame:
    name = frame_id("parts", event)
    image = ImageInfo(image_key("parts", name, "jpg"), "image/jpeg", "0" * 64, 1, 1, 1)
    return Frame(
        frame_id=name, project="parts", event_id=event, deployment="line-3", captured_at=NOW,
        received_at=NOW, period="2026-11-23", image=image, prediction=Prediction(),
    )  # fmt: skip


class Moving(FolderStore):
    """A Store in which a frame moves on, from the `since`th listing that a backup makes on."""

    def __init__(self, root: Path, way: str, since: int) -> None:
        super().__init__(root, synced=False)
        self.frame, self.way = made(way), iter(way)
        self.wait, self.started = since, False
        self.move()

    def listing(self, prefix: str) -> Iterator[Listed]:
        for folder in self.folders(prefix):
            yield from self.listing(f"{prefix}{folder}/")
        found = [each for each in super().listing(prefix) if "/" not in each.key[len(prefix) :]]
        if self.started:
            self.wait -= 1
            if self.wait < 0:
                self.move()  # between the listing of a folder and the reading of what it has
        yield from found

    def move(self) -> None:
        spool, frame = Spool(self), self.frame
        match next(self.way, ""):
            case "A":
                Reservations(self).add(Reservation(frame, "", NOW))
            case "P" if not spool.retry("parts", frame.frame_id):
                spool.add(frame, b"image")
                Reservations(self).remove(Reservation(frame, "", NOW))
            case "F":
                self.put(frame.image.key, b"image")
                spool.mark_failed(frame, "for now", NOW)
            case "I":
                spool.mark_all_imported("2026-11-23", [(frame, 7)], NOW)


def places(store: FolderStore) -> set[str]:
    return {key.split("/")[3] for key in store.keys("projects/parts/frames/")}


@pytest.mark.parametrize("way", ["PI", "API", "PF", "FPI", "PFPI"])
def test_a_frame_on_its_way_is_copied_with_its_image(way: str, tmp_path: Path) -> None:
    for since in range(LISTINGS):
        store = Moving(tmp_path / f"{since}", way, since)
        store.started = True
        copy, again = (FolderStore(tmp_path / f"{since}-{each}", synced=False) for each in "ab")
        Backup(store, KeptApart(copy), lambda: NOW).run()
        if store.wait >= 0:
            break  # it was done before anything moved
        Restore(again, KeptApart(copy), "backup").run()
        found = places(again)
        assert found, f"missed when it moved from the {since}th listing on"
        if found != {"awaiting"}:
            assert again.get(store.frame.image.key) == b"image"
    assert 10 < since < LISTINGS - 1


def test_what_is_replaced_while_it_is_copied_is_looked_for_again(tmp_path: Path) -> None:
    contacts = "contacts/"

    class Replaced(FolderStore):
        def listing(self, prefix: str) -> Iterator[Listed]:
            found = list(super().listing(prefix))
            if prefix == contacts and found[0].key.endswith("000001.json"):
                Contacts(FolderStore(self.root)).save(
                    Contacts(FolderStore(self.root)).of("ann@example.com")
                )
            return iter(found)

    store = Replaced(tmp_path / "store")
    Contacts(store).save(Contact("ann@example.com"))
    copy, again = (FolderStore(tmp_path / each) for each in "ab")
    Backup(store, KeptApart(copy), lambda: NOW).run()
    Restore(again, KeptApart(copy), "backup").run()
    assert Contacts(again).of("ann@example.com").revision == 2


def test_every_folder_is_copied_known_or_not(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    keys = [
        f"{top}/{inside}"
        for top, inside in product(["new", "projects/parts", "outbox"], ["x", "y/z"])
    ]
    for key in (*keys, "datasets/parts/images/ab/x.jpg", "probes/x", "secrets/x"):
        store.put(key, b"x")
    found = {key for prefix in prefixes(store, {"secrets"}) for key in store.keys(prefix)}
    assert found == {*keys, "datasets/parts/images/ab/x.jpg"}
