"""Waits, counts, signatures and the import of the client, each alone."""

import subprocess
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from plugin.domain.errors import InvalidInputError
from plugin.edge import counts as counting
from plugin.edge.backoff import Backoff
from plugin.edge.counts import Counts
from plugin.edge.signing import Signer

FORBIDDEN = (
    "redis", "rq", "flask", "label_studio_sdk", "pandas", "cv2", "PIL", "supervision",
    "plugin.images", "plugin.imaging", "plugin.stores", "plugin.config",
)  # fmt: skip
HOUR = 3600.0


def test_the_client_needs_nothing_of_the_server() -> None:
    check = (
        "import sys, plugin.client, plugin.edge.adapters;"
        f"print([name for name in {FORBIDDEN!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_waits_double_up_to_the_longest_and_begin_anew() -> None:
    backoff, waits = Backoff(first=1, longest=60, random=lambda: 1.0), []
    for _ in range(8):
        backoff.failed(now=100)
        waits.append(backoff.until - 100)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.succeeded()
    assert backoff.until == 0
    backoff.failed(now=100)
    assert backoff.until == 101


def test_waits_are_spread_and_at_least_half() -> None:
    shortest = Backoff(first=8, longest=60, random=lambda: 0.0)
    shortest.failed(now=100)
    assert shortest.until == 104


def test_what_the_server_asks_for_is_waited_for_also_in_a_hurry() -> None:
    backoff = Backoff(first=1, longest=60, random=lambda: 0.5)
    backoff.failed(now=100, asked=30)
    backoff.hurry()
    assert backoff.until == 130.5
    backoff.failed(now=200, asked=1_000_000)
    assert backoff.until == 800.5


def test_a_hurry_cuts_a_wait_of_our_own_short() -> None:
    backoff = Backoff(first=1, longest=60, random=lambda: 1.0)
    backoff.failed(now=100)
    backoff.hurry()
    assert backoff.until == 0


def test_a_signature_is_what_the_specification_says() -> None:
    secret, body, now = "whsec_" + b64encode(b"x" * 32).decode(), b'{"a": 1}', time.time()
    headers = Signer(secret).headers("made-up", body, now)
    assert Webhook(secret).verify(body, headers) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b'{"a": 2}', headers)


def test_a_secret_that_is_none_is_told_and_not_shown() -> None:
    with pytest.raises(InvalidInputError, match="signing_secret") as told:
        Signer("whsec_hush!")
    assert "hush" not in str(told.value)


def test_counts_are_per_model_hour_and_outcome(tmp_path: Path) -> None:
    counts = Counts(tmp_path / "counts.json")
    for _ in range(3):
        counts.add("not_sampled", "parts-7", 5 * HOUR + 1)
    counts.add("not_sampled", "parts-7", 6 * HOUR)
    (report,) = counts.to_send()
    assert [(each.hour, each.number) for each in report.counts] == [
        (datetime(1970, 1, 1, 5, tzinfo=UTC), 3),
        (datetime(1970, 1, 1, 6, tzinfo=UTC), 1),
    ]


def test_a_report_is_of_one_day(tmp_path: Path) -> None:
    """So that a server which refuses old counts refuses no others with them."""
    counts = Counts(tmp_path / "counts.json")
    for hour in (0, 23, 24):
        counts.add("dropped", "", hour * HOUR)
    assert [len(report.counts) for report in counts.to_send()] == [2, 1]


def test_a_report_keeps_its_id_over_a_restart(tmp_path: Path) -> None:
    first = Counts(tmp_path / "counts.json")
    first.add("dropped", "", 0)
    frozen = first.to_send()
    first.add("dropped", "", HOUR)
    first.save()
    second = Counts(tmp_path / "counts.json")
    assert second.to_send() == frozen
    second.taken(frozen[0])
    (later,) = second.to_send()
    assert later.report_id not in {"", frozen[0].report_id}
    assert [each.number for each in later.counts] == [1]


def test_counts_in_memory_are_bounded_and_none_is_lost(tmp_path: Path) -> None:
    counts, outcomes = Counts(tmp_path / "counts.json"), ("not_sampled", "dropped")
    for number in range(counting.MAX_CELLS + 1000):
        counts.add(outcomes[number % 2], f"model-{number}", 0)
    reports = counts.to_send()
    assert sum(len(report.counts) for report in reports) == counting.MAX_CELLS
    numbers = dict.fromkeys(outcomes, 0)
    for count in (count for report in reports for count in report.counts):
        numbers[count.outcome] += count.number
    assert numbers == dict.fromkeys(outcomes, (counting.MAX_CELLS + 1000) // 2)


def test_a_broken_file_of_counts_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "counts.json").write_bytes(b"{")
    assert Counts(tmp_path / "counts.json").is_empty
