"""Every block of every document is checked by something, or says why not."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.docs import blocks, commands, documents
from tests.docs.blocks import Block
from tests.docs.live import ELSEWHERE, LIVE, is_ours_alone

CHECKED = [block for block in blocks.all_blocks() if not block.is_unchecked]
OF_TODAY = [page for page in blocks.PAGES if page.parent.name != "adr"]
"""Pages that name what there is; decisions also name what there is not, and why."""


def check_script(block: Block) -> None:
    """What is not run by `test_live`, nor by a test that it names, is ours alone."""
    for words in commands.commands_in(block.text, *commands.CHECKS):
        commands.check(words)
    said = f"{block}: list its page in tests/docs/live.py, or mark it `<!-- unchecked: why -->`"
    for_docker = "docker compose " in block.text  # which is not on the machines that test this
    assert for_docker or block.page in (*LIVE, *ELSEWHERE) or is_ours_alone(block.text), said


def check_console(block: Block) -> None:
    """A command after `$ `; `test_shown` compares what it answers."""
    called = re.findall(r"^\$ (.*)", block.text, re.MULTILINE)
    assert called
    for line in called:
        for words in commands.commands_in(line, *commands.CHECKS):
            commands.check(words)


def check_python(block: Block) -> None:
    """It is Python; `test_live` runs it."""
    compile(block.text, str(block), "exec")
    assert block.page in LIVE, f"{block}: list its page in tests/docs/live.py"


RUNNERS: dict[str, Callable[[Block], None]] = {
    "console": check_console,
    "ini": documents.check_variables,
    "json": documents.check_json,
    "python": check_python,
    "sh": check_script,
    "yaml": documents.check_yaml,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the files that commands name, as they must be there to be understood."""
    monkeypatch.chdir(tmp_path)
    for name in ("parts.yaml", "settings.yaml", "events.jsonl", "CONFIG.json"):
        (tmp_path / name).touch()
    (tmp_path / "DIR").mkdir()


@pytest.mark.parametrize("block", CHECKED, ids=str)
def test_a_block_says_what_is_so(block: Block) -> None:
    known = ", ".join(RUNNERS)
    said = f"{block}: no test can read {block.language!r}: write {known}, or mark it unchecked"
    assert block.language in RUNNERS, said
    RUNNERS[block.language](block)


@pytest.mark.parametrize("page", blocks.PAGES, ids=blocks.name_of)
def test_no_block_is_overlooked(page: Path) -> None:
    """Fences of other kinds, or indented ones, would be."""
    fences = re.findall(r"^\s*(?:```|~~~).*$", page.read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(blocks.blocks_of(page))


@pytest.mark.parametrize("page", OF_TODAY, ids=blocks.name_of)
def test_commands_in_sentences_exist(page: Path) -> None:
    for said in re.findall(r"`(lsal [a-z][^`]*)`", blocks.prose_of(page)):
        try:
            commands.check(shlex.split(said))
        except AssertionError as error:  # a sentence may leave out what a command needs
            if not isinstance(error.__cause__, click.MissingParameter):
                raise
    targets = re.findall(r"`make ([a-z]+)[^`]*`", blocks.prose_of(page))
    for target in targets:
        commands.check(["make", target])


def test_what_is_not_checked_says_why() -> None:
    """And the tests that a reason names exist."""
    for block in blocks.all_blocks():
        if block.is_unchecked:
            for test in re.findall(r"tests/[\w/]+\.py", block.said):
                assert (blocks.ROOT / test).is_file(), f"{block}: {test}"
