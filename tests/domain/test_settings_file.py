"""Settings as people write them: read, written, and refused with everything that is wrong."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis.strategies import integers

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.settings import ProjectSettings
from plugin.settings_file import dump_settings, parse_settings, read_settings
from tests.domain.generated import all_models, made_up

DESIGN = """\
project: parts
classes: [bolt, dent, scratch]
sampling_rate: 0.5%
limits: {per_minute: 10, per_hour: 100, per_day: 1000}
batch: {timezone: Europe/Berlin}
near_duplicates: {within: 1h}
rules:
- name: unsure-dent
  when: {confidence: {below: 60%}, classes: [dent]}
  limits: {per_hour: 20}
  tags: [unsure]
  priority: 2
- name: crowded
  when: {count: {more_than: 30}}
instructions: |
  Mark every dent.
  Größer als 1 mm.
"""
SMALL = "project: parts\nclasses: [bolt, dent, scratch]\n"


def errors(text: str) -> list[FieldError]:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(text)
    return list(caught.value.errors)


def said(text: str) -> dict[str, str]:
    return {error.field: error.expected for error in errors(text)}


def test_they_are_written_as_people_write_them() -> None:
    assert dump_settings(parse_settings(DESIGN)) == DESIGN


@given(integers(0, 2**63))
def test_any_settings_survive_yaml_and_json(seed: int) -> None:
    value = made_up(seed)
    written = dump_settings(value)
    assert parse_settings(written) == value
    assert dump_settings(parse_settings(written)) == written
    assert ProjectSettings.model_validate(yaml.safe_load(written)) == value
    assert parse_settings(value.model_dump_json()) == value


def test_the_made_up_settings_differ_from_the_default_in_every_field() -> None:
    written = "".join(dump_settings(made_up(seed)) for seed in range(200))
    fields = {name for model in all_models() for name in model.model_fields}
    assert {name for name in fields if not re.search(rf"\b{name}:", written)} == set()


def test_json_with_tabs_and_surrogates_is_read() -> None:
    text = '{\n\t"project": "parts",\n\t"classes": ["\\ud83d\\ude00"], "enabled": false\n}'
    assert parse_settings(text).classes == ("😀",)


@pytest.mark.parametrize("written", ["yes", "on", "true", "True"])
def test_words_of_yes_switch_on_and_are_names_elsewhere(written: str) -> None:
    value = parse_settings(f"project: on\nclasses: [no, off]\nenabled: {written}")
    assert (value.project, value.classes, value.enabled) == ("on", ("no", "off"), True)


HINTS = [
    ("sampling_rat: 5%", "sampling_rat", "did you mean `sampling_rate`?"),
    ("frobnicate: 5", "frobnicate", "one of the keys project, task_type,"),
    ("sampling_rate: 5", "sampling_rate", "did you mean 5%?"),
    ("sampling_rate: 101%", "sampling_rate", "a share from 0% to 100%"),
    ("sampling_rate: -1%", "sampling_rate", "a share from 0% to 100%"),
    ("sampling_rate: .nan", "sampling_rate", "a share"),
    ("sampling_rate: nan%", "sampling_rate", "a share"),
    ("sampling_rate: .inf", "sampling_rate", "a share"),
    ("sampling_rate: true", "sampling_rate", "a share like 0.5% or 0.005"),
    ("sampling_rate: 1e999999999%", "sampling_rate", "a share"),
    ("seed: .inf", "seed", "a whole number"),
    ("seed: 1.5", "seed", "a whole number"),
    ("seed: -1", "seed", "at least 0"),
    ("limits: {per_hours: 3}", "limits.per_hours", "did you mean `per_hour`?"),
    ("limits: 5", "limits", "a mapping of per_minute, per_hour, per_day"),
    ("enabled: perhaps", "enabled", "true or false"),
    ("task_type: object_detection", "task_type", "did you mean `object-detection`?"),
    ("batch: {recreate: day}", "batch.recreate", "one of daily, weekly, monthly, never"),
    ("batch: {recreate: dayly}", "batch.recreate", "did you mean `daily`?"),
    ("batch: {timezone: Europe/Berln}", "batch.timezone", "did you mean `Europe/Berlin`?"),
    ("batch: {timezone: ../etc/passwd}", "batch.timezone", "the name of a time zone"),
    ("near_duplicates: {within: 1 week}", "near_duplicates.within", "a time like 90s, 30m, 1h"),
    ("near_duplicates: {within: 32d}", "near_duplicates.within", "from 1s to 31d"),
    ("near_duplicates: {}", "near_duplicates.within", "this is required"),
    ("rules: [{name: Unsure}]", "rules[0].name", "only a-z, 0-9"),
    ("rules: [{name: 5}]", "rules[0].name", 'did you mean "5", in quotes?'),
    ("rules: [{when: {empty: true}}]", "rules[0].name", "this is required"),
    ("rules: [{name: r, tags: unsure}]", "rules[0].tags", "did you mean [unsure]?"),
    ("rules: [{name: r, tags: ['a,b']}]", "rules[0].tags[0]", "no commas"),
    ("rules: [{name: r, when: {classes: [dnt]}}]", "rules[0].when.classes[0]", "mean `dent`?"),
    ("rules: [{name: r, when: {}}]", "rules[0].when", "at least one of confidence, near"),
    (
        "rules: [{name: r, when: {confidence: {belwo: 1}}}]",
        "rules[0].when.confidence.belwo", "did you mean `below`?",
    ),
    (
        "rules: [{name: r, when: {confidence: {above: 70%, below: 0.6}}}]",
        "rules[0].when.confidence", "nothing lies between 70% and 60%",
    ),
    ("keypoints: [tip]", "keypoints", "they belong to keypoint-detection"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "hint"), HINTS, ids=[text for text, _, _ in HINTS])
def test_what_is_wrong_is_said_where_it_lies_with_a_hint(text: str, path: str, hint: str) -> None:
    found = said(f"{SMALL}{text}\n")
    assert list(found) == [path]
    assert hint in found[path]
    assert "Input should be" not in found[path]


def test_all_that_is_wrong_is_said_at_once_between_the_fields_too() -> None:
    found = said("""
        project: Parts
        classes: [bolt, dent, bolt]
        sampling_rate: 500%
        keypoints: [tip]
        limits: {per_week: 3, per_hour: -1}
        batch: {timezone: Mars/Base}
        nonsense: 1
        nonsense: 2
        rules:
          - {name: a, when: {confidence: {belwo: 60%}, classes: [bold]}, sampling_rate: 5}
          - {name: a, when: {confidence: {above: 70%, below: 60%}}}
          - {when: {near: {threshold: 50%}, classes: [dnt]}}
          - 7
        """)
    assert set(found) == {
        "project", "classes[2]", "sampling_rate", "keypoints", "limits.per_week", "limits.per_hour",
        "batch.timezone", "nonsense", "rules[0].when.confidence.belwo", "rules[0].when.classes[0]",
        "rules[0].sampling_rate", "rules[1].name", "rules[1].when.confidence", "rules[2].name",
        "rules[2].when.near.margin", "rules[2].when.classes[0]", "rules[3]",
    }  # fmt: skip
    assert found["rules[0].when.classes[0]"].endswith("did you mean `bolt`?")


@pytest.mark.parametrize(
    "text",
    [
        "classes: [1, dent]",
        "clases: [dent]",
        "classes: [dent]\nunknown_clases: keep",
        "classes: dent",
    ],
)
def test_what_follows_from_another_error_is_not_said(text: str) -> None:
    assert len(errors(f"project: p\n{text}\nrules: [{{name: r, when: {{classes: [x]}}}}]")) <= 2


@pytest.mark.parametrize("text", ["a: 1\na: 2", '{"a": 1, "a": 2}'], ids=["YAML", "JSON"])
def test_a_key_given_twice_is_refused(text: str) -> None:
    assert any(error.expected == "each key once" for error in errors(text))
    nested = said(f"{SMALL}rules:\n- name: r\n  when: {{empty: true, empty: false}}\n")
    assert nested == {"rules[0].when.empty": "each key once"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("a: &x [1]\nb: *x", "a", id="anchor"),
        pytest.param("limits:\n  per_hour: *x", "limits.per_hour", id="alias"),
        pytest.param("&x a: 1", "settings", id="anchored key"),
        pytest.param("a: !!python/name:os.system 1", "a", id="tag"),
        pytest.param("a: b: c", "line 1, column 5", id="syntax"),
        pytest.param("a: [1\n", "line 2, column 1", id="no end"),
        pytest.param("a: 1\n---\nb: 2", "settings", id="two documents"),
        pytest.param("[a]: 1", "settings", id="a list as key"),
        pytest.param("", "settings", id="empty"),
        pytest.param("# only this", "settings", id="comment"),
        pytest.param("hello", "settings", id="a word"),
        pytest.param("[]", "settings", id="a list"),
        pytest.param("a: \x00", "settings", id="control character"),
        pytest.param("a: \ud800", "settings", id="half a surrogate pair"),
    ],
)
def test_what_is_no_settings_file_is_refused_at_its_place(text: str, path: str) -> None:
    assert [error.field for error in errors(text)] == [path]


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    for name, content in (("large.yaml", b" " * 1_000_001), ("latin.yaml", b"project: \xe4")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidInputError, match=name):
            read_settings(tmp_path / name)
