"""What the pages are filled with: two lively projects, and names that mean no good."""

from datetime import UTC, datetime, timedelta

from plugin.bootstrap import Application
from plugin.domain.batching import Batch
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.prediction import Prediction
from plugin.domain.reviewing import Assignments, Ledger, Mark, Share
from plugin.domain.settings import ProjectSettings
from plugin.stores.frames.spool import image_key
from tests.training_set.publishing import version

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)

MARKUP = "<script>alert('1')</script><b>bold</b>"
LONG = "weld_seam_" * 20
RIGHT_TO_LEFT = "خدش \u202eabc"
HOSTILE = (
    MARKUP, LONG, RIGHT_TO_LEFT, "שריטה", "Z̸̡̛̬̟̦̎̓̈́͝a̷̢̛̲̺͇̒͑̈́l̶̨̛̻͉̬̏g̷̢̛̖̻̦̎o̸̢̯͑", "{{ 7 * 7 }}", "&amp;", "ひっかき傷",
    "👩‍🔧", "\"><img src=x onerror=alert(2)>",
)  # fmt: skip


def add_project(application: Application, name: str, **changes: object) -> None:
    """Put a project's settings in force."""
    settings = {"project": name, "classes": ["bolt", "dent", "scratch"]} | changes
    application.history.add(ProjectSettings.model_validate(settings), "ann@example.com", NOW)


def count(application: Application, project: str, **outcomes: int) -> None:
    """Count events by outcome, at every stage that they reached."""
    reached = {"not_sampled": (), "no_rule_matched": ("sampled",)}
    for outcome, number in outcomes.items():
        stages = ("received", *reached.get(outcome, ("sampled", "matched")), f"outcome:{outcome}")
        pipeline = application.redis.pipeline()
        for stage in stages:
            pipeline.hincrby(f"lsal:{project}:funnel", stage, number)
        pipeline.execute()


def add_batch(application: Application, project: str, name: str, ledger: Ledger) -> Batch:
    """A batch of a day, and how far its review is."""
    created_at = datetime.fromisoformat(f"{name}T06:30:00+00:00")
    batch = Batch(
        name=name, project=project, period=name, part=1, title=f"{project} · {name}",
        label_studio_id=created_at.day, created_at=created_at, size=ledger.total,
    )  # fmt: skip
    application.batches.create(batch)
    application.batches.save_ledger(batch, ledger)
    return batch


def reviewed(total: int, finished: int = 0, skipped: int = 0) -> Ledger:
    """How far Ann is with so many images: first what she finished, then what she skipped."""
    done: list[Mark] = [Mark("ann@example.com", "finished", NOW, 8.0)] * finished
    done += [Mark("ann@example.com", "skipped", NOW)] * skipped
    marks: dict[int, tuple[Mark, ...]] = {task: (mark,) for task, mark in enumerate(done)}
    return Ledger(total=total, marks=marks, looked_at=NOW)


def assign(application: Application, batch: Batch, **images: int) -> None:
    """Give reviewers at example.com a number of images each, from the first one on."""
    before = application.batches.assignments(batch)
    made, begin = list(before.shares), sum(len(share.tasks) for share in before.shares)
    for name, number in images.items():
        tab = len(made) + 1
        share = Share(
            reviewer=f"{name}@example.com", tasks=tuple(range(begin, begin + number)),
            shuffled=True, link=f"/projects/{batch.label_studio_id}/data?tab={tab}&labeling=1",
            assigned_at=NOW, view_id=tab,
        )  # fmt: skip
        made.append(share)
        begin += number
    changed = Assignments(before.revision, tuple(made))
    application.batches.save_assignments(batch, changed, before.revision)


def add_frames(application: Application, project: str, *event_ids: str) -> list[Frame]:
    """Frames that wait for their import."""
    frames = [_frame(project, event_id) for event_id in event_ids]
    for frame in frames:
        application.spool.add(frame, b"no picture")
    return frames


def _frame(project: str, event_id: str) -> Frame:
    identifier = frame_id(project, event_id)
    key = image_key(project, identifier, "jpg")
    return Frame(
        frame_id=identifier, project=project, event_id=event_id, deployment="line-1",
        captured_at=NOW, received_at=NOW, period="2026-11-23",
        image=ImageInfo(key, "image/jpeg", "", 640, 480, 10), prediction=Prediction(640, 480),
    )  # fmt: skip


def add_training_set(application: Application, project: str, images: int) -> None:
    """Three versions with nothing in them but what is said of them."""
    for number, share in ((1, 0.5), (2, 0.75), (3, 1.0)):
        application.training_sets.add(project, version(number, round(images * share), at=NOW))


def fill(application: Application) -> None:
    """A project in full swing, with three batches in the three states, and one switched off."""
    add_project(application, "parts", limits={"per_day": 500})
    for name in ("line-1", "line-2"):
        application.deployments.register("parts", name, NOW)
    count(
        application, "parts",
        not_sampled=1_222_222, no_rule_matched=10_101, cap_reached=1_004, kept=1_240,
    )  # fmt: skip
    add_batch(application, "parts", "2026-11-23", reviewed(237))
    yesterday = add_batch(application, "parts", "2026-11-22", reviewed(400, 148, 3))
    oldest = add_batch(application, "parts", "2026-11-21", reviewed(600, 588, 12))
    assign(application, yesterday, ann=250, ben=100)
    assign(application, oldest, ann=300, ben=300)
    add_training_set(application, "parts", 588)
    add_frames(application, "parts", "one", "two")
    failed = add_frames(application, "parts", "lost")[0]
    application.spool.mark_failed(failed, "no object 'projects/parts/images/ab.jpg'", NOW)
    add_project(application, "doors", classes=["handle"], enabled=False)


def fill_hostile(application: Application) -> None:
    """Names as long as they may be, in scripts and markup that must not disturb the page."""
    name = "a" * 32
    add_project(application, name, classes=[*HOSTILE, *(f"class {i}" for i in range(200))])
    application.deployments.register(name, MARKUP + LONG, NOW)
    count(application, name, not_sampled=9_876_543_210, kept=987_654_321, disabled=1)
    batch = add_batch(application, name, "2026-11-23", reviewed(2_000, 1_999))
    assign(application, batch, **{"very.long.name." * 6: 1_900, "<i>eve": 1})
    failed = add_frames(application, name, "lost")[0]
    application.spool.mark_failed(failed, MARKUP + LONG * 4, NOW)
    for days in range(1, 13):
        day = (NOW - timedelta(days=days)).date().isoformat()
        add_batch(application, name, day, reviewed(10, 10))


def names_of(application: Application, project: str) -> tuple[str, ...]:
    """The classes of a project, as its settings have them."""
    return application.history.newest(project).settings.classes
