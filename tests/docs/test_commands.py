"""Commands are found in scripts, and those that would not be understood are told apart."""

import pytest

from tests.docs.commands import check, commands_in
from tests.docs.live import is_ours_alone


def test_commands_are_found_wherever_a_script_calls_them() -> None:
    script = (
        "make install && . .venv/bin/activate   # lsal is there from now on\n"
        "lsal serve & lsal worker &\n"
        'lsal assign parts "$(date -u +%F)" \\\n  ann@example.com=1\n'
        "KEY=$(lsal deployment create parts line-3)\n"
        "curl https://example.com/lsal | tee lsal.txt\n"
    )
    assert [" ".join(words) for words in commands_in(script, "lsal", "make")] == [
        "make install",
        "lsal serve",
        "lsal worker",
        "lsal assign parts … ann@example.com=1",
        "lsal deployment create parts line-3",
    ]


@pytest.mark.parametrize(
    "call",
    [
        "lsal projekt list",
        "lsal project lst",
        "lsal project list --all",
        "lsal project show",
        "lsal project show parts bolts",
        "lsal project show parts --version newest",
        "make tset",
        "docker compose run --rm wroker project list",
        "docker compose up -d --scale wroker=3",
        "pip install label-studio-active-learning",
    ],
)
def test_what_is_wrong_is_refused(call: str) -> None:
    with pytest.raises(AssertionError):
        check(call.split())


@pytest.mark.parametrize(
    "call",
    [
        "lsal project show parts --version 3",
        "make demo ONCE=1",
        "docker compose up -d --build --wait",
        "docker compose run --rm -v ./parts.yaml:/parts.yaml:ro worker project list",
        "docker compose up -d --scale worker=3",
        "pip install .",
    ],
)
def test_what_is_right_is_not(call: str) -> None:
    check(call.split())


def test_a_script_that_calls_others_is_not_ours_alone() -> None:
    assert is_ours_alone("lsal serve &  # and wait\nmake install && . .venv/bin/activate\n")
    assert not is_ours_alone("lsal serve & curl http://127.0.0.1:8090\n")
