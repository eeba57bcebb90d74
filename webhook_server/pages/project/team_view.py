"""The review team of a project: who new images go to, and who could be picked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugin.domain.fields import duration_text, share_text
from plugin.domain.review_settings import ReviewSettings, TeamMember
from plugin.domain.team import Member
from webhook_server.pages.project.filled_form import Form

TEAM = "review.team"


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Somebody who is in the team or could be; `place` is where the names of their fields begin."""

    email: str
    name: str
    active: bool
    is_in: bool
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who new images go to by themselves, and how, in words."""

    people: tuple[str, ...]
    words: tuple[str, ...]


def standing(review: ReviewSettings) -> Standing:
    """The team of a project in words."""
    people = tuple(map(_person, review.team))
    return Standing(people, tuple(_words(review)) if people else ())


def team_rows(form: Form, members: Sequence[Member]) -> list[TeamRow]:
    """Who is in the team as the form has it, then everybody else who works in Label Studio."""
    known = {member.email: member for member in members}
    rows: list[TeamRow] = []
    for place in (f"{TEAM}.{number}" for number in form.items(TEAM)):
        email = form.text(f"{place}.reviewer")
        # Where nobody is known yet, nobody is known to have left.
        member = known.pop(email, Member(email, active=not members))
        rows.append(TeamRow(email, member.name, member.active, is_in=True, place=place))
    others = (member for member in known.values() if member.active)
    for number, member in enumerate(others, len(rows)):
        place = f"{TEAM}.{number}"
        rows.append(TeamRow(member.email, member.name, active=True, is_in=False, place=place))
    return rows


def _person(member: TeamMember) -> str:
    return member.reviewer if member.weight == 1 else f"{member.reviewer} × {member.weight}"


def _words(review: ReviewSettings) -> Iterator[str]:
    yield "Shuffled" if review.shuffle else "By priority, then time"
    if overlap := review.overlap:
        yield f"{share_text(overlap.share)} of the images go to {overlap.reviewers} people each"
    if review.return_idle_after:
        yield f"Untouched images return after {duration_text(review.return_idle_after)}"
