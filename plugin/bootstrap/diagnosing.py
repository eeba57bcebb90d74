"""The doctor, put together from a check per subject."""

from pathlib import Path
from typing import TYPE_CHECKING

from plugin.clock import utc_now
from plugin.services.diagnosing import Check, Doctor, nothing
from plugin.services.diagnosing.calling import Calls
from plugin.services.diagnosing.clocks import ClockChecks
from plugin.services.diagnosing.coordination import RedisChecks
from plugin.services.diagnosing.environment import EnvironmentChecks
from plugin.services.diagnosing.label_studio import LabelStudioChecks
from plugin.services.diagnosing.storing import StoreChecks
from plugin.services.diagnosing.trial import Trial
from plugin.services.diagnosing.working import WorkChecks

if TYPE_CHECKING:
    from plugin.bootstrap.services import Application


def doctor_of(parts: "Application") -> Doctor:
    """What proves that the installation works: what is near first, then what is far."""
    config = parts.config
    trial = Trial(
        label_studio=lambda: parts.label_studio, media=lambda: parts.media,
        kind=config.media_kind, browser_url=config.browser_url, calls=lambda: _calls_of(parts),
    )  # fmt: skip
    work = WorkChecks(lambda: parts.queue_redis, utc_now)
    clocks = ClockChecks(utc_now, lambda: parts.redis, lambda: parts.label_studio)
    return Doctor(
        (
            EnvironmentChecks(Path(".env"), config.public_url, config.local_url).findings,
            StoreChecks(parts.store).findings,
            redis_checks_of(parts), work.findings, clocks.findings,
            label_studio_checks_of(parts, trial.findings),
        )
    )  # fmt: skip


def redis_checks_of(parts: "Application") -> Check:
    """What looks at Redis alone."""
    return RedisChecks(lambda: parts.redis, parts.config.redis_url).findings


def label_studio_checks_of(parts: "Application", trial: Check = nothing) -> Check:
    """What asks Label Studio who we are to it, and then tries it out."""
    key = parts.config.label_studio_api_key.get_secret_value()
    managers = parts.config.managers
    return LabelStudioChecks(lambda: parts.label_studio, key, managers, trial).findings


def _calls_of(parts: "Application") -> Calls:
    return Calls(parts.config.public_url, parts.hook_secrets, parts.trial_calls)
