"""A project whose training set is made and announced: reviews, a receiver, a clock to turn."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.domain.announcing import Announcement
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame, ImageInfo
from plugin.domain.prediction import Box, Prediction
from plugin.domain.reviewing import Ledger, Mark
from plugin.domain.settings import ProjectSettings
from plugin.posting import WebhookPoster
from plugin.running import CommandRunner
from plugin.services.intake.model_versions import ModelVersions
from plugin.services.retrain.announcing import Announcer
from plugin.services.retrain.announcing_channels import CommandChannel, WebhookChannel
from plugin.services.retrain.retraining import Retrainer
from plugin.stores.frames.spool import image_key
from plugin.stores.review.review_log import ReviewsChanged
from plugin.stores.review.reviews import Review
from tests.samples import jpeg
from tests.server.receiver import Receiver, receiving

NOON = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
ANN = "ann@example.com"
BATCH = "2026-11-24"


@dataclass
class Turned:
    """A clock that stands still until it is turned."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Training:
    """The parts, with an own clock, and a receiver that they may call."""

    parts: Application
    receiver: Receiver
    clock: Turned
    retrainer: Retrainer
    made: int = 0

    def ask_for(self, **retrain: Any) -> None:
        """Settings of `parts` under which a version is made and announced."""
        before = self.parts.history.newest("parts").settings.model_dump()
        changes = {"retrain": retrain, "batch": {"timezone": "Europe/Berlin"}}
        after = ProjectSettings.model_validate(before | changes)
        self.parts.history.add(after, "test", self.clock())

    def review(self, *frame_ids: str, batch: str = BATCH) -> None:
        """Let Ann finish frames; without names so many new ones as one."""
        names = frame_ids or (f"{self.made:032x}",)
        for name in names:
            self.made += 1
            _review(self.parts, name, batch, self.clock())
        self.parts.reviews.log.append("parts", ReviewsChanged(batch, names), self.clock())

    def complete(self, name: str = BATCH, images: int = 1) -> None:
        """A batch that is done with."""
        batch = Batch(
            name=name, project="parts", period=name, part=1, title=f"parts · {name}",
            label_studio_id=7, created_at=NOON, size=images,
        )  # fmt: skip
        finished: tuple[Mark, ...] = (Mark(ANN, "finished", self.clock()),)
        marks = dict.fromkeys(range(images), finished)
        self.parts.batches.create(batch)
        self.parts.batches.save_ledger(batch, Ledger(images, marks, looked_at=self.clock()))
        self.parts.indexer.refresh(batch)

    def run(self) -> int:
        """One job; what it asks for is asked of nobody here."""
        return self.retrainer.run("parts")

    def run_after(self, **waiting: float) -> int:
        self.clock.turn(**waiting)
        return self.run()

    def announcement(self, version: int) -> Announcement:
        return self.parts.announcements.get("parts", version)

    def outcomes(self, version: int) -> list[str]:
        return [each.outcome for each in self.announcement(version).deliveries]


def _review(parts: Application, name: str, batch: str, at: datetime) -> None:
    truth = Prediction(320, 240, (Box("dent", 1.0, (10, 20, 30, 60)),))
    image = ImageInfo(image_key("parts", name, "jpg"), "image/jpeg", "", 320, 240, 1)
    frame = Frame(name, "parts", name, "line-3", at, at, batch, image, truth)
    parts.spool.add(frame, jpeg(seed=int(name, 16) % 1000))
    parts.spool.mark_all_imported(batch, [(frame, 1)], at)
    review = Review(
        frame_id=name, batch=batch, task_id=1, annotation_id=1, reviewer=ANN, finished_at=at,
        seconds=3.0, truth=truth,
    )  # fmt: skip
    parts.reviews.save("parts", review)


def retrainer_of(parts: Application, clock: Turned, command: str = "") -> Retrainer:
    """The retrainer as the composition root makes it, on another clock, allowed on loopback."""
    poster = WebhookPoster(
        ("*.example.com",), ("127.0.0.0/8",), resolver=lambda _host, _port: ["127.0.0.1"]
    )
    models = ModelVersions(parts.deployments, parts.activity, clock)
    announcer = Announcer(
        history=parts.history, announcements=parts.announcements,
        channels={
            "webhook": WebhookChannel(poster, parts.retrain_secrets, clock),
            "command": CommandChannel(
                CommandRunner(command, 60), parts.retrainer.maker.address, clock
            ),
        },
        models=models, clock=clock, draw=lambda: 0.0,
    )  # fmt: skip
    publisher = replace(parts.builder.publisher, clock=clock)
    builder = replace(parts.builder, publisher=publisher)
    maker = replace(parts.retrainer.maker, models=models, clock=clock, builder=builder)
    return replace(parts.retrainer, maker=maker, announcer=announcer)


@contextmanager
def training_of(parts: Application, command: str = "") -> Iterator[Training]:
    """A receiver that is up, with `parts` that may call it and a secret that was made."""
    with receiving() as receiver:
        clock = Turned()
        training = Training(parts, receiver, clock, retrainer_of(parts, clock, command))
        parts.retrain_secrets.renew("parts", clock())
        yield training


def allow_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands and jobs announce to a receiver; Label Studio answers none of them."""
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LSAL_RETRAIN_HOSTS", "127.0.0.1")
    monkeypatch.setenv("LSAL_RETRAIN_NETWORKS", "127.0.0.0/8")


def command_that(tmp_path: Path, code: str) -> str:
    """A command of Python; it runs in a folder's file `command.py`."""
    script = tmp_path / "command.py"
    script.write_text(code)
    return f"{sys.executable} {script}"


def body_of(announcement: Announcement) -> dict[str, Any]:
    """What is said of a version."""
    said: dict[str, Any] = msgspec.json.decode(announcement.body)
    return said
