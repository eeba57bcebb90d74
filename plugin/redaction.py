"""Text that may be logged: without secrets, without image bytes, of a bounded length."""

import re
from re import Pattern

REDACTED = "[redacted]"

_READ_AT_MOST = 200_000
"""Characters of a text that are looked at; what comes after them is cut unread."""

_SECRETS: tuple[tuple[Pattern[str], str], ...] = (
    (re.compile(r"lsal_[0-9a-f]{16}_[\w-]+"), REDACTED),  # a deployment's key
    (re.compile(r"whsec_[\w+/=-]+"), REDACTED),  # the secret of its signatures
    # A JWT: Label Studio's tokens. Without the bound on its head, a text that is full of such
    # beginnings takes minutes to read.
    (re.compile(r"\beyJ[\w-]{8,400}+(?:\.[\w-]*){1,2}"), REDACTED),
    (re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{40}(?![0-9A-Za-z])"), REDACTED),  # its legacy tokens
    (re.compile(r"(\bsignature=)[^\s&\"'\\<>]+", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"), rf"\1{REDACTED}"),  # a password in an address
    (
        re.compile(
            r"(\b(?:proxy-)?authorization\b[\"']?\s*[:=,]\s*(?:b?[\"'])?)"
            r"(?:(?:basic|bearer|token)\s+)?[^\s\"',\\}\])]+",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(\b(?:basic|bearer|token)\s+)[\w.~+/=-]{16,}", re.IGNORECASE), rf"\1{REDACTED}"),
)

_BYTES = re.compile(
    r"""\bb(?:'(?:[^'\\]|\\.){40,}(?:'|$)|"(?:[^"\\]|\\.){40,}(?:"|$))""", re.DOTALL
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")


def clean(text: str, limit: int) -> str:
    """A text without secrets and without what looks like image bytes, cut to `limit` characters.

    Of a text that is too long the end goes, and with it whatever could be the rest of a secret.
    """
    text = text[:_READ_AT_MOST]
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    text = _BYTES.sub("<bytes>", text)
    text = _BASE64.sub(_counted, text)
    return text if len(text) <= limit else f"{text[:limit]}… (cut)"


def _counted(found: re.Match[str]) -> str:
    return f"<{len(found[0])} characters>"
