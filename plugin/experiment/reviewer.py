"""The reviewer: knows every true class, and says it through Label Studio's API with a token."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.experiment.errors import ExperimentError
from plugin.labelstudio.gateway import LabelStudioGateway

SECONDS = 2.0
"""How long a review is said to have taken."""


@dataclass(frozen=True)
class Oracle:
    """Somebody with an account who is never wrong: accepts the model's class, or changes it."""

    email: str
    label_studio: LabelStudioGateway

    def review(self, tasks: Iterable[int], truth_of: Callable[[str], str]) -> int:
        """Review tasks, and return on how many the model's class was wrong.

        Args:
            tasks: their ids in Label Studio.
            truth_of: the true class, by the id of an event.

        Raises:
            ExperimentError: a task comes without the model's prediction.
            LabelStudioError: it failed or did not answer.
        """
        return sum(self._correct(task, truth_of) for task in tasks)

    def _correct(self, number: int, truth_of: Callable[[str], str]) -> bool:
        task = self.label_studio.task(number)
        region = _region(task)
        truth = truth_of(str(task["data"]["event_id"]))
        is_wrong = region["value"]["choices"] != [truth]
        corrected = {**region, "value": {"choices": [truth]}}
        self.label_studio.annotate(number, [corrected if is_wrong else region], SECONDS)
        return bool(is_wrong)


def _region(task: Mapping[str, Any]) -> Mapping[str, Any]:
    regions = [region for each in task["predictions"] for region in each["result"]]
    if len(regions) != 1:
        raise ExperimentError(f"task {task['id']} has {len(regions)} predicted classes, not one")
    found: Mapping[str, Any] = regions[0]
    return found
