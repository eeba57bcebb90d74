"""Who reviews a project's images without being asked each time."""

from pydantic import Field

from plugin.domain.assigning import MAX_OVERLAP
from plugin.domain.fields import Duration, Email, Number, Share, Value

MAX_TEAM = 100
MAX_INSTRUCTIONS = 20_000  # characters


class TeamMember(Value):
    """A reviewer, by their e-mail address in Label Studio; twice the weight, twice the images."""

    reviewer: Email
    weight: Number = Field(default=1, ge=1, le=100)


class Overlap(Value):
    """A share of the images that several people review, so that their agreement shows."""

    reviewers: Number = Field(ge=2, le=MAX_OVERLAP)
    share: Share = 1.0


class ReviewSettings(Value):
    """The standing assignment: new images go to the team as they come; without one to nobody.

    What somebody has and did not begin for `return_idle_after` seconds goes back, and to others.
    """

    team: tuple[TeamMember, ...] = Field(default=(), max_length=MAX_TEAM)
    shuffle: bool = False
    overlap: Overlap | None = None
    return_idle_after: Duration | None = None
