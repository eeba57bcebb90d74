"""After every fault: each frame that was answered with 2xx is one task, exactly as it was posted.

The short set: one fault comes upon the other while what the last one left is still worked on. All
of them, with more frames: `python -m tests.faults`.
"""

from collections.abc import Mapping

import pytest

from tests.faults.catalogue import Fault, catalogue
from tests.faults.checking import check
from tests.faults.rig import Rig
from tests.faults.running import Outcome, outcomes, strike
from tests.samples import jpeg

FRAMES = 24
SHORT = [fault for fault in catalogue() if fault.short]


@pytest.fixture(scope="module")
def by_name(killable: Rig) -> Mapping[str, Outcome]:
    struck = [strike(killable, fault, number, FRAMES) for number, fault in enumerate(SHORT)]
    return {outcome.fault: outcome for outcome in outcomes(killable, struck)}


@pytest.mark.parametrize("name", [fault.name for fault in SHORT])
def test_a_fault_costs_nothing_but_time(by_name: Mapping[str, Outcome], name: str) -> None:
    outcome = by_name[name]
    assert outcome.findings.faults == {}, str(outcome)
    assert outcome.findings.tasks == outcome.findings.kept > FRAMES / 2, str(outcome)


def test_what_is_wrong_is_found(killable: Rig) -> None:
    struck = strike(killable, Fault("none", lambda _: None), 99, 4)
    (before,) = outcomes(killable, [struck])
    assert before.findings.faults == {}
    studio = killable.application.label_studio
    (batch,) = killable.application.batches.of_project(struck.stream.project)
    number = batch.label_studio_id
    task, other = (studio.task(task.id) for task in killable.application.batches.tasks(batch))
    studio.upload(number, {"orphan.jpg": (jpeg(), "image/jpeg")})
    studio.import_tasks(number, [{"data": task["data"], "predictions": other["predictions"]}])
    struck.stream.answers["shot-17"] = {"outcome": "kept"}
    assert check(killable, struck.stream, 1).faults == {
        "unanswered": -1, "doubled": 1, "lost": 1, "wrong_boxes": 1, "over_cap": 1,
        "orphan_files": 1,
    }  # fmt: skip
