"""One arm with one seed: a project of its own, from the camera to the model trained anew."""

from dataclasses import dataclass, field

import numpy as np

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.demo.waiting import left_over
from plugin.domain.assigning import Wish
from plugin.domain.prediction import Prediction, TaskType
from plugin.domain.settings import BatchSettings, ProjectSettings, Rule
from plugin.experiment.camera import Camera, predictions_of
from plugin.experiment.choosing import Arm, by_chance, rule_of
from plugin.experiment.datasets import Dataset, Places
from plugin.experiment.errors import ExperimentError
from plugin.experiment.model import Model, accuracy, trained, untrained
from plugin.experiment.results import Point
from plugin.experiment.reviewer import Oracle
from plugin.training_set.versions import Version

BY = "experiment"
"""Who changes the settings and makes the versions."""


@dataclass(frozen=True)
class Plan:
    """How many images are reviewed: at the start, in each round after it, and in how many."""

    start: int
    images: int
    rounds: int

    def labels(self, number: int) -> int:
        """Images that are reviewed after a round; the start is round 0."""
        return self.start + number * self.images

    def check(self, dataset: Dataset) -> None:
        """Refuse to review more images than a data set has to choose from.

        Raises:
            ExperimentError: it would.
        """
        if self.labels(self.rounds) >= dataset.stream:
            said = f"{self.labels(self.rounds)} images to review, {dataset.stream} to choose from"
            raise ExperimentError(f"{said}: take fewer rounds, or fewer images in each")


@dataclass
class Run:
    """What is to be done in a round, step by step; see `loop` for their order."""

    application: Application
    camera: Camera
    dataset: Dataset
    plan: Plan
    arm: Arm
    seed: int
    model: Model = field(init=False)
    version: Version | None = None
    round: int = 0
    _posts: dict[str, Prediction] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _stream: Places = field(init=False)
    _held_out: Places = field(init=False)

    def __post_init__(self) -> None:
        self.model = untrained(len(self.dataset.classes))
        self._stream, self._held_out = self.dataset.split(self.seed)

    @property
    def project(self) -> str:
        """The project's name."""
        return self.camera.project

    def tune(self, number: int) -> None:
        """Begin a round: look at what is not reviewed yet, and set the rule to keep the plan's."""
        self.round = number
        places = np.array([place for place in self._stream if place not in self._seen])
        found = predictions_of(self.model(self.dataset.images[places]), self.dataset.classes)
        ids = [f"r{number}-{place}" for place in places]
        self._posts = dict(zip(ids, found, strict=True))
        if number:
            rule = rule_of(self.arm, self._posts, self.plan.images, self.seed)
        else:
            rule = by_chance("start", ids, self.plan.start, self.seed)
        self.application.history.add(self._settings(rule), BY, utc_now())

    def post(self) -> None:
        """Post everything that is not reviewed yet; the server keeps what the rule says.

        Raises:
            ExperimentError: it kept another number than planned.
        """
        self.camera.await_rules(self.application.history.newest(self.project).version)
        name = f"training-set-{self.version.version}" if self.version else "untrained"
        kept = self.camera.post(self._posts, name, lambda each: self.dataset.png(_place(each)))
        self._seen |= {_place(event_id) for event_id in kept}
        self._expect("kept", len(self._seen))

    def await_tasks(self) -> None:
        """Wait until everything kept is a task in Label Studio.

        Raises:
            ExperimentError: nothing has moved for a long time.
        """
        if left := left_over(self.application.spool, self.project):
            raise ExperimentError(f"{left} frames of {self.project} are still not imported")

    def review(self, oracle: Oracle) -> int:
        """Assign what is new, have it reviewed, and return on how much the model was wrong.

        Raises:
            ExperimentError: another number of tasks is new than planned.
        """
        app = self.application
        (batch,) = app.batches.of_project(self.project)
        self._expect("imported", batch.size)
        done = {task for share in app.batches.assignments(batch).shares for task in share.tasks}
        wish = Wish(oracle.email, app.assigner.free(batch))
        (share,) = app.assigner.assign(batch, [wish], shuffle=True).shares
        new = [task for task in share.tasks if task not in done]
        return oracle.review(new, lambda event_id: self._truth(_place(event_id)))

    def learn(self, corrected: int) -> Point:
        """Collect, make the next version of the training set, train on it, and test.

        Raises:
            ExperimentError: the training set is not what was reviewed.
        """
        app = self.application
        app.collector.collect(self.project)
        self.version = app.builder.build(self.project, by=BY)
        self._expect("in the training set", self.version.images)
        if self.version.certificate.counts != "equal":
            raise ExperimentError(
                f"the certificate of {self.project} says: {self.version.certificate}"
            )
        self.model = self._trained(self.version)
        right = accuracy(
            self.model, self.dataset.images[self._held_out], self.dataset.truth[self._held_out]
        )
        return Point(self.arm, self.seed, self.round, self.version.images, right, corrected)

    def _trained(self, version: Version) -> Model:
        """A model of what is in the training set and of nothing else."""
        sets, classes = self.application.training_sets, self.dataset.classes
        images, truth = [], []
        for example in sets.examples(self.project, version.version):
            images.append(self.dataset.pixels(sets.image(self.project, example)))
            (label,) = example.truth.labels
            truth.append(classes.index(label.class_name))
        return trained(np.stack(images), np.array(truth), len(classes))

    def _settings(self, rule: Rule) -> ProjectSettings:
        return ProjectSettings(
            project=self.project, task_type=TaskType.CLASSIFICATION, classes=self.dataset.classes,
            batch=BatchSettings(recreate="never", max_images=100_000), rules=(rule,),
            seed=self.seed,
        )  # fmt: skip

    def _truth(self, place: int) -> str:
        return self.dataset.classes[int(self.dataset.truth[place])]

    def _expect(self, what: str, found: int) -> None:
        wanted = self.plan.labels(self.round)
        if found != wanted:
            raise ExperimentError(f"{self.project}: {found} images are {what}, not {wanted}")


def _place(event_id: str) -> int:
    """Which image of the data set an event is of."""
    return int(event_id.rpartition("-")[2])
