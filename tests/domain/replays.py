"""Running `lsal replay` in an empty folder, with nothing around that could be opened."""

from contextlib import chdir
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from click.testing import CliRunner, Result

from plugin.cli import main
from tests.samples import CLASSES, NOW, box, encoded, prediction

NONSENSE = {"REDIS_URL": "nonsense", "STORE_URL": "nonsense://", "LSAL_PORT": "no port"}

SETTINGS: dict[str, Any] = {
    "project": "parts",
    "classes": list(CLASSES),
    "rules": [
        {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}},
        {"name": "crowded", "when": {"count": {"more_than": 2}}},
    ],
}

BUSY: dict[str, Any] = {
    "sampling_rate": "70%",
    "limits": {"per_minute": 4, "per_hour": 100},
    "rules": [
        {**SETTINGS["rules"][0], "sampling_rate": "50%", "limits": {"per_hour": 50}},
        {**SETTINGS["rules"][1], "limits": {"per_day": 200}},
    ],
}


def event(event_id: str, *boxes: dict[str, Any], at: datetime = NOW, **more: Any) -> bytes:
    """A line; fields that are None are left out."""
    fields = {"event_id": event_id, "timestamp": at, "prediction": prediction(*boxes)} | more
    return msgspec.json.encode({name: each for name, each in fields.items() if each is not None})


def command(settings: str, events: bytes, *options: str, name: str = "events.jsonl") -> Result:
    """What the command says to the text of settings and to what a file (or stdin) holds."""
    runner = CliRunner(env=NONSENSE)
    with TemporaryDirectory() as empty, chdir(empty):
        Path("settings.yaml").write_bytes(settings.encode(errors="surrogateescape"))
        if name != "-":
            Path(name).write_bytes(events)
        arguments = ["replay", "--settings", "settings.yaml", *options, name]
        given = events if name == "-" else None
        return runner.invoke(main, arguments, input=given, catch_exceptions=False)


def run(events: list[bytes], *options: str, **changes: Any) -> Result:
    """What the command says to events under SETTINGS with changes."""
    return command(encoded(SETTINGS | changes), b"\n".join(events), *options)


def lines_of(result: Result) -> list[dict[str, Any]]:
    """The lines printed."""
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


def answers(events: list[bytes], *options: str, **changes: Any) -> list[dict[str, Any]]:
    """The lines printed, where every line of the input was good."""
    result = run(events, *options, **changes)
    assert (result.exit_code, result.stderr) == (0, "")
    return lines_of(result)


def outcomes(events: list[bytes], **changes: Any) -> list[str]:
    """What became of each event."""
    return [each["outcome"] for each in answers(events, **changes)]


def yesterday(number: int = 2000) -> list[bytes]:
    """Traffic of some hours, some of it again and some with other content, the same each time."""
    random, at, events = Random(3), NOW, list[bytes]()
    for index in range(number):
        at += timedelta(seconds=random.randrange(12))
        boxes = [
            box(random.choice(CLASSES), round(random.random(), 3))
            for _ in range(random.randrange(5))
        ]
        again = events and random.random() < 0.05
        old = random.randrange(index + 1) if random.random() < 0.05 else index
        events.append(random.choice(events) if again else event(f"e{old}", *boxes, at=at))
    return events
