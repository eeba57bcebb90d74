"""The events, each made of its number alone: what a checker reads back needs no notes.

Most of them nobody wants, as in production. What becomes of the others is up to the settings.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from random import Random
from typing import Any, NamedTuple

PROJECT = "soak"
CLASSES = ("part", "dent", "scratch")
MODEL = "soak-1"

SAMPLED = 0.5
"""Share of the events that the rules get to see."""

SIZES = ((320, 240), (640, 480), (1280, 720))
SIZE_SHARES = (45, 35, 20)


class Kind(StrEnum):
    """What an event is meant to be."""

    PLAIN = "plain"
    """Nobody wants it: half is not sampled, half matches no rule. It has no image."""
    UNSURE = "unsure"
    """Kept where it is sampled, with its image."""
    LATER = "later"
    """The same; the image follows once it is kept."""
    SPOT = "spot"
    """Wanted, by a rule with a cap for each minute."""
    ALIKE = "alike"
    """It shows the same as others of its kind: one is kept, the next ones look like it."""
    AGAIN = "again"
    """An event that was kept comes once more, byte for byte."""
    BROKEN = "broken"
    """It is malformed in some way."""


SHARES: Mapping[Kind, float] = {
    Kind.UNSURE: 0.046, Kind.LATER: 0.024, Kind.SPOT: 0.016, Kind.ALIKE: 0.004,
    Kind.AGAIN: 0.004, Kind.BROKEN: 0.01,
}  # fmt: skip
"""Of all events; the rest is plain."""

SPOT_KEPT = 0.5
"""Of the spots that are sampled, so many have room under their cap."""

SPOTS_KEPT = SAMPLED * SHARES[Kind.SPOT] * SPOT_KEPT
"""Of all events, so many are spots for which the cap has room."""

KEPT_SHARE = SAMPLED * (SHARES[Kind.UNSURE] + SHARES[Kind.LATER]) + SPOTS_KEPT
"""Of all events, so many are kept; a few that are alike come on top."""

HAS_PICTURE = {Kind.UNSURE, Kind.SPOT, Kind.ALIKE}
"""Kinds that come as a form with an image."""


class Drawn(NamedTuple):
    """What an event is: its kind, and width and height of its image (pixels)."""

    kind: Kind
    size: tuple[int, int]


def drawn(number: int) -> Drawn:
    """The kind and size of an event, by its number."""
    random = Random(number)
    point, kind = random.random(), Kind.PLAIN
    for each, share in SHARES.items():
        point -= share
        if point < 0:
            kind = each
            break
    if kind is Kind.ALIKE:
        return Drawn(kind, SIZES[0])
    return Drawn(kind, random.choices(SIZES, SIZE_SHARES)[0])


def event_id(number: int) -> str:
    """The id that an event is posted with."""
    return f"shot-{number}"


def number_of(identifier: str) -> int:
    """The number of an event, by its id."""
    return int(identifier.removeprefix("shot-"))


def boxes(number: int) -> list[dict[str, Any]]:
    """The boxes of an event that is wanted, as it is posted: other ones for every event."""
    kind, (width, height) = drawn(number)
    random = Random(-1 - number)
    doubtful = ("scratch", 0.95) if kind is Kind.SPOT else ("dent", random.uniform(0.3, 0.59))
    named = [doubtful, *(("part", 0.95) for _ in range(random.randint(1, 4)))]
    return [_box(name, confidence, random, (width, height)) for name, confidence in named]


def _box(name: str, confidence: float, random: Random, size: tuple[int, int]) -> dict[str, Any]:
    width, height = size
    left, top = random.uniform(0, 0.7 * width), random.uniform(0, 0.7 * height)
    right = left + random.uniform(0.05, 0.3) * width
    bottom = top + random.uniform(0.05, 0.3) * height
    corners = [round(each, 2) for each in (left, top, right, bottom)]
    return {"class": name, "confidence": round(confidence, 3), "xyxy": corners}


def prediction(number: int) -> str:
    """What the model saw in an event that is wanted, as JSON."""
    width, height = drawn(number).size
    return json.dumps({"width": width, "height": height, "boxes": boxes(number)})


def posted(number: int, seen: str) -> bytes:
    """An event without an image, as a body of JSON; `seen` is its prediction as JSON."""
    return (
        f'{{"event_id":"{event_id(number)}","model_version":"{MODEL}","prediction":{seen}}}'
    ).encode()


def plain(number: int) -> bytes:
    """An event that nobody wants."""
    return posted(number, _sure()[number % len(_sure())])


@cache
def _sure() -> list[str]:
    """Predictions of 5 to 20 boxes, all of them sure."""
    found = []
    for seed in range(64):
        random = Random(seed)
        some = [_box("part", 0.95, random, SIZES[2]) for _ in range(random.randint(5, 20))]
        found.append(json.dumps({"width": SIZES[2][0], "height": SIZES[2][1], "boxes": some}))
    return found


class Broken(NamedTuple):
    """A malformed event: its body, what it says it is, and whether it comes with our key."""

    body: bytes
    content_type: str = "application/json"
    has_key: bool = True


def broken(number: int) -> Broken:
    """One of the ways to get it wrong. None of them may be kept."""
    seen = json.dumps({"width": 320, "height": 240, "boxes": []})
    outside = (
        '{"width":320,"height":240,"boxes":[{"class":"dent","confidence":0.4,"xyxy":[0,0,9,999]}]}'
    )
    unknown = (
        '{"width":320,"height":240,"boxes":[{"class":"rust","confidence":0.4,"xyxy":[0,0,9,9]}]}'
    )
    ways = (
        Broken(b'{"event_id": '),
        Broken(posted(number, unknown)),
        Broken(posted(number, outside)),
        Broken(posted(number, seen), has_key=False),
        Broken(posted(number, seen), "text/csv"),
        Broken(form(number, b"no image at all")[0], form(number, b"")[1]),
    )
    return ways[number % len(ways)]


def form(number: int, image: bytes) -> tuple[bytes, str]:
    """An event with its image, as a form: the body and its content type."""
    mark = f"soak{number:016d}"
    fields = {
        "event_id": event_id(number), "model_version": MODEL, "prediction": prediction(number),
    }  # fmt: skip
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{mark}\r\nContent-Disposition: form-data; name="image"; filename="{number}.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = b"".join((head.encode(), image, f"\r\n--{mark}--\r\n".encode()))
    return body, f"multipart/form-data; boundary={mark}"
