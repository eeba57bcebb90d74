"""Requests that schemathesis makes of the OpenAPI document: good ones, and ones that are not."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.fuzz.requests.asking import KEY, Ask
from tests.server.test_schemathesis import KEY as MADE_KNOWN
from tests.server.test_schemathesis import Case, schema

GROUP = "API: as documented, and not"
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_NOT_OURS = {"content-length", "host", "transfer-encoding", "connection"}


def ask_all(round_number: int, count: int, ask: Callable[[Ask], object]) -> None:
    """Ask every operation of the document `count` times each way, other ones in every round."""
    for at, strategy in enumerate(_strategies()):

        @seed(1000 * round_number + at)
        @examples(
            max_examples=count, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=strategy)
        def each(case: Case) -> None:
            if (data := _data(case)) is not None:
                ask(Ask(GROUP, data))

        with suppress(Unsatisfiable):  # of what takes no parameters nothing can be wrong
            each()


def _strategies() -> Iterator[Any]:
    for found in schema.get_all_operations():
        for mode in _MODES:
            yield found.ok().as_strategy(generation_mode=mode)


def _data(case: Case) -> bytes | None:
    """A case as it goes over the wire; None where a client would not let it."""
    try:
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://127.0.0.1")).prepare()
    except (ValueError, requests.exceptions.RequestException):
        return None
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    if not isinstance(body, bytes):
        return None
    headers = {n: str(v) for n, v in sent.headers.items() if n.lower() not in _NOT_OURS}
    lines = [f"{sent.method} {sent.path_url} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    return head.replace(MADE_KNOWN.encode(), KEY) + body
