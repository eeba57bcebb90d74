"""Settings as people write them: files, Roboflow's configuration, the forms of the pages."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import msgspec
from werkzeug.datastructures import MultiDict

from plugin.domain.prediction import TaskType
from plugin.domain.reviewing import Assignments, Share
from plugin.domain.settings import ProjectSettings
from plugin.formats.roboflow_config import import_config
from plugin.settings_file import dump_settings, parse_settings
from tests.conformance.roboflow import configuration
from tests.domain.generated import made_up
from tests.domain.test_roboflow_config import COUNT, NEAR, RANDOM
from tests.fuzz.target import Parse, Target
from tests.samples import NOW, settings
from webhook_server.pages.project.filled_form import Form
from webhook_server.pages.project.settings_fields import SECTIONS, Section
from webhook_server.pages.project.settings_forms import brought_forward, posted, written
from webhook_server.pages.project.settings_posts import proposed
from webhook_server.pages.review import batch_forms
from webhook_server.pages.system import contact_form

_YAML = (
    b"&a ", b"*a", b"<<: ", b"!!binary ", b"--- ", b"...\n", b"|\n", b">-\n", b"? ", b"- ", b"# ",
    b"\t",
    b"{", b"[", b": ", b"%YAML 1.2\n", b".inf", b".nan", b"0o17", b"1e999999", b"'", b'"\\x',
    b"\\U0011",
)  # fmt: skip


def targets() -> Iterator[Target]:
    """Files first, then forms."""
    made = [made_up(seed) for seed in range(12)]
    yield Target(
        "settings: YAML", _file, [dump_settings(each).encode() for each in made], words=_YAML
    )
    trees = [each.model_dump(mode="json", exclude_defaults=True) for each in made]
    yield Target("settings: JSON", _file, [json.dumps(each).encode() for each in trees])
    strategies = configuration([RANDOM, NEAR, COUNT], tags=["line-3"], max_image_size=[600, 800])
    yield Target(
        "Roboflow's configuration", _roboflow, [b"\0" + json.dumps(strategies).encode()], head=1
    )
    for section in SECTIONS:
        samples = [_query(written(section, each)) for each in made]
        yield Target(f"form: {section}", _section(section, made[0]), samples)
    yield Target("form: assign", _assign, _ASSIGN)
    seen = batch_forms.seen(_assignments()).encode()
    yield Target("form: what a page showed", _seen, [seen])
    contact = b"email=ann%40example.com&enabled=on&channels=slack%3A%2F%2Fa%2Fb%2Fc&base=3"
    yield Target("form: contact", lambda data: contact_form.read(_typed(data)), [contact])


def _file(data: bytes) -> None:
    settings = parse_settings(data.decode("utf-8", "surrogateescape"))
    assert parse_settings(dump_settings(settings)) == settings


def _roboflow(data: bytes) -> None:
    task_type = list(TaskType)[(data[0] if data else 0) % 5]
    try:
        config = json.loads(data[1:])
    except (ValueError, RecursionError):
        return  # the command says so itself
    imported = import_config(config, task_type, ("bolt", "dent", "rust", "weld"), "parts")
    parse_settings(dump_settings(imported.settings))


def _query(values: object) -> bytes:
    assert isinstance(values, dict)
    return urlencode([(name, text) for name, texts in values.items() for text in texts]).encode()


def _typed(data: bytes) -> MultiDict[str, str]:
    pairs = parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)
    return MultiDict(pairs)


def _section(section: Section, before: ProjectSettings) -> Parse:
    newer = settings(limits={"per_day": 7}, review={"team": [{"reviewer": "ann@example.com"}]})

    def parse(data: bytes) -> None:
        values = posted(section, _typed(data))
        brought_forward(section, values, before, newer)
        for name in SECTIONS[section].fields:
            Form(section=section, base=1, values=values).wrong(name)
        proposed(section, newer, values)

    return parse


_ASSIGN = [
    urlencode([("base", "3"), ("reviewer", "ann@example.com"), ("reviewer", "ben@example.com"),
               ("images:ann@example.com", "40"), ("images:ben@example.com", ""), ("overlap", "2"),
               ("shuffle", "on"), ("instructions", "mind the rim"), ("images", "12")]).encode(),
]  # fmt: skip


def _assign(data: bytes) -> None:
    typed = _typed(data)
    batch_forms.base_of(typed)
    batch_forms.move_count(typed)
    form = batch_forms.assign_form(typed, 100)
    assert all(1 <= wish.images <= 100 for wish in form.wishes)


def _assignments() -> Assignments:
    share = Share(
        reviewer="ann@example.com", tasks=(1, 2), shuffled=False, link="", assigned_at=NOW
    )
    return Assignments(3, (share,), "mind the rim")


def _seen(data: bytes) -> None:
    said = data.decode("utf-8", "replace")
    assert msgspec.json.encode(batch_forms.changes_since(said, _assignments()))
