"""What an object store says when it refuses or does not answer, in words for a person.

The client's errors hold whole addresses, and those may hold a signature: none is passed on.
"""

import re

_METADATA_SERVICE = re.compile(r"//169\.254\.\d+\.\d+|//metadata\.google")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)")
_STATUS = re.compile(r"status code: (\d{3}[ \w]*)")
_SYSTEM = re.compile(r'\bmessage: "([^"]+)"')
_QUERY = re.compile(r"\?\S*")

_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound"}
_NOT_ACCEPTED = {
    "AuthenticationFailed", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken",
    "SignatureDoesNotMatch",
}  # fmt: skip
_NO_PERMISSION = {"AccessDenied", "AuthorizationFailure", "AuthorizationPermissionMismatch"}
_SIGNS = {"dns error": "its host is not known", "kind: Timeout": "does not answer in time"}


def is_missing_object(error: Exception) -> bool:
    """Whether there is no such object, in a bucket that there is."""
    return isinstance(error, FileNotFoundError) and _first(_CODE, str(error)) not in _NO_BUCKET


def reason_of(error: Exception) -> str:
    """Why something failed, in a few words."""
    text = str(error)
    if _METADATA_SERVICE.search(text):
        return "no credentials in the environment, and none from this machine's metadata service"
    if code := _first(_CODE, text):
        return _of_code(code, _first(_MESSAGE, text))
    if status := _first(_STATUS, text):
        return f"answered {status.strip()}"
    for sign, reason in _SIGNS.items():
        if sign in text:
            return reason
    if system := _first(_SYSTEM, text):
        return f"does not answer: {system}"
    return _QUERY.sub("", text.partition("\n")[0])


def _of_code(code: str, message: str) -> str:
    if code in _NO_BUCKET:
        return "there is no such bucket"
    if code in _NOT_ACCEPTED:
        return f"the credentials are not accepted ({code})"
    if code in _NO_PERMISSION:
        return f"the credentials permit too little ({code})"
    return f"{code}: {message}"


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
