"""`lsal replay`: what goes in and what comes out."""

import gzip
import subprocess
import sys
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plugin.commands.replay import table
from plugin.domain.settings import ProjectSettings
from plugin.services.rules.replaying import MAX_HOURS, Decision, Replay, Tally
from tests.domain.replays import BUSY, SETTINGS, command, event, lines_of, run, yesterday
from tests.samples import NOW, box, encoded

EVENTS = b"\n".join([event("a", box()), event("b"), event("c", box())])
OUTCOMES = ["kept", "no_rule_matched", "kept"]
PLAIN = encoded(SETTINGS)

SUMMARY = """\
funnel                         events   share
-----------------------------  ------  ------
received                            6  100.0%
sampled                             5   83.3%
matched                             4   66.7%
kept                                2   33.3%
disabled                            0    0.0%
not sampled                         0    0.0%
no rule matched                     1   16.7%
cap reached                         2   33.3%
  cap of the project per hour       2   33.3%
posted again                        1   16.7%
bad lines                           1

rule     matched  charged  of kept
-------  -------  -------  -------
unsure         4        2   100.0%
crowded        1        0     0.0%

hour (UTC)        received  kept
----------------  --------  ----
2026-11-23 12:00         4     1
2026-11-23 13:00         2     1
"""


def test_the_summary_is_tables() -> None:
    later = NOW + timedelta(hours=1)
    events = [event("a", box()), event("a", box()), event("b", box()), event("c")]
    events += [event("d", box(), at=later), event("e", box(), box(), box(), at=later), b"{"]
    result = run(events, "--summary", limits={"per_hour": 1})
    assert (result.stdout, result.exit_code) == (SUMMARY, 1)
    assert result.stderr.startswith("line 7: ")


def test_a_summary_of_nothing_and_without_rules() -> None:
    result = run([], "--summary", rules=[])
    assert result.exit_code == 0
    assert ["received", "0", "–"] in [line.split() for line in result.stdout.splitlines()]
    assert "(no rules)" in result.stdout


def test_a_summary_tells_the_first_bad_lines_apart() -> None:
    result = run([b"{"] * 25, "--summary")
    assert len(result.stderr.splitlines()) == 11
    assert result.stderr.endswith("and 15 more bad lines\n")


def test_the_summary_adds_up_what_the_lines_say() -> None:
    lines, tally = lines_of(run(yesterday(), **BUSY)), Tally()
    for each in Replay(ProjectSettings.model_validate(SETTINGS | BUSY)).answers(yesterday()):
        tally.add(each)
    counted = Counter(each.get("outcome", "bad") for each in lines)
    again = tally.funnel["repeated"]
    assert again > 10
    assert counted.pop("kept") == tally.funnel["kept"] + again
    assert counted.pop("bad") == tally.bad
    assert counted == {name: tally.funnel[name] for name in counted}
    assert tally.charged.total() == tally.kept.total() == tally.funnel["kept"]
    assert tally.received.total() == tally.funnel["received"]
    assert tally.full.total() == tally.funnel["cap_reached"]


def test_hours_without_end_share_a_row() -> None:
    settings, tally = ProjectSettings.model_validate(SETTINGS | {"rules": []}), Tally()
    start = datetime(1999, 1, 1, tzinfo=UTC)
    hours = (event("e", at=start + timedelta(hours=n)) for n in range(MAX_HOURS + 7))
    for each in Replay(settings, explain=False).answers(hours):
        tally.add(each)
    assert len(tally.received) == MAX_HOURS + 1
    assert tally.received[-1] == 7


def test_a_table_is_no_wider_than_a_terminal() -> None:
    shown = table(("rule", "matched"), [("x" * 99, "1,000"), ("short", "2")])
    assert [len(line) for line in shown.splitlines()] == [80] * 4
    assert shown.splitlines()[2] == "x" * 70 + "…    1,000"


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz", "-"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_and_stdin_packed_or_not(name: str, packed: bool) -> None:
    result = command(PLAIN, gzip.compress(EVENTS) if packed else EVENTS, name=name)
    assert [each["outcome"] for each in lines_of(result)] == OUTCOMES
    assert result.exit_code == 0


def test_a_torn_gzip_answers_what_is_there_and_says_so() -> None:
    packed = gzip.compress(b"\n".join(yesterday(500)))
    result = command(PLAIN, packed[: len(packed) // 2])
    assert result.exit_code == 1
    assert len(lines_of(result)) > 50
    assert "events.jsonl: Compressed file ended" in result.stderr


def test_a_line_without_end_is_one_bad_line(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["plugin.commands.replay"]
    monkeypatch.setattr(module, "MAX_LINE", 1000)
    long = [event("x", *[box()] * 9), event("y", *[box()] * 200)]
    result = run([event("a"), *long, event("b")], rules=[])
    assert [each.get("event_id") for each in lines_of(result)] == ["a", "x", None, "b"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("project: [", "YAML"),
        ("", "settings"),
        ("[1, 2]", "settings"),
        (encoded({"project": "parts"}), "classes"),
        ("\udcff", "UTF-8"),
        ("#" * 1_000_001, "at most 1000000 bytes"),
        (encoded({"sampling_strategies": 7}), "sampling_strategies"),
    ],
)
def test_wrong_settings_are_named(settings: str, said: str) -> None:
    result = command(settings, EVENTS, "--task-type", "object-detection")
    assert result.exit_code != 0
    assert said in result.stderr
    assert result.stdout == ""


STRATEGY = {
    "name": "few", "type": "detections_number_based", "probability": 1.0, "more_than": 0,
    "limits": [{"type": "hourly", "value": 1}],
}  # fmt: skip
ROBOFLOW = encoded(
    {
        "enabled": True,
        "persist_predictions": True,
        "sampling_strategies": [STRATEGY],
        "batching_strategy": {"batches_name_prefix": "al", "recreation_interval": "daily"},
    }
)


@pytest.mark.parametrize("options", [(), ("--format", "roboflow")])
def test_predictions_in_other_formats(options: tuple[str, ...]) -> None:
    found = {"class": "dent", "confidence": 0.5, "x": 50, "y": 50, "width": 20, "height": 20}
    body = {"image": {"width": 320, "height": 240}, "predictions": [found]}
    lines = [event("a", prediction=body), event("b", box(), format="native")]
    result = command(PLAIN, b"\n".join(lines), *options)
    assert [each.get("outcome") for each in lines_of(result)] == ["kept", "kept"]
    assert command(PLAIN, EVENTS, "--format", "nonsense").exit_code == 2


def test_settings_of_roboflow() -> None:
    result = command(ROBOFLOW, EVENTS, "--task-type", "object-detection")
    found = [(each["outcome"], each["matched"]) for each in lines_of(result)]
    assert found == [("kept", ["few"]), ("no_rule_matched", []), ("cap_reached", ["few"])]


def test_settings_of_roboflow_need_a_task_type() -> None:
    result = command(ROBOFLOW, EVENTS)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--task-type" in result.stderr


def test_the_task_type_may_be_another() -> None:
    body = {"width": 320, "height": 240, "labels": [{"class": "dent", "confidence": 0.5}]}
    line = event("a", prediction=body)
    assert command(PLAIN, line).exit_code == 1
    result = command(PLAIN, line, "--task-type", "classification")
    assert [each["outcome"] for each in lines_of(result)] == ["kept"]


PROGRAM = "from plugin.commands.replay import replay; replay()"


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(PLAIN)
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(yesterday(5000)))
    arguments = [sys.executable, "-c", PROGRAM, "--settings", "settings.yaml", "events.jsonl"]
    with subprocess.Popen(
        arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert b"event_id" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_memory_does_not_grow_with_the_number_of_events() -> None:
    replayed = Replay(ProjectSettings.model_validate(SETTINGS)).answers(
        event(f"e{n}", at=NOW + timedelta(seconds=n)) for n in range(20_000)
    )
    assert isinstance(next(replayed).answer, Decision)
    tracemalloc.start()
    try:
        for _ in replayed:
            pass
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
