"""The connection to a Label Studio server, through its SDK.

The SDK repeats a failed request by itself, twice, also an import whose answer was lost; that would
double tasks. Here nothing is repeated: who calls knows what may be done again.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.labelstudio.counting import CountingClient

TIMEOUT = 60.0  # seconds


class Connection:
    """An open connection, as the user whose token it has."""

    def __init__(
        self, base_url: str, api_key: str, count: Callable[[str], None] = lambda _: None
    ) -> None:
        """Connect with a legacy or a personal access token; `count` is told how requests end."""
        self.base_url = base_url.rstrip("/")
        # Parts of the SDK are untyped; what comes back is converted by each method.
        self._client: Any = LabelStudio(  # type: ignore[no-untyped-call]
            base_url=self.base_url, api_key=api_key, timeout=TIMEOUT, max_retries=0,
            httpx_client=CountingClient(count, timeout=TIMEOUT, follow_redirects=True),
        )  # fmt: skip

    def close(self) -> None:
        """Close the connections to the server."""
        self._client._client_wrapper.httpx_client.httpx_client.close()

    def _request(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  JSON
        """The answer to a request that the SDK has no method for; None where it has no body."""
        return read_json(self._respond(method, path, **options))

    def _respond(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        client = self._client._client_wrapper.httpx_client
        return _unless_refused(client.request(path, method=method, **options))

    def _respond_to_strangers(self, path: str) -> httpx.Response:
        """The answer to who brings no token: none is needed, and whatever it is, it is not sent."""
        client: httpx.Client = self._client._client_wrapper.httpx_client.httpx_client
        return _unless_refused(client.get(f"{self.base_url}/{path}"))


def read_json(response: httpx.Response) -> Any:  # noqa: ANN401  JSON
    """What an answer says; None where it has no body. To be called where errors are translated."""
    try:
        return response.json() if response.content else None
    except ValueError:
        raise ApiError(status_code=response.status_code, body=response.text) from None


def _unless_refused(response: httpx.Response) -> httpx.Response:
    if response.status_code >= 400:
        raise ApiError(
            headers=dict(response.headers), status_code=response.status_code,
            body=_said(response),
        )  # fmt: skip
    return response


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except ApiError as error:
        if error.status_code == 404:
            raise NotFoundError("Label Studio object", _detail(error.body)) from error
        # The SDK raises it for a good status too, when what came with it is no JSON.
        status = error.status_code or 0
        wait = _retry_after({k.lower(): v for k, v in (error.headers or {}).items()})
        raise LabelStudioError(status if status >= 400 else 0, _detail(error.body), wait) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LabelStudioError(0, f"does not answer ({type(error).__name__})") from error


def _said(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return response.text


def _detail(body: object) -> str:
    """What Label Studio says went wrong, without its HTML pages."""
    if isinstance(body, Mapping):
        said = body.get("validation_errors") or body.get("detail") or body
        return str(said)[:500]
    text = str(body)
    return "answered with a page" if text.lstrip().startswith("<") else text[:500]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks us to wait: a number, or a date after that of its answer."""
    asked = headers.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
    return max(0.0, wait.total_seconds())
