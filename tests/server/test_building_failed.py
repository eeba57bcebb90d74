"""A build whose Label Studio, lock or disk fails leaves all as it was."""

import errno
from typing import Any

import pytest
from pydantic import SecretStr

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, StoreError
from plugin.domain.prediction import Box
from plugin.stores.backends.folder import FolderStore
from tests.samples import NOW
from tests.server.reviewed import reviewed

DENT = Box("dent", 1.0, (10, 20, 30, 60))


def test_a_build_does_not_need_label_studio(application: Application) -> None:
    reviewed(application, "one", DENT)
    batch = Batch(
        name="2026-11-23", project="parts", period="2026-11-23", part=1, title="parts",
        label_studio_id=1, created_at=NOW,
    )  # fmt: skip
    application.batches.create(batch)
    # Nothing listens on port 1.
    token = SecretStr("0" * 40)
    nowhere = {"label_studio_url": "http://127.0.0.1:1", "label_studio_api_key": token}
    with_url = Application(application.config.model_copy(update=nowhere))
    certificate = with_url.builder.build("parts").certificate
    with_url.close()
    assert (certificate.images, certificate.counts) == (1, "not asked")
    assert certificate.reason.startswith("Label Studio: ")


def test_of_two_builds_at_once_the_second_is_told(application: Application) -> None:
    reviewed(application, "one", DENT)
    with (
        application.locks.hold_renewed("training-set:parts"),
        pytest.raises(ConflictError, match="is being written by somebody else"),
    ):
        application.builder.build("parts")
    assert application.training_sets.newest("parts") is None


def test_whoever_lost_the_lock_writes_no_version(application: Application) -> None:
    """Redis was emptied, and another build came in between: the first one of them stands."""
    reviewed(application, "one", DENT)
    sets = application.training_sets
    write = sets.add_images
    other = Application(application.config)

    def emptied_meanwhile(*given: Any) -> None:
        write(*given)
        sets.add_images = write  # type: ignore[method-assign]
        application.redis.flushdb()
        assert other.builder.build("parts").version == 1

    sets.add_images = emptied_meanwhile  # type: ignore[method-assign,assignment]
    with pytest.raises(ConflictError):
        application.builder.build("parts")
    other.close()
    assert [each.version for each in sets.all("parts")] == [1]
    assert list(application.verifier.verify("parts", 1)) == []


class FullDisk(FolderStore):
    """A folder on a disk with room for a number of writes."""

    room = 0

    def create_all(self, objects: Any) -> list[bool]:
        self._use()
        return super().create_all(objects)

    def copy_all(self, copies: Any) -> list[bool]:
        self._use()
        return super().copy_all(copies)

    def put(self, key: str, data: bytes) -> None:
        self._use()
        super().put(key, data)

    def create(self, key: str, data: bytes) -> bool:
        self._use()
        return super().create(key, data)

    def _use(self) -> None:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1


@pytest.fixture
def full_disk(application: Application) -> FullDisk:
    store = FullDisk(application.store_folder)
    application.training_sets._store = store
    application.training_sets.segments._store = store
    return store


def test_on_a_full_disk_the_last_version_stays(
    application: Application, full_disk: FullDisk
) -> None:
    full_disk.room = 100
    reviewed(application, "one", DENT)
    first = application.builder.build("parts")
    reviewed(application, "two", Box("rust", 1.0, (1, 2, 3, 4)))
    reviewed(application, "three", Box("rust", 1.0, (1, 2, 1, 4)))
    tried = 0
    while True:
        full_disk.room = tried
        try:
            version = application.builder.build("parts")
            break
        except StoreError as error:
            assert "No space left on device" in str(error)
            assert application.training_sets.newest("parts") == first
        tried += 1
    # Images anew and as posted, records, their index, what was set aside, the version.
    assert (tried, version.images, version.problems) == (6, 2, 1)
    assert list(application.verifier.verify("parts", 2)) == []
