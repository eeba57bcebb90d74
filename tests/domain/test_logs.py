"""Logs: one object a line, whatever is logged; no secret and no image comes out."""

import io
import json
import logging
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.deciding import Outcome
from plugin.logs import JsonFormatter, TextFormatter
from tests.samples import jpeg

KEY = "lsal_0123456789abcdef_" + "s3cr3t-Aa_9" * 3
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0" + ".c2lnbmF0dXJl"
SECRETS = {
    "deployment key": (KEY, KEY),
    "signing secret": ("whsec_MfKQ9r8GKYqrTwjUPD8ILP==", "MfKQ9r8GKYqrTwjUPD8ILP"),
    "JWT": (JWT, JWT),
    "legacy token": ("0a1b2c3d4e" * 4, "0a1b2c3d4e"),
    "bearer": ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    "basic": ("authorization=Basic YTpiOmM=", "YTpiOmM="),
    "token header": ("{'Authorization': 'Token abcdef'}", "abcdef"),
    "header as bytes": ("(b'Authorization', b'Bearer abcdef')", "abcdef"),
    "upload address": ("PUT /v1/uploads/parts/f1?expires=1&signature=ab12cd&x=1", "ab12cd"),
    "address with a password": ("redis://user:hunter2@db.example.com:6379/0", "hunter2"),
}  # fmt: skip


def logged(
    act: Callable[[logging.Logger], object], formatter: logging.Formatter | None = None
) -> str:
    """What is written when `act` logs."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter or JsonFormatter())
    logger = logging.Logger("plugin.test")
    logger.addHandler(handler)
    act(logger)
    return out.getvalue()


def line(act: Callable[[logging.Logger], object]) -> dict[str, Any]:
    """The one object that is written when `act` logs."""
    text = logged(act)
    assert text.count("\n") == 1, text
    said: dict[str, Any] = json.loads(text)
    return said


def with_exception(logger: logging.Logger, text: str) -> None:
    try:
        fail(text)
    except ValueError:
        logger.exception("it failed")


def fail(text: str) -> None:
    raise ValueError(text)


def test_a_line_says_when_how_bad_who_and_what() -> None:
    before = datetime.now(UTC)
    said = line(lambda log: log.warning("%s of %d", "one", 2, extra={"project": "parts"}))
    time = datetime.fromisoformat(said.pop("time"))
    assert abs((time - before).total_seconds()) < 3600
    assert time.tzinfo == UTC
    assert said == {
        "level": "warning", "logger": "plugin.test", "message": "one of 2", "project": "parts",
    }  # fmt: skip


def test_an_exception_is_a_field_of_its_line() -> None:
    said = line(lambda log: with_exception(log, "two\nlines"))
    assert said["message"] == "it failed"
    assert said["exception"].startswith("Traceback")
    assert said["exception"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
def test_a_secret_never_comes_out(text: str, secret: str, formatter: logging.Formatter) -> None:
    ways: dict[str, Callable[[logging.Logger], object]] = {
        "message": lambda log: log.info(text),
        "argument": lambda log: log.info("got %s", text),
        "field": lambda log: log.info("got", extra={"detail": text}),
        "nested field": lambda log: log.info("got", extra={"detail": {"a": [text]}}),
        "name in a field": lambda log: log.info("got", extra={"detail": {text: 1}}),
        "object": lambda log: log.info("got", extra={"detail": ValueError(text)}),
        "exception": lambda log: with_exception(log, text),
    }
    for way, act in ways.items():
        written = logged(act, formatter)
        assert secret not in written, way
        assert "[redacted]" in written, way


def test_a_secret_at_the_cut_of_a_long_text_leaves_no_part_of_it() -> None:
    for padding in range(1_960, 2_001):
        said = line(lambda log, text="." * padding + KEY: log.info(text))  # type: ignore[misc]
        assert "s3cr3t" not in said["message"]


@pytest.mark.parametrize("name", ["authorization", "Token", "password", "api_key", "Cookie"])
def test_a_field_named_like_a_secret_is_one(name: str) -> None:
    said = line(lambda log: log.info("got", extra={name: "hunter2", "headers": {name: "x"}}))
    assert (said[name], said["headers"][name]) == ("[redacted]", "[redacted]")


def test_ids_are_no_secrets() -> None:
    ids = {"frame_id": "0123456789abcdef" * 2, "sha256": "0123456789abcdef" * 4, "event_id": "e-1"}
    said = line(lambda log: log.info("frame kept", extra=ids))
    assert {name: said[name] for name in ids} == ids


def image_in(way: str) -> Callable[[logging.Logger], object]:
    image = jpeg()
    ways: Mapping[str, Callable[[logging.Logger], object]] = {
        "field": lambda log: log.info("got", extra={"image": image}),
        "view": lambda log: log.info("got", extra={"image": memoryview(image)}),
        "argument": lambda log: log.info("got %s", image),
        "named argument": lambda log: log.info("got %(image)s", {"image": image}),
        "in a list": lambda log: log.info("got", extra={"images": [image]}),
        "shown": lambda log: log.info("got", extra={"image": repr(image)}),
        "in an exception": lambda log: with_exception(log, f"bad: {image!r}"),
        "base64": lambda log: log.info("got", extra={"image": b64encode(image).decode()}),
    }
    return ways[way]


@pytest.mark.parametrize(
    "way",
    ["field", "view", "argument", "named argument", "in a list", "shown", "in an exception",
     "base64"],
)  # fmt: skip
def test_of_an_image_the_size_comes_out(way: str) -> None:
    text = logged(image_in(way))
    assert len(text) < 1500
    assert "JFIF" not in text
    assert "/9j/" not in text
    assert "bytes>" in text or "characters>" in text


def test_long_things_are_cut() -> None:
    many = {"text": "word " * 10_000, "list": list(range(10_000)), "deep": {"a": {"b": {"c": {}}}}}
    text = logged(lambda log: log.info("word " * 10_000, extra=many))
    assert len(text) < 5_000
    assert "(cut)" in json.loads(text)["text"]


def test_a_field_cannot_replace_what_every_line_has() -> None:
    said = line(lambda log: log.info("hello", extra={"level": "none", "time": "never"}))
    assert said["level"] == "info"
    assert said["time"].startswith("20")


def test_values_come_out_as_json_has_them() -> None:
    fields = {
        "outcome": Outcome.KEPT, "at": datetime(2026, 11, 24, tzinfo=UTC), "seconds": 0.25,
        "share": float("nan"), "known": True, "rule": None, "number": 2**70,
    }  # fmt: skip
    said = line(lambda log: log.info("frame kept", extra=fields))
    assert {name: said[name] for name in fields} == {
        "outcome": "kept", "at": "2026-11-24T00:00:00+00:00", "seconds": 0.25, "share": "nan",
        "known": True, "rule": None, "number": 2**70,
    }  # fmt: skip


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
    | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)  # fmt: skip


@given(message=st.text(st.characters()), value=ANYTHING)
def test_whatever_is_logged_is_one_line_of_json(message: str, value: object) -> None:
    line(lambda log: log.info(message, extra={"value": value}))


def test_in_text_what_others_sent_cannot_begin_a_line() -> None:
    forged = "x\n2026-11-24T00:00:00.000Z error plugin: all is lost\r\x1b[31m"
    text = logged(lambda log: log.info(forged, extra={"a": forged}), TextFormatter())
    assert text.count("\n") == 1
    assert "\x1b" not in text
    text = logged(lambda log: with_exception(log, forged), TextFormatter())
    assert not [each for each in text.splitlines()[1:] if not each.startswith("    ")]


PROGRAM = """
import logging
from granian.log import LogLevels, configure_logging
from rq.logutils import setup_loghandlers
from plugin.logs import configure, dict_config

configure("info", "{form}")
setup_loghandlers("INFO")
configure_logging(LogLevels.info, dict_config("info", "{form}"))
logging.getLogger("plugin").debug("hidden")
for name in ("plugin", "rq.worker", "_granian", "granian.access"):
    logging.getLogger(name).info("hello")
logging.getLogger("httpx").info("hidden")
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_servers_and_the_workers_own_logs_have_the_same_form(form: str) -> None:
    program = PROGRAM.replace("{form}", form)
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    lines = ran.stderr.splitlines()
    names = [json.loads(each)["logger"] if form == "json" else each.split()[2] for each in lines]
    assert [name.rstrip(":") for name in names] == [
        "plugin", "rq.worker", "_granian", "granian.access",
    ]  # fmt: skip
