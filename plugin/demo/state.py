"""What the demo remembers between two runs, in one file that only its owner may read."""

import secrets
from pathlib import Path

import msgspec

PORTS = {"redis": 6390, "label_studio": 8080, "webhook": 8090}
"""Ports that the demo takes where they are free."""


class State(msgspec.Struct):
    """Secrets of the demo's own servers, the ports they had, and the rounds played."""

    password: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(9))
    token: str = msgspec.field(default_factory=lambda: secrets.token_hex(20))
    ports: dict[str, int] = msgspec.field(default_factory=lambda: dict(PORTS))
    deployment_key: str = ""
    reviewer_tokens: dict[str, str] = {}
    round: int = 1
    """The camera's round; one that was cut short is played again, event for event."""


def load(data: Path) -> State:
    """Read the state of a data folder, a new one where there is none."""
    file = data / "demo.json"
    return msgspec.json.decode(file.read_bytes(), type=State) if file.exists() else State()


def save(data: Path, state: State) -> None:
    """Write the state, in one step."""
    beside = data / ".demo.json"
    beside.touch(mode=0o600)
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(state), indent=1))
    beside.replace(data / "demo.json")
