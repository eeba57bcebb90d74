"""What docs/formats.md shows is accepted, and every format is named there."""

import re
from pathlib import Path

import pytest

from plugin.domain.prediction import TaskType
from plugin.formats.predictions import FORMATS, Expected, decode_prediction

DOC = (Path(__file__).resolve().parents[2] / "docs/formats.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)


@pytest.mark.parametrize(
    ("index", "task_type"), [(0, TaskType.OBJECT_DETECTION), (1, TaskType.CLASSIFICATION)]
)
def test_its_examples_are_predictions(index: int, task_type: TaskType) -> None:
    classes = frozenset({"dent", "bolt", "scratch"})
    found = decode_prediction(EXAMPLES[index].encode(), Expected(task_type, classes))
    assert found.boxes or found.labels


def test_it_names_every_format() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \| (?!what)", DOC, re.MULTILINE)) >= set(FORMATS)
