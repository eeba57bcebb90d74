"""What reviewed images look like: found out while reviews come in, used when a set is built."""

from hashlib import sha256

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.frame import Frame
from plugin.images import inspect
from plugin.services.collection.hashing import Hasher
from plugin.stores.candidates.admission_questions import look_of
from tests.reviewed import finish, frame_of
from tests.samples import jpeg, settings
from tests.server.reviewed import import_frame, opinion


@pytest.fixture
def hasher(application: Application) -> Hasher:
    return Hasher(application.history, application.spool)


def frame(application: Application, name: str, image: bytes) -> Frame:
    imported = application.spool.imported_frame("parts", import_frame(application, name, image))
    assert imported
    return imported.frame


def test_looks_are_those_of_the_images(application: Application, hasher: Hasher) -> None:
    images = [jpeg(seed=1), jpeg(seed=2)]
    frames = [frame(application, str(at), image) for at, image in enumerate(images)]
    looks = [look_of(inspect(image, with_look=True).look) for image in images]
    assert list(hasher.looks("parts", frames)) == looks
    assert all(looks)


def test_a_look_that_is_known_or_cannot_be_had_is_none(
    application: Application, hasher: Hasher
) -> None:
    known, other, gone, broken = (
        frame(application, name, jpeg(seed=at)) for at, name in enumerate("abcd")
    )
    known = msgspec.structs.replace(
        known, image=msgspec.structs.replace(known.image, look="0123456789abcdef")
    )
    application.store.put(other.image.key, jpeg(seed=9))
    application.store.delete(gone.image.key)
    data = jpeg(seed=3)[:-40]
    application.store.put(broken.image.key, data)
    broken = msgspec.structs.replace(
        broken, image=msgspec.structs.replace(broken.image, sha256=sha256(data).hexdigest())
    )
    assert list(hasher.looks("parts", [known, other, gone, broken])) == [""] * 4


def test_where_nobody_asks_no_image_is_read(application: Application, hasher: Hasher) -> None:
    wanted = settings(training_set={"alike_together": False})
    application.history.add(wanted, "test", utc_now())
    assert list(hasher.looks("parts", [frame(application, "one", jpeg())])) == [""]


def test_a_build_takes_the_look_that_a_review_has(application: Application) -> None:
    """Two pictures that are nothing like each other, said to be alike, are kept together."""
    for at, name in enumerate(("one", "two", "three")):
        frame_id = import_frame(application, name, jpeg(seed=50 + at))
        finish(application, frame_id, opinion(minutes=at))
        if name != "three":
            review = application.reviews.find("parts", frame_id)
            assert review
            alike = msgspec.structs.replace(review, look="0123456789abcdef")
            application.reviews.save("parts", alike)
    application.builder.build("parts")
    examples = {each.image_id: each for each in application.training_sets.examples("parts", 1)}
    groups = [examples[frame_of(name)].group for name in ("one", "two", "three")]
    assert groups[0] == groups[1] != groups[2]
