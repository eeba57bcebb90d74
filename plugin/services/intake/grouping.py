"""Groups: offers of many requests are kept together, as many as came while the last were stored."""

import asyncio
import queue
import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plugin.domain.errors import UnavailableError
from plugin.services.intake.cases import Kept
from plugin.services.intake.keeping import Keeper
from plugin.services.intake.receiving import Offer

GROUP = 64
"""Offers that are kept together at most."""

MAX_WAITING = 2048
"""Offers that wait at most; more means that Redis or the Store does not keep up."""


Answers = asyncio.Future[list[Kept]]


_Told = tuple[Answers, list[Kept] | Exception]


class _Request(NamedTuple):
    offers: Sequence[Offer]
    answers: Answers


class KeepingQueue:
    """Offers on their way to the keeper. Start it once per process.

    One thread keeps them: with more of them the groups would be smaller.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._thread: threading.Thread | None = None

    def submit(self, offers: Sequence[Offer]) -> Answers:
        """Ask for offers to be kept; the future gives an answer for each, in their order.

        It belongs to the running loop of asyncio.

        Raises:
            UnavailableError: too many are waiting already.
        """
        with self._lock:
            if self._waiting + len(offers) > MAX_WAITING:
                raise UnavailableError("Store", f"{self._waiting} frames are waiting to be stored")
            self._waiting += len(offers)
        request = _Request(offers, asyncio.get_running_loop().create_future())
        self._requests.put(request)
        return request.answers

    def start(self) -> None:
        """Keep in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Keep what was submitted, then end."""
        self._requests.put(None)
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while request := self._requests.get():
            group = [request, *self._waiting_now(len(request.offers))]
            self._keep([each for each in group if each])
            if group[-1] is None:
                return

    def _waiting_now(self, number: int) -> list[_Request | None]:
        """What waits besides, up to a group; ends with None where that was there."""
        found: list[_Request | None] = []
        while number < GROUP:
            try:
                request = self._requests.get_nowait()
            except queue.Empty:
                break
            found.append(request)
            if request is None:
                break
            number += len(request.offers)
        return found

    def _keep(self, requests: Sequence[_Request]) -> None:
        offers = [offer for request in requests for offer in request.offers]
        answers: Sequence[Kept] | Exception
        try:
            answers = self._keeper.keep(offers)
        except Exception as error:  # noqa: BLE001  a defect of ours: each request gets to see it
            answers = error
        with self._lock:
            self._waiting -= len(offers)
        by_loop: dict[asyncio.AbstractEventLoop, list[_Told]] = {}
        start = 0
        for request in requests:
            end = start + len(request.offers)
            part = answers if isinstance(answers, Exception) else list(answers[start:end])
            by_loop.setdefault(request.answers.get_loop(), []).append((request.answers, part))
            start = end
        for loop, told in by_loop.items():
            # One call for all: waking the loop costs more than deciding on an event.
            loop.call_soon_threadsafe(_tell, told)


def _tell(told: Iterable[_Told]) -> None:
    for future, answers in told:
        if future.done():
            continue  # whoever asked has hung up
        if isinstance(answers, Exception):
            future.set_exception(answers)
        else:
            future.set_result(answers)
