"""The last word on a candidate: is it known, does it look like one kept lately, is there budget."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from redis import Redis

from plugin.domain.budget import REMEMBER, cap_in_words
from plugin.domain.errors import UnavailableError
from plugin.domain.settings import ProjectSettings
from plugin.domain.windows import WINDOWS, window_starts
from plugin.stores.candidates.admission_questions import (
    KEEP,
    PROJECT,
    Candidate,
    Moment,
    keys_of,
    look_of,
)
from plugin.stores.candidates.restoring import Writer, is_known
from plugin.stores.scripts import Script

__all__ = ["REMEMBER", "Admission", "AdmissionControl", "Candidate", "Grant"]

GROUP = 500
"""Candidates in one call; Lua can pass no more than some thousand values to a function."""

Kind = Literal["granted", "known", "conflict", "near_duplicate", "full"]


class Admission(msgspec.Struct, frozen=True):
    """The answer.

    `rule` names the one charged ("" without rules); `scope` ("" for the project) and `window` the
    cap reached; `twin` is the frame that a near-duplicate looks like, `distance` the number of bits
    in which they differ.
    """

    kind: Kind
    rule: str = ""
    scope: str = ""
    window: str = ""
    twin: str = ""
    distance: int = 0

    @property
    def full(self) -> str:
        """The cap reached, in words; "" when none was."""
        return cap_in_words(self.scope, self.window) if self.window else ""


class Grant(msgspec.Struct, frozen=True):
    """All that is needed to give a granted frame's credit back.

    `rule` is the one charged ("" without rules), `granted_at` the time given to `admit`, `look` the
    one kept under the frame, by `admit` or by `compare`.
    """

    frame_id: str
    digest: str
    rule: str
    granted_at: datetime
    look: int | None = None


Restore = Callable[[ProjectSettings, datetime], None]
"""Brings back what Redis has to know of a project before anything is granted."""

_Answer = int | str | tuple[str, int]
_answers = msgspec.json.Decoder(list[_Answer])


class AdmissionControl:
    """Caps, remembered events and looks in Redis, each question one atomic step.

    Errors of Redis come as redis-py raises them. Safe to share between threads.
    """

    def __init__(self, redis: Redis, make_good: Restore | None = None) -> None:
        """`redis` answers with text; `make_good` restores a project that it has forgotten.

        Without it there is nothing to restore: what Redis does not know was never kept.
        """
        self._redis = redis
        self._make_good = make_good or Writer(redis).begin
        self._admit_one = Script(redis, 3, "admit_one.lua")
        self._admit = Script(redis, 4, "counters.lua", "events.lua", "looks.lua", "admit.lua")
        self._compare = Script(redis, 1, "looks.lua", "compare.lua")
        self._release = Script(redis, 3, "counters.lua", "events.lua", "release.lua")
        self._moments: dict[str, Moment] = {}

    def admit(self, settings: ProjectSettings, candidate: Candidate, now: datetime) -> Admission:
        """Charge the project and the first matching rule that has budget, or say why not."""
        if candidate.look is not None and settings.near_duplicates is not None:
            return self.admit_all(settings, [candidate], now)[0]
        moment = self._moment(settings, now)
        scopes, question = moment.ask(candidate)
        answer: _Answer | None = self._admit_one(*moment.caps_keys, question)
        if answer is None:  # No counter yet, or one in the old format.
            return self.admit_all(settings, [candidate], now)[0]
        return _admission(answer, candidate, scopes)

    def admit_all(
        self, settings: ProjectSettings, candidates: Sequence[Candidate], now: datetime
    ) -> list[Admission]:
        """Decide on a group in one step, in its order; as if one by one, many times as fast."""
        admissions: list[Admission] = []
        moment = self._moment(settings, now)
        for start in range(0, len(candidates), GROUP):
            group = candidates[start : start + GROUP]
            scopes, question = moment.ask_all(group, now)
            answers = _answers.decode(self._ask(settings, now, *moment.keys, question))
            granted = [Admission("granted", rule) for rule in scopes]
            admissions += [
                granted[answer]
                if isinstance(answer, int) and answer >= 0
                else _admission(answer, candidate, scopes)
                for candidate, answer in zip(group, answers, strict=True)
            ]
        return admissions

    def compare(
        self, settings: ProjectSettings, frame_id: str, look: int, now: datetime
    ) -> Admission | None:
        """Compare the look of a frame that was granted without one, and keep it.

        Returns:
            The near-duplicate of another frame that it is, its look not kept; None when it is none,
            also where the settings compare no looks.
        """
        near = settings.near_duplicates
        if near is None:
            return None
        if not is_known(self._redis, settings, now):
            self._make_good(settings, now)
        said = (look_of(look), frame_id, int(now.timestamp()), near.within, near.distance)
        looks = keys_of(settings.project, now)[3]
        found: tuple[str, int] | None = self._compare(looks, *said)
        if found is None:
            return None
        twin, distance = found
        return Admission("near_duplicate", twin=twin, distance=distance)

    def release(self, settings: ProjectSettings, grant: Grant) -> bool:
        """Give a granted frame's credit back to the windows it came from; it may be posted again.

        The settings may be of any version. Under another time zone the day's credit is lost.

        Returns:
            Whether the grant was still there.
        """
        counters, events, _, looks = keys_of(settings.project, grant.granted_at)
        look = look_of(grant.look)
        remembered = f"{grant.digest}:{grant.rule}"
        kept = f"{look} {grant.frame_id}" if look else ""
        starts = window_starts(grant.granted_at, ZoneInfo(settings.batch.timezone)).values()
        charged = {PROJECT, grant.rule}
        given = self._release(
            counters, looks, events, grant.frame_id, remembered, kept, KEEP, *starts, *charged
        )
        return bool(given)

    def _ask(self, settings: ProjectSettings, now: datetime, *question: bytes) -> bytes:
        """Ask admit.lua; a project that Redis has forgotten is restored first."""
        answer: bytes | None = self._admit(*question)
        if answer is None:
            self._make_good(settings, now)
            answer = self._admit(*question)
        if answer is None:
            raise UnavailableError("Redis", "was emptied again")
        return answer

    def _moment(self, settings: ProjectSettings, now: datetime) -> Moment:
        moment = self._moments.get(settings.project)
        if moment is None or not moment.holds(settings, now):
            moment = self._moments[settings.project] = Moment(settings, now)
        return moment


def _admission(answer: _Answer, candidate: Candidate, scopes: Sequence[str]) -> Admission:
    if isinstance(answer, int):
        if answer >= 0:
            return Admission("granted", scopes[answer])
        scope, window = divmod(-1 - answer, len(WINDOWS))
        return Admission("full", scope=scopes[scope], window=WINDOWS[window])
    if isinstance(answer, str):
        digest, _, rule = answer.partition(":")
        # A frame of before digests were kept came back without one.
        same = digest in {"", candidate.digest}
        return Admission("known", rule) if same else Admission("conflict")
    twin, distance = answer
    return Admission("near_duplicate", twin=twin, distance=distance)
