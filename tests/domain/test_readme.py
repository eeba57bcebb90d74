"""What the README shows is true: its settings, its prediction, its commands."""

import re
from pathlib import Path

import click
import yaml

from plugin import cli
from plugin.config import Config
from plugin.domain.settings import ProjectSettings
from plugin.formats.predictions import decode_prediction, expected_by

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str, index: int = 0) -> str:
    return str(re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)[index])


def test_its_settings_are_accepted_and_its_prediction_fits_them() -> None:
    settings = ProjectSettings.model_validate(yaml.safe_load(block("yaml")))
    prediction = decode_prediction(block("json").encode(), expected_by(settings))
    assert prediction.boxes


def test_its_commands_exist() -> None:
    said = re.findall(r"^lsal ([a-z]+)(?: ([a-z]+))?|& lsal ([a-z]+)", README, re.MULTILINE)
    assert len(said) >= 6
    for name, sub_name, joined in said:
        command = cli.main.commands[name or joined]
        if isinstance(command, click.Group):
            assert sub_name in command.commands


def test_its_targets_and_variables_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= targets
    known = {field.validation_alias for field in Config.model_fields.values()}
    assert set(re.findall(r"\b([A-Z_]+_[A-Z]+)=", README)) <= known


def test_its_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
