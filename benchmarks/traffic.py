"""What the sample of recent events costs those who post: a decision with it and without."""

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
from redis import Redis

from benchmarks.deciding import CLASSES, RULES, event
from benchmarks.table import Row, compare, one_core, times
from plugin.clock import utc_now
from plugin.domain.deployment import Deployment
from plugin.domain.settings import ProjectSettings
from plugin.formats.native import decode_event
from plugin.services.intake.gates import Gates
from plugin.services.intake.receiving import Receiver
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.measures.histograms import Histograms
from plugin.stores.measures.traffic import Traffic
from plugin.stores.settings_history import SettingsHistory

EVENTS = 20_000


def rows() -> Iterator[Row]:
    """Measure on one core, events of 20 boxes: all decided, and nearly all passed over."""
    with one_core(), TemporaryDirectory() as folder:
        for rate, what in ((1.0, "decode + decide"), (0.005, "the same, 0.5 % sampled")):
            store = FolderStore(Path(folder) / str(rate))
            history = SettingsHistory(store)
            history.add(_settings(rate), "bench", utc_now())
            deployment, _ = Deployments(store).register("bench", "camera", utc_now())
            # No call is made: what is taken is brought to Redis by another thread.
            redis = Redis()
            traffic = Traffic(redis, Histograms(redis), Random(7))
            gates = Gates(history)
            ours, other = compare(
                _decisions(Receiver(gates, traffic), deployment),
                _decisions(Receiver(gates), deployment),
                rounds=9,
            )
            yield Row(f"{what}, recent events sampled", ours, "without", other, "/s", "≥ 0.9 ×")


def _settings(rate: float) -> ProjectSettings:
    rules = [{"name": f"r{n}"} | rule for n, rule in enumerate(RULES)]
    settings = {"project": "bench", "classes": CLASSES, "rules": rules, "sampling_rate": rate}
    return ProjectSettings.model_validate(settings)


def _decisions(receiver: Receiver, deployment: Deployment) -> Callable[[], int]:
    bodies = cycle([msgspec.json.encode(event(20) | {"event_id": f"event-{n}"}) for n in range(50)])
    now = utc_now()
    return times(
        lambda: receiver.decide(deployment, decode_event(next(bodies)), now, explain=False),
        EVENTS,
    )
