"""A stream of frames, posted as a good client would: each event again until it is answered."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.samples import box, encoded, jpeg, prediction

AT_ONCE = 4
LASTS = 3.0  # seconds that a stream takes at least, so that a fault finds it under way
PATIENCE = 180.0  # seconds for one event
AGAIN = 0.2  # of the events are posted once more, long after their answer
WIDTH, HEIGHT = 160, 120


@dataclass
class Stream:
    """Events of one project and what each was answered, by event id."""

    url: str
    project: str
    key: str
    frames: int
    seed: int = 0
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    refused: int = 0

    def run(self) -> None:
        """Post all of it."""
        with ThreadPoolExecutor(AT_ONCE) as pool, httpx.Client(timeout=20) as client:
            list(pool.map(lambda number: self._post(client, number), self._order()))

    def start(self) -> threading.Thread:
        """Post all of it in the background."""
        thread = threading.Thread(target=self.run, name=f"stream {self.project}")
        thread.start()
        return thread

    @property
    def kept(self) -> set[str]:
        """Ids of the events that were answered with 2xx as kept."""
        return {event for event, told in self.answers.items() if told["outcome"] == "kept"}

    def _order(self) -> Iterator[int]:
        random = Random(self.seed)
        for number in range(self.frames):
            yield number
            if number and random.random() < AGAIN:
                yield random.randrange(number)

    def _post(self, client: httpx.Client, number: int) -> None:
        time.sleep(LASTS * AT_ONCE / self.frames)
        event, deadline = f"shot-{number}", time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            response = self._try(client, event, number)
            if response is not None and response.status_code < 300:
                self._note(event, response.json())
                return
            if response is not None and response.status_code not in {408, 429, 500, 502, 503, 504}:
                raise AssertionError(f"{event}: {response.status_code} {response.text}")
            self.refused += 1
            time.sleep(0.25)
        raise AssertionError(f"{event}: no answer within {PATIENCE:.0f} s")

    def _try(self, client: httpx.Client, event: str, number: int) -> httpx.Response | None:
        try:
            return client.post(
                f"{self.url}/v1/projects/{self.project}/events",
                headers={"Authorization": f"Bearer {self.key}"},
                data={"event_id": event, "model_version": "7", "prediction": encoded(
                    prediction(*boxes(number), width=WIDTH, height=HEIGHT))},
                files={"image": ("shot.jpg", jpeg(WIDTH, HEIGHT, seed=number), "image/jpeg")},
            )  # fmt: skip
        except httpx.TransportError:
            return None

    def _note(self, event: str, told: Mapping[str, Any]) -> None:
        before = self.answers.setdefault(event, told)
        # What found no budget may find some when it comes again; what was kept stays kept.
        if before["outcome"] == "kept" and told != before:
            self.changed.append(event)
        elif told["outcome"] == "kept":
            self.answers[event] = told


def boxes(number: int) -> list[dict[str, Any]]:
    """The boxes of an event, other ones for every event."""
    random = Random(number)
    found = []
    for name, confidence in (("dent", 0.4), ("bolt", 0.9)):
        left, top = random.uniform(0, WIDTH - 60), random.uniform(0, HEIGHT - 60)
        right, bottom = left + random.uniform(8, 60), top + random.uniform(8, 60)
        corners = [round(each, 3) for each in (left, top, right, bottom)]
        found.append(box(name, confidence, xyxy=corners))
    return found
