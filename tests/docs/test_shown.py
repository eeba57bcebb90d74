"""Commands of lsal that need no Label Studio run as documents show them, and say what is shown.

Those of `lsal deployment`, `dataset`, `retrain` and `replay` are run by tests of their own; that
documents show them with words that they understand is seen by `test_blocks`.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.clock import utc_now
from plugin.config import read_config
from plugin.settings_file import parse_settings
from tests.docs.blocks import DOCS, Block, all_blocks, blocks_of, files_of
from tests.docs.commands import commands_in

SHOWN = [each for each in all_blocks() if each.language == "console" and not each.is_unchecked]
SETTINGS = DOCS / "settings.md"

Lsal = Callable[..., Result]


@pytest.fixture
def app(
    redis: Redis, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """Parts with nothing in them, where commands find them, too."""
    for name, value in {"STORE_URL": str(tmp_path / "store"), "REDIS_URL": redis_url}.items():
        monkeypatch.setenv(name, value)
    parts = Application(read_config())
    yield parts
    parts.close()


@pytest.fixture
def lsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lsal:
    """The command line, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_a_command_says_what_is_shown(block: Block, lsal: Lsal) -> None:
    for name, text in files_of(block.page).items():
        Path(name).write_text(text)
    steps = [*_steps(block.text)]
    assert steps
    for words, shown in steps:
        assert lsal(*words).output == shown


def _steps(text: str) -> list[tuple[list[str], str]]:
    """Every command after `$ `, and what follows it."""
    lines = text.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")] + [len(lines)]
    found = []
    for begin, end in pairwise(starts):
        [[_, *words]] = commands_in(lines[begin][2:], "lsal")
        found.append((words, "".join(lines[begin + 1 : end])))
    return found


def test_settings_are_handled_as_shown(app: Application, lsal: Lsal) -> None:
    """The commands of docs/settings.md in their order, on the settings at its head."""
    first, *_ = [block.text for block in blocks_of(SETTINGS) if block.language == "yaml"]
    Path("parts.yaml").write_text(first)
    for rate in (0.1, 0.2, 0.3):  # it speaks of a third version
        text = first.replace("0.5%", str(rate))
        app.history.add(parse_settings(text), "test", utc_now())
    (shown,) = [block.text for block in blocks_of(SETTINGS) if block.language == "sh"]
    calls = [words[1:] for words in commands_in(shown, "lsal")]
    assert len(calls) == 7
    for words in calls:
        ran = lsal(*words)
        assert ran.exit_code == 0, (words, ran.output)
