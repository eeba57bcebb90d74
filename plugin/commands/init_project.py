"""The second half of `lsal init`: what the first project is about, and what posts to it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from plugin.commands.asking import Question, Terminal
from plugin.domain.errors import FieldError, InvalidInputError, NotFoundError
from plugin.domain.prediction import TaskType
from plugin.formats.class_lists import ClassList, read_classes
from plugin.services.operations.setting_up import FirstProject

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway
    from plugin.labelstudio.reading_configs import Labelled

OURS = "active-learning:"
"""What the descriptions of Label Studio projects begin with that are batches of ours."""

SHOWN = 30
"""Label Studio projects that are listed to choose from, the newest ones."""


@dataclass(frozen=True)
class Wanted:
    """What options said of the project; None where nothing."""

    name: str | None
    from_project: int | None
    classes: str | None
    task_type: str | None


@dataclass(frozen=True)
class ProjectQuestions:
    """Asks for a project: from one in Label Studio, or from a class list."""

    terminal: Terminal
    label_studio: "LabelStudioGateway"
    wanted: Wanted

    def ask(self) -> FirstProject:
        """What the project is about.

        Raises:
            ActiveLearningError: nobody is asked, and what options said cannot be used.
        """
        wanted = self.wanted
        if wanted.from_project is not None and wanted.classes is not None:
            expected = "not together with --from-project"
            raise InvalidInputError(FieldError("--classes", wanted.classes, expected))
        number = wanted.from_project
        if number is None and wanted.classes is None and not self.terminal.silent:
            number = self._chosen()
        return self._of_label_studio(number) if number is not None else self._of_classes()

    def _chosen(self) -> int | None:
        """The Label Studio project that somebody chooses; None for a class list instead."""
        found = [
            each for each in self.label_studio.projects_of("")
            if not each.description.startswith(OURS)
        ]  # fmt: skip
        if not found:
            return None
        newest = sorted(found, key=lambda each: each.id, reverse=True)[:SHOWN]
        click.echo("\nProjects in Label Studio whose classes you may take over:")
        for each in newest:
            click.echo(f"  {each.id:>5}  {each.title}")

        def is_one(answer: str) -> None:
            if answer and not answer.isdecimal():
                raise InvalidInputError(
                    FieldError("--from-project", answer, "a number, or nothing")
                )
            if answer:
                self._read(int(answer))

        question = Question("Its number (empty: type the classes)", "--from-project", "")
        answer = self.terminal.ask(question, None, is_one)
        return int(answer) if answer else None

    def _of_label_studio(self, number: int) -> FirstProject:
        title, project = self._read(number)
        name = self._name(_slug(title))
        return FirstProject(name, *project)

    def _read(self, number: int) -> "tuple[str, Labelled]":
        """The title of a Label Studio project, and what is labelled in it."""
        from plugin.labelstudio.reading_configs import read_config

        found = self.label_studio.project(number)
        if found is None:
            raise NotFoundError("project in Label Studio", str(number))
        return found.title, read_config(found.label_config)

    def _of_classes(self) -> FirstProject:
        question = Question("The model's classes, between commas, or a file of them", "--classes")
        given = self.terminal.ask(question, self.wanted.classes, _check_classes)
        listed = read_classes(given)
        name = self._name("parts")
        return FirstProject(name, self._task_type(listed), listed.classes, listed.keypoints)

    def _task_type(self, listed: ClassList) -> TaskType:
        usual = TaskType.KEYPOINT_DETECTION if listed.keypoints else TaskType.OBJECT_DETECTION
        question = Question("What the model answers with", "--task-type", usual.value)
        words = [each.value for each in TaskType]
        return TaskType(self.terminal.choose(question, self.wanted.task_type, words))

    def _name(self, usual: str) -> str:
        question = Question("A name for the project", "--project", usual)

        def can_be_used(name: str) -> None:
            FirstProject(name, TaskType.OBJECT_DETECTION, ["thing"]).settings()

        return self.terminal.ask(question, self.wanted.name, can_be_used)


def _check_classes(given: str) -> None:
    listed = read_classes(given)
    FirstProject("parts", TaskType.OBJECT_DETECTION, listed.classes).settings()


def _slug(title: str) -> str:
    """A name for a project that others call by a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:32].strip("-") or "parts"
