"""The knobs of the client."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from plugin.domain.errors import FieldError, InvalidInputError

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Times in seconds, sizes in bytes.

    `refresh`: how often the rules are asked for. `report_every`: how often counts are posted.
    `max_bytes`, `max_age`: what the spool on disk may hold. `max_held`, `max_held_bytes`: what may
    wait in memory, for the first rules or for the disk. `first_wait`, `longest_wait`: between two
    tries, growing. `timeout`: of one request. `jpeg_quality`: of arrays and Pillow images.
    `model_version`: of events that name none. `signing_secret`: `whsec_…`, where the deployment
    must sign its posts. `on_trouble`: called by the background thread with a sentence, at most once
    a minute for each kind of trouble; otherwise it is logged.
    """

    refresh: float = 10.0
    report_every: float = 10.0
    max_bytes: int = 1_000_000_000
    max_age: float = 7 * DAY
    max_held: int = 1000
    max_held_bytes: int = 64_000_000
    first_wait: float = 0.5
    longest_wait: float = 60.0
    timeout: float = 10.0
    jpeg_quality: int = 90
    model_version: str = ""
    signing_secret: str = field(default="", repr=False)
    on_trouble: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense.

        Raises:
            InvalidInputError: naming all of them.
        """
        numbers = [(f.name, getattr(self, f.name)) for f in fields(self) if f.type in {int, float}]
        wrong = [FieldError(name, it, "a number above 0") for name, it in numbers if not it > 0]
        if not self.jpeg_quality <= 100:
            wrong.append(FieldError("jpeg_quality", self.jpeg_quality, "1 to 100"))
        if wrong:
            raise InvalidInputError(*wrong)
