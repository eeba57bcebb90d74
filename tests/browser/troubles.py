"""What the System page is filled with: everything that can be wrong is."""

import os
from datetime import UTC, datetime, timedelta

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.diagnosis import Diagnosis, Finding
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.notices import Message
from plugin.domain.prediction import Prediction
from plugin.queues import SWEEP, open_queue
from plugin.stores.frames.spool import image_key
from plugin.stores.notices.contacts import Contact
from plugin.stores.notices.outbox import Delivery, Letter
from tests.samples import settings

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
PROJECT = settings().project
MARKUP = "<script>alert('1')</script><b>bold</b>"
LONG = "weld_seam_" * 40
RIGHT_TO_LEFT = "خدش \u202eabc"
SECRET = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7X"


def frame(event_id: str) -> Frame:
    """A frame that waits for its import."""
    identifier = frame_id(PROJECT, event_id)
    key = image_key(PROJECT, identifier, "jpg")
    return Frame(
        frame_id=identifier, project=PROJECT, event_id=event_id, deployment="line-1",
        captured_at=NOW, received_at=NOW, period="2026-11-23",
        image=ImageInfo(key, "image/jpeg", "", 640, 480, 10), prediction=Prediction(640, 480),
    )  # fmt: skip


def letter(recipient: str, delivery: Delivery) -> Letter:
    """A message that is on its way."""
    message = Message("40 new images to review", "- 40 new images in parts · 2026-11-23")
    return Letter(
        id=frame_id("letter", recipient)[:24], recipient=recipient, message=message, at=utc_now(),
        deliveries=(delivery,),
    )  # fmt: skip


def fill_letters(parts: Application) -> None:
    """One message that is tried again, and two that were set aside."""
    place, channel, since = "everybody-1", "mailto://smtp.example.com", utc_now()
    error = "Connection error while submitting email; [Errno 111] Connection refused"
    failing = Delivery(
        place, channel, tries=2, error=error, since=since - timedelta(hours=1), next_at=since
    )
    parts.outbox.save(letter("ann@example.com", failing))
    parts.outbox.save(letter("ben@example.com", Delivery(place, channel, "unsure")))
    given_up = Delivery(place, channel, "given_up", 24, "550 no such person", since)
    parts.outbox.save(letter("joe@example.com", given_up))


def fill(parts: Application) -> None:
    """Failures of every kind, with texts from outside that mean no good."""
    parts.history.add(settings(), "test", NOW)
    waits, *rest = (frame(name) for name in ("one", "two", MARKUP, "gone"))
    for each in (waits, *rest):
        parts.spool.add(each, b"no picture")
    pending = f"projects/{PROJECT}/frames/pending/{waits.frame_id}.json"
    os.utime(parts.store.location(pending), (NOW.timestamp(), NOW.timestamp()))
    parts.spool.mark_failed(rest[0], "Label Studio: 400 no such label", NOW)
    parts.spool.mark_failed(rest[1], LONG, NOW)
    parts.spool.drop_pending(PROJECT, rest[2].frame_id)
    parts.spool.mark_missing(rest[2], "camera.example.com: 404", NOW)
    fix = "start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true"
    found = Finding("image", "/data/local-files/?d=parts/ab.jpg does not load: 404", fix)
    parts.diagnoses.save(Diagnosis(NOW, (Finding("key", "a legacy token"), found)))
    fill_letters(parts)
    parts.contacts.save(Contact("ben@example.com", channels=(f"slack://{SECRET}",)))
    parts.audit.add("maya@example.com", "settings.changed", PROJECT, "", RIGHT_TO_LEFT)
    parts.label_studio_answering.note("no_answer")
    open_queue(parts.queue_redis).enqueue_call(SWEEP)
