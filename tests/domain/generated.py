"""Settings made up from a seed, every field of every model in them sooner or later."""

from random import Random
from typing import Any

from pydantic import BaseModel

from plugin.domain import retrain_settings, review_settings, training_settings
from plugin.domain import settings as models
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ProjectSettings

WORDS = (
    "bolt",
    "dent",
    "no",
    "yes",
    "null",
    "~",
    "5",
    "1e3",
    "1:30",
    "2026-11-23",
    "007",
    "0x1F",
    "#1",
    "a: b",
    "- c",
    "Kratzer groß",
    "ひっかき傷",
    "👩‍🔧",
    "خدش",
    "it's",
    '"quoted"',
    "{{ 7 }}",
    "[x]",
    "*star",
    "&and",
    "100%",
    "a\x85b",
    "a\u2028b",
    "\ufeffbom",
    "<<",
    "=",
    "back\\slash",
    "x" * 200,
    "true",
    ".nan",
    "word " * 30,
)
SHARES = (
    0,
    1,
    0.005,
    "0.5%",
    "7%",
    "0.7%",
    "33.3%",
    1 / 3,
    1e-05,
    1e-12,
    0.1 + 0.2,
    "12.5%",
    0.999,
)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
TEXTS = (
    "One line.", "Two\nlines", "- a: list?\n\n  indented\n# no comment", "tab\there", "a\r\nb",
    "Ümläut 👩‍🔧",
    "long " * 200,
)  # fmt: skip


def all_models() -> list[type[BaseModel]]:
    """Every model that settings are made of."""
    modules = (models, review_settings, retrain_settings, training_settings)
    found = {name: each for module in modules for name, each in vars(module).items()}
    return [
        each
        for each in found.values()
        if isinstance(each, type) and issubclass(each, BaseModel) and each.model_fields
    ]


def made_up(seed: int) -> ProjectSettings:
    """Settings that are valid, and the same for the same seed."""
    return ProjectSettings.model_validate(_project(Random(seed)))


def _project(chance: Random) -> dict[str, Any]:
    classes = chance.sample(WORDS, chance.randint(1, 9))
    task = chance.choice(list(TaskType))
    names = chance.sample(
        ["unsure", "crowded", "a", "0", "no", "1e3", "x-1_y"], chance.randint(0, 5)
    )
    project: dict[str, Any] = {
        "task_type": task.value,
        "enabled": chance.random() < 0.5,
        "sampling_rate": chance.choice(SHARES),
        "limits": _limits(chance),
        "image": _some(
            chance, max_width=640, max_height=16_384, jpeg_quality=100, keep_metadata=True
        ),
        "batch": _some(
            chance, recreate=chance.choice(["daily", "weekly", "monthly", "never"]),
            timezone=chance.choice(ZONES), max_images=chance.randint(1, 100_000),
        ),
        "persist_predictions": chance.random() < 0.5,
        "unknown_classes": chance.choice(["reject", "keep"]),
        "near_duplicates": _near_duplicates(chance),
        "conditions": chance.choice(["any", "all"]),
        "rules": [_rule(chance, name, classes) for name in names],
        "instructions": chance.choice(TEXTS),
        "review": _review(chance),
        "retrain": _some(
            chance, after_images=chance.randint(1, 10**6), on_batch=True,
            every=chance.choice(["daily", "weekly", "monthly"]), command=True,
            webhook="https://train.example.com:8443/new?set=%C3%A9&x='\"#",
        ),
        "training_set": _some(
            chance, choose=chance.choice(["newest", "ground_truth", "majority"]),
            splits={"train": "70%", "val": 0.25, "test": "5%"}, scene="recording",
            alike_together=False, distance=chance.randint(0, 16),
        ),
        "seed": chance.choice([0, 1, 2**63 - 1]),
    }  # fmt: skip
    required: dict[str, Any] = {
        "project": chance.choice(["parts", "0", "no", "1e3"]),
        "classes": classes,
    }
    if task is TaskType.KEYPOINT_DETECTION:
        required |= {"task_type": task.value, "keypoints": chance.sample(WORDS, 3)}
    return _some(chance, **project) | required


def _some(chance: Random, **fields: Any) -> dict[str, Any]:
    """Some of the fields, in any order."""
    names = chance.sample(list(fields), chance.randint(0, len(fields)))
    return {name: fields[name] for name in names}


def _limits(chance: Random) -> dict[str, Any]:
    return _some(chance, per_minute=chance.randint(0, 9), per_hour=100, per_day=10**9)


def _near_duplicates(chance: Random) -> dict[str, Any] | None:
    within = chance.choice(["90s", "30m", "1h", "7d", "31d", 1, 3601, "86400"])
    return chance.choice([None, {"within": within} | _some(chance, distance=chance.randint(0, 32))])


def _review(chance: Random) -> dict[str, Any]:
    people = ["ann@example.com", "o'neil+x@example.com", "ü@example.com", "1@example.com"]
    team = [
        {"reviewer": person} | _some(chance, weight=chance.randint(1, 100))
        for person in chance.sample(people, chance.randint(0, 4))
    ]
    overlap = {"reviewers": 2} | _some(chance, share=chance.choice(SHARES))
    return _some(chance, shuffle=True, return_idle_after=chance.choice(["3d", 1, "36h"])) | (
        _some(chance, overlap=overlap) | {"team": team} if len(team) > 1 else {"team": team}
    )


def _rule(chance: Random, name: str, classes: list[str]) -> dict[str, Any]:
    when = _some(
        chance,
        confidence=_some(chance, above="12.5%", at_least=0.125, below=0.9, at_most="90%")
        or {"above": 0},
        near={"threshold": chance.choice([0.5, "62.5%"]), "margin": 1 / 3},
        classes=chance.sample(classes, chance.randint(1, len(classes))),
        at_least=chance.randint(0, 3),
        count=_some(chance, more_than=1, at_least=3, less_than=40, at_most=30) or {"at_most": 9},
        uncertainty={"above": chance.choice(SHARES)}
        | _some(
            chance, aggregate="mean",
            measure=chance.choice(["least_confidence", "margin", "entropy"]),
        ),
        empty=False,
        top_only=chance.random() < 0.5,
    )  # fmt: skip
    said = {
        "when": chance.choice([when, {"empty": True}, None]) if set(when) - {"top_only"} else None
    }
    return {"name": name} | said | _some(
        chance, sampling_rate=chance.choice(SHARES), limits=_limits(chance),
        tags=chance.sample(["unsure", "no", "1", "büro", "a b"], 3),
        priority=chance.randint(-1000, 1000),
    )  # fmt: skip
