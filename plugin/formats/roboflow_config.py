"""Roboflow Inference's `active_learning` configuration as settings of a project.

Where the two differ on purpose is written down in docs/roboflow.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from plugin.domain.errors import FieldError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import (
    BatchSettings,
    Count,
    ImageSettings,
    Limits,
    Near,
    ProjectSettings,
    Rule,
    When,
)
from plugin.formats.roboflow_schema import (
    ClassesBased,
    CloseToThreshold,
    Configuration,
    DetectionsNumberBased,
    Limit,
    Random,
    Strategy,
    faults_between,
    field_errors,
    prefix,
    read,
    selected,
)

LARGEST = 16_384
"""Sides of images (pixels) where the configuration does not scale them."""

MAX_NAME = 32


@dataclass(frozen=True, slots=True)
class Imported:
    """Settings made from a configuration, and what a person should know of the way there."""

    settings: ProjectSettings
    notes: tuple[str, ...]


def settings_from(
    config: object, task_type: TaskType, classes: Sequence[str], project: str
) -> ProjectSettings:
    """The settings of `import_config`, without its notes."""
    return import_config(config, task_type, classes, project).settings


def import_config(
    config: object, task_type: TaskType, classes: Sequence[str] = (), project: str = ""
) -> Imported:
    """Make settings that decide as the configuration does.

    Args:
        config: decoded from JSON.
        task_type: what the model answers with; the configuration does not say.
        classes: the model's classes, which it does not list either. Without them those that
            strategies select are taken, and others are welcome (`unknown_classes: keep`).
        project: the name of the project; by default the prefix of the batches' names.

    Raises:
        InvalidInputError: naming everything that is wrong.
    """
    named = tuple(classes) or tuple(dict.fromkeys(name for _, name in selected(config)))
    project = project or _slug(prefix(config))
    between = faults_between(config, task_type, classes)
    source = read(config, *between, *_faults_of_project(project, named))
    settings = ProjectSettings(
        project=project,
        task_type=task_type,
        classes=named,
        unknown_classes="reject" if classes else "keep",
        rules=_rules(source, task_type),
        **_whole_project(source),
    )
    return Imported(settings, tuple(_notes(source, settings)))


def _whole_project(source: Configuration) -> dict[str, Any]:
    height, width = source.max_image_size or (LARGEST, LARGEST)
    batching = source.batching_strategy
    batch: dict[str, Any] = {"recreate": batching.recreation_interval}
    if batching.max_batch_images is not None:
        batch["max_images"] = batching.max_batch_images
    return {
        "enabled": source.enabled,
        # Ours keeps everything where there are no rules, theirs nothing.
        "sampling_rate": 1.0 if source.sampling_strategies else 0.0,
        "image": ImageSettings(
            max_width=width, max_height=height, jpeg_quality=source.jpeg_compression_level
        ),
        "batch": BatchSettings(**batch),
        "persist_predictions": source.persist_predictions,
    }


def _rules(source: Configuration, task_type: TaskType) -> tuple[Rule, ...]:
    names: list[str] = []
    for number, strategy in enumerate(source.sampling_strategies, start=1):
        names.append(_free_name(_slug(strategy.name) or f"strategy-{number}", names))
    return tuple(
        Rule(
            name=name,
            when=_when(strategy, task_type),
            sampling_rate=_rate(strategy),
            limits=_limits(strategy.limits),
            tags=tuple(dict.fromkeys([*source.tags, *strategy.tags])),
        )
        for name, strategy in zip(names, source.sampling_strategies, strict=True)
    )


def _rate(strategy: Strategy) -> float:
    return strategy.traffic_percentage if isinstance(strategy, Random) else strategy.probability


def _when(strategy: Strategy, task_type: TaskType) -> When | None:
    match strategy:
        case CloseToThreshold():
            return _near(strategy, task_type)
        case ClassesBased():
            return When(classes=tuple(strategy.selected_class_names))
        case DetectionsNumberBased():
            more_than, less_than = strategy.more_than, strategy.less_than
            unbounded = more_than is None and less_than is None
            count = (
                {"at_least": 0} if unbounded else {"more_than": more_than, "less_than": less_than}
            )
            return When(count=Count(**count), classes=_selection(strategy))
        case _:
            return None


def _near(strategy: CloseToThreshold, task_type: TaskType) -> When:
    near = Near(threshold=strategy.threshold, margin=strategy.epsilon)
    classes = _selection(strategy)
    if task_type.has_boxes:
        needed = strategy.minimum_objects_close_to_threshold
        return When(near=near, classes=classes, at_least=needed)
    return When(near=near, classes=classes, top_only=strategy.only_top_classes)


def _selection(strategy: CloseToThreshold | DetectionsNumberBased) -> tuple[str, ...] | None:
    selected = strategy.selected_class_names
    return None if selected is None else tuple(selected)


def _limits(limits: Sequence[Limit]) -> Limits:
    """The tightest of each type; theirs asks all of them."""
    found: dict[str, int] = {}
    for limit in limits:
        found[limit.type] = min(limit.value, found.get(limit.type, limit.value))
    return Limits(
        per_minute=found.get("minutely"), per_hour=found.get("hourly"), per_day=found.get("daily")
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).lstrip("-_")[:MAX_NAME].rstrip("-")


def _free_name(name: str, taken: Sequence[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - 1 - len(str(number))]}-{number}"
    return free


def _faults_of_project(project: str, classes: Sequence[str]) -> Iterator[FieldError]:
    if not classes:
        yield FieldError("classes", None, "the model's classes: the configuration names none")
    try:
        ProjectSettings(project=project, classes=tuple(classes) or ("any",))
    except ValidationError as error:
        yield from field_errors(error)


def _notes(source: Configuration, settings: ProjectSettings) -> Iterator[str]:
    yield from (f"{path}: not imported, we have no such field" for path in _unknown(source))
    for index, (strategy, rule) in enumerate(
        zip(source.sampling_strategies, settings.rules, strict=True)
    ):
        if strategy.name != rule.name:
            yield f"sampling_strategies[{index}].name: {strategy.name!r} became {rule.name!r}"
        if isinstance(strategy, ClassesBased) and settings.task_type.has_boxes:
            yield f"sampling_strategies[{index}]: matches boxes from now on, there it never did"
    if settings.unknown_classes == "keep":
        yield f"classes: only those selected are known: {', '.join(settings.classes)}"


def _unknown(source: Configuration) -> Iterator[str]:
    yield from source.unknown()
    yield from source.batching_strategy.unknown("batching_strategy.")
    for index, strategy in enumerate(source.sampling_strategies):
        path = f"sampling_strategies[{index}]."
        yield from strategy.unknown(path)
        for number, limit in enumerate(strategy.limits):
            yield from limit.unknown(f"{path}limits[{number}].")
