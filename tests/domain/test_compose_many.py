"""The container set-up for many machines agrees with itself, that for one machine, and the code."""

import re
from typing import Any

import pytest
import yaml

from plugin.cli import STOP_TIMEOUT, main
from plugin.config import Config
from plugin.services.imports.importing import BUDGET
from tests.domain.dockerfile import ROOT
from tests.domain.test_compose import KNOWN, OURS, VARIABLE, filled, texts
from tests.domain.test_compose import SERVICES as ON_ONE

MANY: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.many.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = MANY["services"]
EXAMPLE_LINES = (ROOT / ".env.many.example").read_text().splitlines()
EXAMPLE = dict(line.split("=", 1) for line in EXAMPLE_LINES if line and not line.startswith("#"))
OF_THE_CLOUD = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}
ADDRESSES = {
    "STORE_URL": "s3://frames/al",
    "REDIS_URL": "rediss://redis.example.com:6379/0",
    "LABEL_STUDIO_URL": "https://labels.example.com",
    "LABEL_STUDIO_API_KEY": "token",
    "LABEL_STUDIO_PUBLIC_URL": "https://labels.example.com",
    "LSAL_PUBLIC_URL": "https://al.example.com",
    "LSAL_METRICS_TOKEN": "token",
}
NOT_SCALED = {"scheduler", "label-studio"}

each_of_ours = pytest.mark.parametrize("name", OURS)
every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def given(text: str) -> str:
    """As docker-compose reads it where .env holds what has to be filled in."""
    return VARIABLE.sub(lambda found: ADDRESSES.get(found[1], filled(found[0])), text)


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[unit]


@each_of_ours
def test_variables_are_known_and_their_values_valid(name: str) -> None:
    said = {key: given(text) for key, text in SERVICES[name]["environment"].items()}
    assert said.keys() - OF_THE_CLOUD <= KNOWN.keys()
    assert Config.model_validate(said).browser_url == "https://labels.example.com"
    assert main.commands[SERVICES[name]["command"][0]]


@each_of_ours
def test_nothing_of_one_machine_is_missing_on_many(name: str) -> None:
    ours, theirs = SERVICES[name], ON_ONE[name]
    assert theirs["environment"].keys() - ours["environment"].keys() <= {"LSAL_RETRAIN_COMMAND"}
    for field in ("command", "healthcheck", "stop_grace_period", "init", "read_only"):
        assert ours.get(field) == theirs.get(field), field


def test_nothing_is_kept_on_a_machine_but_by_label_studio() -> None:
    assert {name for name, each in SERVICES.items() if "volumes" in each} == {"label-studio"}
    assert MANY["volumes"].keys() == {"label-studio"}


@every_service
def test_what_there_is_one_of_starts_only_where_it_is_asked_for(name: str) -> None:
    service = SERVICES[name]
    assert service.get("profiles") == ([name] if name in NOT_SCALED else None)
    assert "container_name" not in service and "depends_on" not in service
    assert service["cap_drop"] == ["ALL"] and service["restart"] == "unless-stopped"
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_each_webhook_has_a_port_of_its_own() -> None:
    assert [given(each) for each in SERVICES["webhook"]["ports"]] == ["127.0.0.1:8090-8099:8090"]
    assert given(SERVICES["label-studio"]["ports"][0]) == "127.0.0.1:8080:8080"


def test_secrets_come_from_the_environment_alone() -> None:
    for service in SERVICES.values():
        for key, value in service["environment"].items():
            if re.search("PASSWORD$|TOKEN$|_KEY$|SECRET$|_KEY_ID$", key):
                assert re.fullmatch(r"\$\{\w+:[-?][^}]*\}", value), key


def test_env_example_and_compose_name_the_same_variables() -> None:
    found = VARIABLE.findall("\n".join(texts(MANY)))
    defaults = {(name, default if form == "-" else "") for name, form, default in found}
    assert defaults == set(EXAMPLE.items())


def test_env_example_explains_each_variable_in_one_line() -> None:
    for number, line in enumerate(EXAMPLE_LINES):
        if line.split("=")[0] in EXAMPLE:
            before, above = EXAMPLE_LINES[number - 2 : number]
            assert above.startswith("# ") and not before.startswith("#"), line


@pytest.mark.parametrize("services", [SERVICES, ON_ONE], ids=["many", "one"])
def test_who_is_stopped_has_the_time_that_it_needs(services: dict[str, Any]) -> None:
    assert seconds(services["webhook"]["stop_grace_period"]) > STOP_TIMEOUT
    assert seconds(services["worker"]["stop_grace_period"]) > 2 * BUDGET
