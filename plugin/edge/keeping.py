"""From an offer in memory to an event on disk, and from there to the server."""

from dataclasses import dataclass

from plugin.domain.deciding import Outcome
from plugin.domain.prediction import Prediction
from plugin.edge.api import Api
from plugin.edge.books import Books, Guard, version_of
from plugin.edge.errors import ExpiredUploadError, RejectedError, ServerAwayError
from plugin.edge.offers import Offer, body_of, posted, read_body
from plugin.edge.rules import RuleSet
from plugin.edge.spool import EdgeSpool, Entry

MAX_POSTS = 3
"""Times that an event is posted in a row because its upload address keeps being expired."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Puts what is kept into the spool. For the background thread."""

    project: str
    spool: EdgeSpool
    books: Books

    def keep(self, offer: Offer, rules: RuleSet) -> None:
        """Encode the image and write the event to disk; one that cannot be is counted as such."""
        with Guard(self.books):
            options = self.books.options
            version = version_of(offer.fields, offer.prediction, options)
            image = b"" if offer.image.url else offer.image.encoded(options.jpeg_quality)
            body = posted(offer, self._detailed(offer, rules), version)
            self._add(offer.event_id, body, image, version)

    def _add(self, event_id: str, body: bytes, image: bytes, version: str) -> None:
        try:
            self.spool.add(self.project, event_id, body, image, self.books.clock())
        except OSError as error:
            self.books.dropped(1, f"the spool cannot be written: {error}", version)
            return
        self.books.counters.add("kept")
        self.trim()

    def trim(self) -> None:
        """Keep the spool within its bounds."""
        options = self.books.options
        dropped = self.spool.trim(options.max_bytes, self.books.clock() - options.max_age)
        self.books.dropped(dropped, "the spool was full, or events were too old")

    def _detailed(self, offer: Offer, rules: RuleSet) -> Prediction:
        """The prediction, with its details where they can be had."""
        prediction = read_body(offer.prediction, rules.expected, offer.fields.get("format", ""))
        details = offer.fields.get("details")
        if details is None:
            return prediction
        try:
            return read_body(body_of(details()), rules.expected, "")
        except Exception as error:  # noqa: BLE001  it is the caller's code, and may raise anything
            self.books.troubles.note("details", f"left out: {type(error).__name__}: {error}")
            return prediction


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is spooled. For the background thread."""

    api: Api
    spool: EdgeSpool
    books: Books

    def send(self, entry: Entry) -> None:
        """Send one event and, if the server wants it, its image.

        Raises:
            ServerAwayError: it stays in the spool; others are tried first.
            ClosedDoorError: it stays in the spool.
        """
        try:
            outcome = self._sent(entry)
        except ServerAwayError:
            self.spool.put_back(entry)
            raise
        except RejectedError as error:
            self.spool.reject(entry, str(error))
            self.books.counters.add("rejected")
            self.books.troubles.note("rejected", str(error))
            return
        except FileNotFoundError as error:
            self.spool.remove(entry)
            self.books.dropped(1, f"a file of the spool is gone: {error.filename}")
            return
        self.spool.remove(entry)
        self.books.counters.add("sent" if outcome == Outcome.KEPT else f"turned_away:{outcome}")

    def _sent(self, entry: Entry) -> str:
        body = entry.record.read_bytes()
        for _ in range(MAX_POSTS):
            answer = self.api.post_event(body)
            if answer.upload is None or entry.image is None:
                return answer.outcome
            try:
                image = entry.image.read_bytes()
                return self.api.put_image(answer.upload, image, entry.content_type)
            except ExpiredUploadError:
                continue
        raise RejectedError(f"the upload address had expired {MAX_POSTS} times in a row")
