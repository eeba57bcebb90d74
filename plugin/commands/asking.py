"""Questions at a terminal: asked again with the reason, until the answer can be used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from plugin.domain.errors import ActiveLearningError, FieldError, InvalidInputError

Check = Callable[[str], None]
"""Makes sure that an answer can be used; raises an error of ours where it cannot."""


class UnusableError(ActiveLearningError):
    """An answer was tried, and leads to nothing that works."""


@dataclass(frozen=True)
class Question:
    """Something to be answered: `option` answers it without being asked.

    `usual` is the answer unless one is given, None where there must be one.
    """

    text: str
    option: str
    usual: str | None = None
    secret: bool = False


@dataclass(frozen=True)
class Terminal:
    """Asks a person; `silent`, it asks nobody and takes what is usual."""

    silent: bool

    def ask(self, question: Question, given: str | None, check: Check) -> str:
        """An answer that can be used.

        Raises:
            ActiveLearningError: nobody is asked, and the answer is missing or cannot be used.
        """
        answer = given
        while True:
            if answer is None:
                answer = self._usual(question) if self.silent else _prompt(question)
            try:
                check(answer)
            except ActiveLearningError as error:
                if self.silent:
                    raise
                click.echo(f"  {error}", err=True)
                answer = None
            else:
                return answer

    def agree(self, text: str, *, usual: bool, option: str) -> bool:
        """Whether somebody agrees; nobody is asked where `silent`, and `usual` is the answer."""
        if self.silent:
            return usual
        return click.confirm(f"{text} ({option} answers it)" if option else text, default=usual)

    def choose(self, question: Question, given: str | None, choices: Sequence[str]) -> str:
        """One of several words."""

        def is_one(answer: str) -> None:
            if answer not in choices:
                expected = f"one of {', '.join(choices)}"
                raise InvalidInputError(FieldError(question.option, answer, expected))

        return self.ask(question, given, is_one)

    def _usual(self, question: Question) -> str:
        if question.usual is None:
            raise InvalidInputError(FieldError(question.option, None, "an answer"))
        return question.usual


def _prompt(question: Question) -> str:
    text = question.text
    if question.secret and question.usual:
        text += " [the one in .env]"
    return str(
        click.prompt(
            text, default=question.usual, hide_input=question.secret,
            show_default=bool(question.usual) and not question.secret,
        )
    ).strip()  # fmt: skip
