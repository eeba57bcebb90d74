"""What docs/operating.md says can be typed, and its times are those of the code."""

import re
import shlex
from pathlib import Path

import yaml

from plugin.cli import STOP_TIMEOUT, main
from plugin.queues import JOB_TIMEOUT
from plugin.services.imports.importing import BUDGET
from webhook_server.intake.bodies import BODY_TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs/operating.md").read_text()
SHELL = "".join(re.findall(r"```sh\n(.*?)```", DOC, re.DOTALL))


def test_its_commands_of_lsal_are_understood() -> None:
    said = [shlex.split(line, comments=True) for line in SHELL.splitlines()]
    said = [words[1:] for words in said if words[:1] == ["lsal"]]
    assert len(said) >= 6
    for name, *arguments in said:
        main.commands[name].make_context(name, arguments)


def test_its_containers_exist() -> None:
    lines = re.findall(r"^docker compose (.*)", SHELL, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        file = (re.findall(r"-f (\S+)", line) or ["docker-compose.yml"])[0]
        services = yaml.safe_load((ROOT / file).read_text())["services"]
        named = re.findall(
            r"--scale (\w+)=|--profile (\S+)|(?:run|exec) .*?(worker|postgres)", line
        )
        assert {each for found in named for each in found if each} <= services.keys(), line


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", DOC):
        path, _, anchor = target.partition("#")
        text = (ROOT / "docs" / path).read_text() if path else DOC
        titles = re.findall(r"^#+ (.*)", text, re.MULTILINE)
        assert not anchor or anchor in {title.lower().replace(" ", "-") for title in titles}, target


def test_its_times_are_those_of_the_code() -> None:
    assert f"| {STOP_TIMEOUT} s, then clients are cut off" in DOC
    assert f"an import makes room after {BUDGET:.0f} s" in DOC
    assert f"its job, {JOB_TIMEOUT // 60} minutes at most" in DOC
    (waits,) = re.findall(r"proxy_read_timeout (\d+)s", DOC)
    assert int(waits) > BODY_TIMEOUT
