"""Every name that comes from outside, put wherever a page shows it, each with a mark of its own."""

from msgspec.structs import replace

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain import summing
from plugin.domain.analysis import Cell
from plugin.domain.diagnosis import Diagnosis, Finding
from plugin.domain.prediction import Box, Prediction, TaskType
from plugin.domain.settings import ProjectSettings
from plugin.domain.tallying import tally
from plugin.domain.team import Member
from plugin.stores.notices.outbox import Delivery
from plugin.stores.review.comparisons import Sums
from plugin.training_set.versions import Problem
from tests.batch_samples import add_batch, finished, give, review
from tests.browser.conftest import Site
from tests.browser.filling import NOW
from tests.browser.queued import retitled
from tests.browser.test_gallery import keep
from tests.browser.troubles import letter
from tests.reviewed import opinion, seen
from tests.training_set.publishing import version

PROJECT = "parts"
SCRIPT = "\"'><img src=x onerror=alert(1)><script>alert(2)</script><a href='javascript:alert(3)'>"
"""Ends attributes and elements, and brings three ways to run a script."""


TAG = "tag<img src=x onerror=alert(4)>"
"""A short one: tags have 50 characters."""


def evil(name: str) -> str:
    """A name that brings scripts, told apart by what it is the name of."""
    return f"{name}{SCRIPT}"


def fill(site: Site) -> None:
    """Fill the project `parts`."""
    parts = site.application
    batch = keep(
        site, [_prediction(), _prediction()], rule=evil("rule"), reason=evil("reason"),
        deployment=evil("deployment"), event_id=evil("event"), metadata={evil("k"): evil("v")},
        tags=(TAG,),
    )  # fmt: skip
    retitled(parts, batch, evil("title"))
    _settings(parts)
    _reviewed(parts)
    _analysed(parts)
    _troubled(parts)
    _trained(parts)
    deployment, _ = parts.deployments.register(
        PROJECT, evil("deployment"), NOW, evil("registered")[:100], "1"
    )
    parts.activity.saw(deployment, evil("model"), 7, utc_now())
    parts.activity.flush()


def _settings(parts: Application) -> None:
    rule = {"name": "unsure", "when": {"classes": [evil("class")]}, "tags": [TAG]}
    settings = {
        "project": PROJECT, "classes": [evil("class"), "dent"], "rules": [rule],
        "instructions": evil("instructions"),
    }  # fmt: skip
    parts.history.add(ProjectSettings.model_validate(settings), f"{evil('by')}@example.com", NOW)


def _prediction() -> Prediction:
    box = Box(evil("class"), 0.5, (10, 10, 90, 90))
    return Prediction(320, 240, (box, replace(box, class_name="dent")), model_version=evil("model"))


def _reviewed(parts: Application) -> None:
    who = f"{evil('ann').replace(' ', '')}@example.com"
    parts.team.save([Member(who, evil("Ann"))], NOW)
    batch = retitled(parts, add_batch(parts, "2026-11-22", 9), evil("title"))
    give(parts, batch, {who: 5}, told=evil("told"))
    review(parts, batch, (1, finished(who)))


def _analysed(parts: Application) -> None:
    predicted, true = seen(Box(evil("class"), 0.6, (1, 1, 90, 90))), seen()
    counts = tally(predicted, true, [opinion(true, evil("ben"))], TaskType.OBJECT_DETECTION)
    cell = Cell(evil("rule"), evil("model"), utc_now().date(), summing.nested(counts))
    sums = Sums(
        basis="", generation=1, updated_at=utc_now(), frames=1,
        cells=summing.applied([], [], [cell]),
    )  # fmt: skip
    parts.comparisons.take(PROJECT, sums, {})


def _troubled(parts: Application) -> None:
    found = Finding(evil("check"), evil("said"), evil("fix"))
    parts.diagnoses.save(Diagnosis(NOW, (found,)))
    failing = Delivery("everybody-1", evil("mailto://"), "given_up", 24, evil("error"), utc_now())
    parts.outbox.save(letter(f"{evil('joe')}@example.com", failing))
    parts.audit.add(evil("who"), evil("did"), PROJECT, "", evil("detail"))


def _trained(parts: Application) -> None:
    wrong = Problem("0" * 32, evil("field"), evil("value"), evil("expected"), evil("batch"), 1)
    parts.training_sets.add_problems(PROJECT, "one", [wrong])
    made = version(
        1, 2, classes=(evil("class"),), per_class={evil("class"): 6}, problems=1,
        problems_name="one", widened=(evil("wide"),),
    )  # fmt: skip
    parts.training_sets.add(PROJECT, made)
