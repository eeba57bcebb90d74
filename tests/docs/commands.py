"""Commands as documents show them, checked without being run: they exist, with these options."""

import re
import shlex
from collections.abc import Callable, Iterator

import click
import yaml

from plugin.cli import main
from tests.docs.blocks import ROOT

Words = list[str]

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n\s*")
_SUBSTITUTED = re.compile(r"\$\(([^()]*)\)")
_SEPARATOR = re.compile(r"&&|\|\||[;&|\n()]")
_WITH_VALUE = {"-v", "-e", "-f", "-p", "-u", "--scale", "--profile", "--env-file", "--file"}
_OF_SERVICES = {"exec", "logs", "run", "restart", "start", "stop", "up", "pull", "kill", "rm"}


def commands_in(text: str, *programs: str) -> Iterator[Words]:
    """Yield the calls of some programs in a script, as words."""
    plain = _COMMENT.sub("", _CONTINUED.sub(" ", text))
    inner = _SUBSTITUTED.findall(plain)
    for each in _SEPARATOR.split("\n".join([_SUBSTITUTED.sub("…", plain), *inner])):
        called = re.search(rf"^\s*(?=(?:{'|'.join(programs)})\b)(.*)", each)
        if called:
            yield shlex.split(called[1])


def check(words: Words) -> None:
    """A call that a document shows would be understood.

    Raises:
        AssertionError: it would not, saying why.
    """
    CHECKS[words[0]](words[1:])


def _lsal(words: Words) -> None:
    """Options and arguments are read to the end, as where it is called."""
    try:
        _resolve(main, "lsal", words)
    except click.exceptions.Exit:
        return  # --help
    except click.ClickException as error:
        raise AssertionError(f"lsal {shlex.join(words)}: {error.format_message()}") from error


def _resolve(command: click.Command, name: str, words: Words) -> None:
    with command.make_context(name, list(words)) as context:
        if isinstance(command, click.Group):
            rest = [*context._protected_args, *context.args]
            sub_name, sub, others = command.resolve_command(context, rest)
            assert sub is not None
            _resolve(sub, str(sub_name), others)


def _make(words: Words) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for word in words if "=" not in word and not word.startswith("-")}
    assert named <= targets, f"make has no target {', '.join(named - targets)}"


def _docker(words: Words) -> None:
    """The services that `docker compose` is to start are in the file that it reads."""
    if not words or words[0] != "compose":
        return
    file, action, named = "docker-compose.yml", "", []
    rest = iter(words[1:])
    for word in rest:
        if word == "--scale":
            named.append(next(rest).partition("=")[0])
        elif word == "-f" and not action:
            file = next(rest)
        elif word in _WITH_VALUE:
            next(rest)
        elif not word.startswith("-") and not action:
            action = word
        elif not word.startswith("-") and action in _OF_SERVICES:
            named.append(word)
            if action in ("run", "exec"):
                break  # what follows is the container's
    services = set(yaml.safe_load((ROOT / file).read_text())["services"])
    assert set(named) <= services, f"{file} has no service {set(named) - services}"


def _cp(words: Words) -> None:
    assert (ROOT / words[0]).is_file(), f"there is no {words[0]}"


def _pip(words: Words) -> None:
    assert words == ["install", "."], "not on a registry: install from a checkout"


CHECKS: dict[str, Callable[[Words], None]] = {
    "lsal": _lsal, "make": _make, "docker": _docker, "pip": _pip, "cp": _cp,
}  # fmt: skip
"""Programs that no test of documents runs, and what is checked of their calls."""
