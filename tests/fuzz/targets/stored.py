"""Documents of the Store and rows of Redis: what a half disk, a hand or a later release left."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from plugin.domain.announcing import Announcement
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame, ImageInfo, ImportedFrame, Reservation
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.domain.team import Member
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.documents import encode, read
from plugin.stores.measures.traffic_records import decode_record, encode_record
from plugin.stores.notices.outbox import Letter
from plugin.stores.review.review_log import Cursor
from plugin.stores.review.reviews import Review
from plugin.stores.review.team import TeamList
from plugin.stores.settings_history import SettingsHistory
from plugin.training_set.versions import Version
from tests.domain.format_samples import SAMPLES
from tests.fuzz.target import Target
from tests.samples import NOW, settings

_IMAGE = ImageInfo("projects/parts/images/ab/a.jpg", "image/jpeg", "0" * 64, 320, 240, 999)
_FRAME = Frame(
    frame_id="0" * 32, project="parts", event_id="shot-17", deployment="line-3", captured_at=NOW,
    received_at=NOW, period="2026-11-23", image=_IMAGE, prediction=SAMPLES["polygons"][1],
    metadata={"line": 3},
)  # fmt: skip
_SHARE = Share(reviewer="ann@example.com", tasks=(1, 2), shuffled=True, link="/x", assigned_at=NOW)
_MARK = Mark("ann@example.com", "finished", NOW, 8.5, 7)
DOCUMENTS: tuple[msgspec.Struct, ...] = (
    _FRAME,
    ImportedFrame(_FRAME, "2026-11-23", 7, NOW),
    Reservation(_FRAME, "d" * 64, NOW, "https://images.example.com/a.jpg"),
    Batch(
        name="2026-11-23", project="parts", period="2026-11-23", part=1, title="parts",
        label_studio_id=3, created_at=NOW, classes=("dent",), keypoints=(),
    ),
    Ledger(total=2, marks={1: (_MARK,)}, looked_until=NOW, looked_at=NOW),
    Assignments(2, (_SHARE,), "mind the rim", {3: ""}),
    TeamList((Member("ann@example.com", "Ann Lee"),), NOW),
    Cursor("projects/parts/review-log/2026-11-23/x.json", ("a", "b")),
)  # fmt: skip


def targets(folder: Path) -> Iterator[Target]:
    """One for documents of all kinds, and those that have a reader of their own."""
    store = FolderStore(folder, synced=False)
    samples = [bytes([at]) + encode(each) for at, each in enumerate(DOCUMENTS)]

    def document(data: bytes) -> None:
        kind = _KINDS[(data[0] if data else 0) % len(_KINDS)]
        store.put("documents/a.json", data[1:])
        assert read(store, "documents/a.json", kind) is not None

    yield Target("Store: documents", document, samples, head=1)
    yield _settings_of(store)
    yield _deployment_of(store)
    event = encode_record("shot-17", NOW, 0.5, SAMPLES["boxes"][1])
    traffic = Target("Redis: recent traffic", decode_record, [event], (msgspec.MsgspecError,))
    yield traffic


_KINDS = (*map(type, DOCUMENTS), Review, Letter, Announcement, Version)


def _settings_of(store: FolderStore) -> Target:
    history = SettingsHistory(store)
    history.add(settings(), "maya@example.com", NOW)
    [key] = store.keys("projects/parts/settings/")

    def parse(data: bytes) -> None:
        store.put(key, data)
        SettingsHistory(store).newest("parts")

    return Target("Store: settings", parse, [store.get(key)])


def _deployment_of(store: FolderStore) -> Target:
    _, secret = Deployments(store).register("parts", "line-3", NOW)
    [key] = [each for each in store.keys("deployments/") if "seen" not in each]

    def parse(data: bytes) -> None:
        store.put(key, data)
        Deployments(store).authenticate(secret)

    return Target("Store: a deployment", parse, [store.get(key)])
