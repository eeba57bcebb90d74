"""The answers of the document: what errors look like, and which headers come with what."""

from typing import Any

from webhook_server.openapi.schemas import ref

Node = dict[str, Any]

JSON = "application/json"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"


def header(said: str, kind: str = "string", *, always: bool = True) -> Node:
    """A header of an answer; `always` says whether it is always there."""
    return {"description": said, "required": always, "schema": {"type": kind}}


def answer(said: str, schema: Node, media_type: str = JSON, **headers: Node) -> Node:
    """An answer with a body of one kind; underscores in a header's name stand for hyphens."""
    named = {name.replace("_", "-"): each for name, each in headers.items()}
    return {
        "description": said,
        "content": {media_type: {"schema": schema}},
        **({"headers": named} if named else {}),
    }


def problems(*statuses: int, **said: str) -> dict[str, Node]:
    """The errors of a route by status.

    Args:
        statuses: those that mean what they always mean.
        said: what others mean here: `_409="…"`.
    """
    found = {str(status): _reference(str(status)) for status in statuses}
    for name, description in said.items():
        status = name.removeprefix("_")
        found[status] = _reference(status) | {"description": description}
    return found


def responses() -> dict[str, Node]:
    """The errors that routes refer to, by name."""
    return {
        name: answer(
            said, ref("Problem"), PROBLEM, **_HEADERS.get(status, {}), X_Request_Id=_REQUEST_ID
        )
        for status, (name, said) in _ERRORS.items()
    }


def _reference(status: str) -> Node:
    return {"$ref": f"#/components/responses/{_ERRORS[status][0]}"}


_REQUEST_ID = header(
    "Of a refused post: by this id the server's log knows it. Yours, where you sent one.",
    always=False,
)
_HEADERS = {
    "401": {"WWW_Authenticate": header("`Bearer`.")},
    "429": {"Retry_After": header("Seconds to wait.", "integer")},
    "503": {"Retry_After": header("Seconds to wait.", "integer")},
}
_ERRORS = {
    "400": (
        "BadRequest",
        "The body ended before its Content-Length, or it is no gzip or only a part of one.",
    ),
    "401": ("NotAuthenticated", "No key, a wrong one, or one of another project."),
    "403": ("Forbidden", "This upload address was not given out by us."),
    "404": ("NotFound", "The project has no settings."),
    "408": ("RequestTimeout", "The body, or the next piece of it, took too long."),
    "409": ("Conflict", "It contradicts what was taken before."),
    "410": ("Gone", "The place of this frame is not held any more. Post the event again."),
    "413": ("ContentTooLarge", "The body is too large, or a form has too many parts."),
    "415": ("UnsupportedMediaType", "Another Content-Type or Content-Encoding was expected."),
    "422": ("InvalidInput", "Something is wrong in it: every field that is, is named."),
    "429": ("TooManyRequests", "More events a second than a deployment may post."),
    "503": (
        "NotAvailable",
        "Not durable, or no room for it now. Nothing was taken: keep it, and send it again.",
    ),
}
"""What each status means, wherever a route does not say it more closely."""
