"""Secrets are compared in a time that says nothing of them: by `hmac.compare_digest` alone."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = [path for folder in ("plugin", "webhook_server") for path in (ROOT / folder).rglob("*.py")]

CHECKS = {
    "plugin/stores/access/deployments.py": "deployment keys, by their hashes",
    "plugin/stores/access/upload_addresses.py": "signatures of upload addresses",
    "plugin/stores/access/hook_secrets.py": "what Label Studio's webhooks bring",
    "plugin/formats/signatures.py": "signatures of posts",
    "webhook_server/operations/metrics.py": "the token of /metrics",
}
"""Where something that was sent is compared with a secret, and nowhere else.

The cookie's signature is checked by itsdangerous and the CSRF token by Flask-WTF, both so. A
session is found in Redis by the SHA-256 of its id.
"""

SECRET = re.compile(r"(?i)(secret|token|signature|signed|password|hmac)s?")
HASH = re.compile(r"(?i)(digest|hexdigest|sha256)")
"""Elsewhere these are checksums of content, which are no secrets."""


def names(node: ast.AST) -> Iterator[str]:
    """What is compared is called so, or is an attribute, or the answer of a call, of that name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name.lstrip("_").rpartition("_")[2]
        case ast.Call(func=func):
            yield from names(func)


def compared(code: str, *patterns: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Line and name of what looks like a secret and is compared by an operator."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _compares(node):
            for side in (node.left, *node.comparators):
                for name in names(side):
                    if any(pattern.fullmatch(name) for pattern in patterns):
                        yield node.lineno, name


def _compares(node: ast.Compare) -> bool:
    constant = any(isinstance(side, ast.Constant) for side in node.comparators)
    return not constant and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)


def test_no_operator_compares_a_secret() -> None:
    found = []
    for path in CODE:
        name = path.relative_to(ROOT).as_posix()
        patterns = (SECRET, HASH) if name in CHECKS else (SECRET,)
        found += [f"{name}:{line}: {what}" for line, what in compared(path.read_text(), *patterns)]
    assert found == []


def test_secrets_are_compared_where_we_know_of_it() -> None:
    calls = Counter(
        path.relative_to(ROOT).as_posix()
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "compare_digest"
    )
    assert calls == dict.fromkeys(CHECKS, 1)


@pytest.mark.parametrize(
    "line", ["given == self._secret", "x if signature != sign(a) else y", "token(a) == b"]
)
def test_this_test_can_fail(line: str) -> None:
    assert list(compared(line, SECRET))
