"""What the server's answers mean to the client."""

from plugin.domain.errors import ActiveLearningError, NotAuthenticatedError, UnavailableError


class ServerAwayError(UnavailableError):
    """No answer, or one that asks to come again; `retry_after` in seconds where it says when."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__("the server", reason)
        self.retry_after = retry_after


class ClosedDoorError(NotAuthenticatedError):
    """The key opens nothing, or the address is wrong: whoever set them up must look at it."""


class ExpiredUploadError(ActiveLearningError):
    """The address for the image has expired; the event may be posted again for another one."""


class RejectedError(ActiveLearningError):
    """The server will never take this; the message is what its problem details say."""
