"""The client: what a deployment installs beside its model.

    client = ActiveLearningClient("https://lsal.example.com", key, project="parts")
    client.submit(image, prediction)

Needs no Redis, no RQ, no Flask and no Label Studio SDK. See docs/client.md.
"""

import atexit
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from plugin.domain.prediction import Prediction
from plugin.edge.api import Api
from plugin.edge.backoff import Backoff
from plugin.edge.books import Books, Guard, version_of
from plugin.edge.counts import Counts
from plugin.edge.files import claim
from plugin.edge.images import Source, snapshot
from plugin.edge.keeping import Keeper, Sender
from plugin.edge.offers import (
    Backlog,
    Body,
    EventFields,
    Offer,
    body_of,
    identify,
    metadata_of,
    read_body,
    timestamp_of,
)
from plugin.edge.options import Options
from plugin.edge.rules import Rules, RuleSet
from plugin.edge.spool import EdgeSpool
from plugin.edge.starting import adopt_left_behind, check_address
from plugin.edge.stats import Counters, Stats
from plugin.edge.troubles import Troubles
from plugin.edge.worker import Parts, Worker

__all__ = ["ActiveLearningClient", "Options", "Prediction", "Stats"]


class ActiveLearningClient:
    """Decides on every frame by the project's rules, and sends what is worth a human look.

    Safe to share between threads. Make one in each process, after a fork.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        project: str,
        spool: str | os.PathLike[str] | None = None,
        options: Options | None = None,
    ) -> None:
        """Begin; nothing is waited for, the server may be away.

        Args:
            url: of the server, like `https://lsal.example.com`.
            key: the deployment's, `lsal_…`.
            project: the one that the key opens.
            spool: folder in which kept frames wait for the server, by default
                `~/.local/state/lsal`; each project and process has a sub-folder in it.
            options: times and bounds.

        Raises:
            InvalidInputError: an argument is wrong, or the folder cannot be written.
        """
        check_address(url, key, project)
        self._options = options or Options()
        home = Path(spool or Path.home() / ".local/state/lsal") / project
        folder, self._lock = claim(home)
        counts = Counts(folder / "counts.json")
        self._books = Books(
            Counters(), counts, Troubles(self._options.on_trouble), self._options, time.time
        )
        self._spool = EdgeSpool(folder)
        adopt_left_behind(home, self._spool, counts)
        self._rules = Rules(folder / "rules.json", url, project)
        bounds = self._options.max_held, self._options.max_held_bytes
        self._undecided, self._kept = Backlog(*bounds), Backlog(*bounds)
        self._api = Api(url, key, project, self._options)
        self._worker = Worker(self._parts(project), self._new_backoff)
        self.guard = Guard(self._books)
        self._pid, self._is_closed = os.getpid(), False
        atexit.register(self.close)
        self._worker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(self, image: Source, prediction: object, **fields: Unpack[EventFields]) -> None:
        """Submit what a model saw in an image; returns at once, and never raises.

        Args:
            image: JPEG, PNG or WebP bytes; a path, which is read soon; an https address, which the
                server fetches; an array (height x width x 3, uint8, blue-green-red unless
                `bgr=False`) or a Pillow image, which are copied if the frame is kept.
            prediction: a `Prediction`, or any accepted format as objects or JSON.
            fields: see `EventFields`.
        """
        if self._is_closed or os.getpid() != self._pid:
            # After a fork there is no thread here, and a lock may be held for ever.
            return
        with self.guard:
            self._submit(image, prediction, fields)

    def stats(self) -> Stats:
        """What became of the frames so far."""
        counters, rules = self._books.counters, self._rules.current
        return Stats(
            submitted=counters.of("submitted"),
            refused=counters.below("refused:"),
            kept=counters.of("kept"),
            sent=counters.of("sent"),
            turned_away=counters.below("turned_away:"),
            rejected=counters.of("rejected"),
            dropped=counters.of("dropped"),
            errors=counters.of("errors"),
            held=len(self._undecided) + len(self._kept),
            spooled=len(self._spool),
            spooled_bytes=self._spool.bytes,
            rules_version=rules.version if rules else 0,
            last_trouble=self._books.troubles.last,
        )

    def flush(self, timeout: float = 10.0) -> bool:
        """Send everything that waits; whether all of it was sent in time (seconds)."""
        return self._worker.flush(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Flush, then end; whether all was sent. What was not lies on disk for the next start.

        A request that is under way may keep it waiting for as long as `Options.timeout` besides.
        """
        if self._is_closed or os.getpid() != self._pid:
            return True
        self._is_closed = True
        atexit.unregister(self.close)
        was_sent = self._worker.flush(timeout)
        if self._worker.stop(self._options.timeout + 1):
            self._api.close()
            self._lock.close()
        return was_sent

    def _submit(self, image: Source, prediction: object, fields: EventFields) -> None:
        self._books.counters.add("submitted")
        body = body_of(prediction)
        event_id = identify(fields.get("event_id", ""), body)
        rules = self._rules.current
        if rules is None:
            self._hold(self._undecided, self._offer(event_id, body, image, fields))
        elif decided := self._passed(event_id, body, fields, rules):
            self._hold(self._kept, self._offer(event_id, decided, image, fields))

    def _passed(
        self, event_id: str, body: Body, fields: EventFields, rules: RuleSet
    ) -> Prediction | None:
        """The prediction, if the rules let it pass; else it is counted."""
        prediction = read_body(body, rules.expected, fields.get("format", ""))
        refused = rules.decider.decide(event_id, prediction).refused
        if refused is None:
            return prediction
        self._books.refused(refused, version_of(fields, prediction, self._options))
        return None

    def _offer(self, event_id: str, body: Body, image: Source, fields: EventFields) -> Offer:
        return Offer(
            event_id=event_id,
            prediction=body,
            image=snapshot(image, bgr=fields.get("bgr", True)),
            fields=fields,
            timestamp=timestamp_of(fields.get("timestamp"), time.time()),
            metadata=metadata_of(fields.get("metadata") or {}),
        )

    def _hold(self, backlog: Backlog, offer: Offer) -> None:
        for lost in backlog.add(offer):
            version = version_of(lost.fields, lost.prediction, self._options)
            self._books.dropped(1, "more than may wait in memory", version)
        self._worker.wake()

    def _decide(self, offer: Offer, rules: RuleSet) -> None:
        """Decide on what waited for the rules."""
        with self.guard:
            if decided := self._passed(offer.event_id, offer.prediction, offer.fields, rules):
                self._hold(self._kept, replace(offer, prediction=decided))

    def _parts(self, project: str) -> Parts:
        return Parts(
            rules=self._rules, undecided=self._undecided, kept=self._kept,
            keeper=Keeper(project, self._spool, self._books),
            sender=Sender(self._api, self._spool, self._books),
            api=self._api, books=self._books, decide=self._decide,
        )  # fmt: skip

    def _new_backoff(self) -> Backoff:
        return Backoff(self._options.first_wait, self._options.longest_wait, random.random)
