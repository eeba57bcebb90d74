"""JSON, YAML and variables as documents show them, read by what really reads them."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from plugin.config import Config
from plugin.domain.prediction import TaskType
from plugin.formats.predictions import Expected, decode_prediction
from plugin.services.retrain import making
from plugin.settings_file import parse_settings
from tests.docs.blocks import DOCS, ROOT, Block
from tests.server.documented import assert_fits
from webhook_server.openapi.schemas import ref

CLASSES = frozenset(("bolt", "dent", "scratch"))

_METRIC = re.compile(r"\blsal_\w+")
_LOG_FIELDS = {
    "time", "level", "logger", "message", "project", "frame_id", "event_id", "deployment", "rule",
    "outcome", "status", "seconds", "request_id", "exception",
}  # fmt: skip


def check_json(block: Block) -> None:
    """Every value in a block is what some part of ours answers, takes or writes."""
    for value in _values(block.text):
        if "outcome" in value:
            assert_fits(value, ref("Answer"))
        elif value.get("type") == "about:blank":
            assert_fits(value, ref("Problem"))
        elif value.get("status") == "not ready":
            assert_fits(value, ref("NotReady"))
        elif value.get("type") == making.EVENT:
            _check_announcement(value)
        elif "level" in value:
            _check_log_line(value)
        else:
            _check_prediction(value)


def check_yaml(block: Block) -> None:
    """A block is settings of ours, or names metrics of ours to Prometheus."""
    said = yaml.safe_load(block.text)
    if {"scrape_configs", "groups"} & said.keys():
        known = set(re.findall(r"`(lsal_\w+)", (DOCS / "observability.md").read_text()))
        for name in _METRIC.findall(block.text):
            assert re.sub(r"_(count|sum|bucket)$", "", name) in known, name
        return
    whole = block.text if "project" in said else f"project: parts\n{block.text}"
    classes = "" if "classes" in said else "classes: [bolt, dent, scratch]\n"
    parse_settings(classes + whole)


def check_variables(block: Block) -> None:
    """Every variable is one that we read, or that the demo's Label Studio is started with."""
    known = {str(field.validation_alias) for field in Config.model_fields.values()}
    programs = (ROOT / "plugin/demo/programs.py").read_text()
    for line in block.text.splitlines():
        name = line.partition("=")[0]
        assert name in known or f'"{name}"' in programs, name


def _values(text: str) -> Iterator[dict[str, Any]]:
    """Values that follow one another, each over as many lines as it likes."""
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line)
        try:
            yield msgspec.json.decode("\n".join(lines))
        except msgspec.DecodeError:
            continue
        lines = []
    assert not lines, f"no JSON: {' '.join(lines)[:80]}"


def _check_prediction(value: dict[str, Any]) -> None:
    task_type = TaskType.CLASSIFICATION if "labels" in value else TaskType.OBJECT_DETECTION
    found = decode_prediction(msgspec.json.encode(value), Expected(task_type, CLASSES))
    assert found.boxes or found.labels


def _check_announcement(value: dict[str, Any]) -> None:
    source = (ROOT / "plugin/services/retrain/making.py").read_text()
    body = source.split("def _body(")[1].split("\ndef ")[0]
    assert list(value["data"]) == re.findall(r'^ +"(\w+)": ', body, re.MULTILINE)


def _check_log_line(value: dict[str, Any]) -> None:
    assert value.keys() <= _LOG_FIELDS
    source = ROOT / value["logger"].replace(".", "/")
    assert f'"{value["message"]}"' in source.with_suffix(".py").read_text()
