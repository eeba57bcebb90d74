"""What the forms on the page of a batch do: one function a form, each told in a sentence."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from plugin.bootstrap import Application
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError
from plugin.domain.reviewing import Assignments
from plugin.services.assignment.assigning import Assigner
from webhook_server.pages.filters import counted
from webhook_server.pages.review.batch_forms import IMAGES, assign_form, base_of, move_count


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done: a word for the audit log, and a sentence for people."""

    action: str
    said: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A form, with what it is about: `now` are the assignments that it was made from."""

    batch: Batch
    now: Assignments
    typed: MultiDict[str, str]


def make_change(
    application: Application, batch: Batch, name: str, typed: MultiDict[str, str], by: str
) -> Changed:
    """Do what a form says.

    Args:
        application: the parts.
        batch: the batch.
        name: which form it is, one of CHANGES.
        typed: the form.
        by: who sent it, by e-mail address.

    Raises:
        InvalidInputError: naming every field that is wrong.
        ConflictError: the form is older than the assignments in force, or the batch is gone.
        UnavailableError: Label Studio does not answer.
    """
    if batch.closed:
        raise ConflictError(batch.closed)
    now, base = application.batches.assignments(batch), base_of(typed)
    if base != now.revision:
        raise ConflictError(f"revision {now.revision} is in force, not {base}")
    return CHANGES[name](application.assigner.acting_for(by), Sent(batch, now, typed))


def _assign(assigner: Assigner, sent: Sent) -> Changed:
    form = assign_form(sent.typed, assigner.free(sent.batch))
    text = _lines(form.instructions)
    with _named_as_in_the_form(form.wishes):
        assigner.assign(
            sent.batch,
            form.wishes,
            shuffle=form.shuffle,
            instructions=None if text == sent.now.instructions else text,
            base=sent.now.revision,
            overlap=form.overlap,
        )
    shares = ", ".join(
        f"{counted(each.images, 'image')} to {each.reviewer}" for each in form.wishes
    )
    how = ", shuffled" if form.shuffle else ""
    how += f", each to {form.overlap} people" if form.overlap > 1 else ""
    return Changed("images.assigned", f"Assigned {shares}{how}.")


def _reassign(assigner: Assigner, sent: Sent) -> Changed:
    source, target = _given(sent.typed, "source"), _given(sent.typed, "target")
    images = move_count(sent.typed)
    made = assigner.reassign(sent.batch, source, target, images, base=sent.now.revision)
    moved = counted(_lost(sent.now, made, source), "image")
    return Changed("images.reassigned", f"Handed {moved} from {source} to {target}.")


def _take_back(assigner: Assigner, sent: Sent) -> Changed:
    reviewer, images = _given(sent.typed, "reviewer"), move_count(sent.typed)
    made = assigner.take_back(sent.batch, reviewer, images, base=sent.now.revision)
    taken = counted(_lost(sent.now, made, reviewer), "image")
    return Changed("images.taken_back", f"Took {taken} back from {reviewer}.")


def _instruct(assigner: Assigner, sent: Sent) -> Changed:
    text = _lines(sent.typed.get("instructions", ""))
    assigner.set_instructions(sent.batch, text, base=sent.now.revision)
    said = "Changed the instructions." if text else "Removed the instructions."
    return Changed("instructions.changed", said)


CHANGES: dict[str, Callable[[Assigner, Sent], Changed]] = {
    "assign": _assign,
    "reassign": _reassign,
    "take-back": _take_back,
    "instructions": _instruct,
}
"""What each form does, by the last part of its address."""


def _given(typed: MultiDict[str, str], name: str) -> str:
    value = typed.get(name, "").strip()
    if not value:
        raise InvalidInputError(FieldError(name, value, "one of the people in the list"))
    return value


def _lines(text: str) -> str:
    """A text as it is kept: browsers send its line breaks in two characters."""
    return text.replace("\r\n", "\n").strip()


def _lost(before: Assignments, after: Assignments, reviewer: str) -> int:
    """How many images a person had more before."""
    had, has = before.of(reviewer), after.of(reviewer)
    return len(had.tasks if had else ()) - len(has.tasks if has else ())


@contextmanager
def _named_as_in_the_form(wishes: Sequence[Wish]) -> Iterator[None]:
    """Name wrong wishes by the field that they came from."""
    names = {
        f"{list_name}[{index}]": f"{IMAGES}{wish.reviewer}"
        for index, wish in enumerate(wishes)
        for list_name in ("reviewers", "images")
    }
    try:
        yield
    except InvalidInputError as error:
        renamed = (
            FieldError(names.get(each.field, each.field), each.value, each.expected)
            for each in error.errors
        )
        raise InvalidInputError(*renamed) from error
