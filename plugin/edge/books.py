"""Where everything that happens at the edge is written down."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from plugin.domain.deciding import Outcome
from plugin.domain.prediction import Prediction
from plugin.edge.counts import Counts
from plugin.edge.offers import EventFields
from plugin.edge.options import Options
from plugin.edge.stats import Counters
from plugin.edge.troubles import Troubles


@dataclass(frozen=True, slots=True)
class Books:
    """Numbers for `stats`, counts for the server, troubles for whoever listens."""

    counters: Counters
    counts: Counts
    troubles: Troubles
    options: Options
    clock: Callable[[], float]

    def refused(self, outcome: Outcome, model_version: str) -> None:
        """An event was turned away by the rules."""
        self.counters.add(f"refused:{outcome}")
        self.counts.add(outcome, model_version, self.clock())

    def dropped(self, number: int, why: str, model_version: str = "") -> None:
        """Events were lost: the server is told how many."""
        if number:
            self.counters.add("dropped", number)
            self.counts.add("dropped", model_version, self.clock(), number)
            self.troubles.note("dropped", why)

    def failed(self, error: Exception) -> None:
        """An event could not be used."""
        self.counters.add("errors")
        self.troubles.note("error", f"{type(error).__name__}: {error}")


def version_of(fields: EventFields, prediction: object, options: Options) -> str:
    """The model version of an event: its own, the prediction's, or the client's."""
    said = fields.get("model_version", "")
    if not said and isinstance(prediction, Prediction):
        said = prediction.model_version
    return str(said or options.model_version)


class Guard:
    """Lets no exception through: it is counted and told instead."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._books.failed(error)
        return True
