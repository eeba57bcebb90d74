"""Deployments that an older release stored, and those that nobody can read."""

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from plugin.domain.errors import ConflictError, UnavailableError
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from tests.samples import NOW

ID = "0123456789abcdef"
KEY = f"lsal_{ID}_a-secret-of-old"
OLD = {
    "id": ID,
    "project": "parts",
    "name": "line-3",
    "key_sha256": sha256(KEY.encode()).hexdigest(),
    "created_at": NOW,
}


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def deployments(store: FolderStore) -> Deployments:
    return Deployments(store)


def test_a_deployment_of_an_older_release_is_used_rotated_and_revoked(
    store: FolderStore, deployments: Deployments
) -> None:
    store.create(f"deployments/{ID}.json", msgspec.json.encode(OLD))
    old = deployments.authenticate(KEY)
    assert (old.name, len(old.keys), old.signs) == ("line-3", 1, False)
    changed, key = deployments.rotate(old, NOW)
    assert deployments.authenticate(KEY) == deployments.authenticate(key) == changed
    assert deployments.revoke(old).revoked


def test_the_name_of_a_deployment_of_an_older_release_is_taken(
    store: FolderStore, deployments: Deployments
) -> None:
    store.create(f"deployments/{ID}.json", msgspec.json.encode(OLD))
    with pytest.raises(ConflictError, match="has a deployment 'line-3' already"):
        deployments.register("parts", "line-3", NOW)


def test_two_of_one_name_from_an_older_release_are_told_apart_by_id(
    store: FolderStore, deployments: Deployments
) -> None:
    for number in (1, 2):
        old = OLD | {"id": f"{number:016x}"}
        store.create(f"deployments/{number:016x}.json", msgspec.json.encode(old))
    with pytest.raises(ConflictError, match="0000000000000001, 0000000000000002"):
        deployments.find("parts", "line-3")
    assert deployments.find("parts", f"{2:016x}").id == f"{2:016x}"


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (b"{", "cannot be read"),
        (b'{"id": 7}', "cannot be read"),
        (msgspec.json.encode(OLD | {"format": 2}), "written by a newer release, in format 2"),
    ],
    ids=["broken", "of another type", "from a newer release"],
)
def test_what_cannot_be_read_is_said_and_opens_nothing(
    store: FolderStore, deployments: Deployments, stored: bytes, said: str
) -> None:
    store.create(f"deployments/{ID}.json", stored)
    with pytest.raises(UnavailableError, match=said):
        deployments.authenticate(KEY)
