"""Does Label Studio call us when something is reviewed? It is made to, once, from a project."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from plugin.domain.diagnosis import Finding, warning
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.labelstudio.values import Webhook
from plugin.readiness import in_words
from plugin.services.collection.hooks import ACTIONS, EVENTS, SECRET_HEADER
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.measures.trial_calls import TRIALS, TrialCalls

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

LOOKS, BETWEEN = 25, 0.2
"""How often it is looked whether the call came, and the seconds in between. Label Studio gives a
call one second, and makes it when the task is made."""

LATE = "reviews are seen within a minute, not within seconds"

_PROTECTED = (
    "Label Studio calls no private or loopback address (its protection against SSRF): name a public"
    " address in LSAL_PUBLIC_URL; or, where everybody who may change projects there is trusted with"
    " your network, start it with SSRF_PROTECTION_ENABLED=false"
)
_REFUSED = {
    400: "LSAL_PUBLIC_URL must be an address, like https://learn.example.com",
    403: _PROTECTED,
    500: "LSAL_PUBLIC_URL must be an address whose host Label Studio can resolve",
}
_UNSEEN = (
    "`lsal serve` must run, with the same STORE_URL and REDIS_URL, where LSAL_PUBLIC_URL says, and "
    "the machine of Label Studio must reach it within a second"
)


@dataclass(frozen=True)
class Calls:
    """Has Label Studio call us at `public_url`; "" where it is not to.

    Nothing rests on its calls: without them reviews are seen later.
    """

    public_url: str
    secrets: HookSecrets
    arrivals: TrialCalls
    sleep: Callable[[float], None] = time.sleep

    def tried(self, gateway: "LabelStudioGateway", project: int) -> Finding:
        """Register a webhook in a project, make a task there, and say whether we were told."""
        if not self.public_url:
            return Finding("calls", f"none, as LSAL_PUBLIC_URL is empty: {LATE}")
        trial = secrets.token_hex(16)
        url = self.public_url.rstrip("/") + EVENTS
        try:
            header = {SECRET_HEADER: self.secrets.of(TRIALS, trial)}
            gateway.add_webhook(Webhook(project, f"{url}?trial={trial}", header, ACTIONS))
            gateway.import_tasks(project, [{"data": {"image": "/no-image"}}])
        except LabelStudioError as error:
            fix = _REFUSED.get(error.status, "look into the log of Label Studio")
            said = f"Label Studio refuses to call {url}: {error.reason}; {LATE}"
            return warning("calls", said, fix)
        except NotFoundError as error:
            return warning("calls", f"not tried: {error}", "ask again")
        except OSError as error:
            return warning(
                "calls", f"not tried: Store: {in_words(error)}", "see to the Store first"
            )
        return self._seen(trial, url)

    def _seen(self, trial: str, url: str) -> Finding:
        try:
            for _ in range(LOOKS):
                if self.arrivals.came(trial):
                    return Finding("calls", f"Label Studio called {url}, and we heard it")
                self.sleep(BETWEEN)
        except RedisError as error:
            return warning("calls", f"not heard: Redis: {error}", "see to Redis first")
        said = f"Label Studio may call {url}, and no call came through: {LATE}"
        return warning("calls", said, _UNSEEN)
