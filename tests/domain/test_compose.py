"""What the container set-up says agrees with itself and with the code. Needs no Docker."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from flask import Flask
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.config import Config
from tests.domain.dockerfile import ROOT, instructions
from webhook_server.operations import health

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["scheduler", "webhook", "worker"]
KNOWN = {str(field.validation_alias): field for field in Config.model_fields.values()}
EXAMPLE_LINES = (ROOT / ".env.example").read_text().splitlines()
EXAMPLE = dict(line.split("=", 1) for line in EXAMPLE_LINES if line and not line.startswith("#"))
OPTIONAL = {"LSAL_NOTIFY", "LSAL_RETRAIN_COMMAND"}
"""Empty on purpose: nobody is told of anything, and nothing is run."""
VARIABLE = re.compile(r"\$\{(\w+):([-?])([^}]*)\}")  # with a default, or required

every_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_of_ours = pytest.mark.parametrize("name", OURS)


def texts(node: object) -> Iterator[str]:
    """Every text below a node of the compose file."""
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from texts(each)
    elif isinstance(node, str):
        yield node


def filled(text: str) -> str:
    """As docker-compose reads it where .env holds only what has to be there."""
    return VARIABLE.sub(lambda found: "given" if found[2] == "?" else found[3], text)


def environment(name: str) -> dict[str, str]:
    return {key: filled(text) for key, text in SERVICES[name].get("environment", {}).items()}


def mounts(name: str) -> dict[str, str]:
    return dict(mount.split(":")[:2] for mount in SERVICES[name].get("volumes", []))


def peers(name: str) -> set[str]:
    networks = set(SERVICES[name]["networks"])
    return {other for other in SERVICES if networks & set(SERVICES[other]["networks"])} - {name}


def means_nothing_in_a_container(field: FieldInfo) -> bool:
    """Whether a default is empty, or a place that is another one in each container."""
    default = field.default
    text = default.get_secret_value() if isinstance(default, SecretStr) else default
    return isinstance(text, str) and (not text or "/" in text or "127.0.0.1" in text)


@each_of_ours
def test_commands_exist(name: str) -> None:
    command, *arguments = SERVICES[name]["command"]
    assert main.commands[command].make_context(command, arguments).params == {}


@each_of_ours
def test_variables_are_known_and_their_values_valid(name: str) -> None:
    assert environment(name).keys() <= KNOWN.keys()
    assert Config.model_validate(environment(name)).browser_url == "http://127.0.0.1:8080"


@each_of_ours
def test_what_has_no_safe_default_is_set(name: str) -> None:
    needed = {key for key, field in KNOWN.items() if means_nothing_in_a_container(field)}
    needed -= OPTIONAL
    for_all = {key for key in needed if not key.startswith("LSAL_")}
    wanted = needed if name == "webhook" else for_all
    assert {key for key, value in environment(name).items() if value} >= wanted
    assert {"STORE_URL", "REDIS_URL", "LABEL_STUDIO_API_KEY"} <= for_all


def test_secrets_come_from_the_environment_alone() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD$|USER_TOKEN$|_KEY$", key):
                assert re.fullmatch(r"\$\{\w+:\?set it in \.env\}", value), key


def test_env_example_and_compose_name_the_same_variables() -> None:
    text = "\n".join(texts(COMPOSE))
    found = VARIABLE.findall(text)
    assert text.count("$") == len(found)  # no other form
    used = {name for name, _, _ in found}
    assert used <= EXAMPLE.keys() <= used | KNOWN.keys()
    defaults = {(name, default if form == "-" else "") for name, form, default in found}
    assert defaults == {(name, value) for name, value in EXAMPLE.items() if name in used}


def test_env_example_explains_each_variable_in_one_line() -> None:
    for number, line in enumerate(EXAMPLE_LINES):
        if line.split("=")[0] in EXAMPLE:
            before, above = EXAMPLE_LINES[number - 2 : number]
            assert above.startswith("# ") and not before.startswith("#"), line


def test_volumes_are_declared_and_used() -> None:
    assert {source for name in SERVICES for source in mounts(name)} == set(COMPOSE["volumes"])


@each_of_ours
def test_all_share_the_store(name: str) -> None:
    assert mounts(name) == {"store": "/data"}
    assert environment(name)["STORE_URL"] == environment("webhook")["STORE_URL"]
    assert PurePosixPath(environment(name)["STORE_URL"]).is_relative_to("/data")
    assert ("VOLUME", '["/data"]') in instructions()


@every_service
def test_hosts_are_services_within_reach(name: str) -> None:
    said = environment(name)
    urls = [urlsplit(said[key]) for key in ("REDIS_URL", "LABEL_STUDIO_URL") if key in said]
    hosts = {url.hostname for url in urls} | {said[key] for key in said if key.endswith("_HOST")}
    assert hosts - {"0.0.0.0"} <= peers(name)  # noqa: S104  LSAL_HOST


def test_databases_are_reached_only_by_who_needs_them() -> None:
    assert peers("postgres") == {"label-studio"}
    assert peers("redis") == set(OURS)
    for name in ("postgres", "redis"):
        assert all(
            COMPOSE["networks"][network]["internal"] for network in SERVICES[name]["networks"]
        )


def test_label_studio_signs_in_where_postgres_lets_it() -> None:
    asked, given = SERVICES["label-studio"]["environment"], SERVICES["postgres"]["environment"]
    pairs = {"POSTGRE_NAME": "DB", "POSTGRE_USER": "USER", "POSTGRE_PASSWORD": "PASSWORD"}
    for ours, theirs in pairs.items():
        assert asked[ours] == given[f"POSTGRES_{theirs}"]
    worker = SERVICES["worker"]["environment"]
    assert worker["LABEL_STUDIO_API_KEY"] == asked["LABEL_STUDIO_USER_TOKEN"]


def test_only_two_publish_a_port_and_only_here() -> None:
    ports = {
        name: filled(*service["ports"]) for name, service in SERVICES.items() if "ports" in service
    }
    assert ports == {"webhook": "127.0.0.1:8090:8090", "label-studio": "127.0.0.1:8080:8080"}
    assert environment("webhook")["LSAL_PORT"] == "8090"
    assert urlsplit(environment("worker")["LABEL_STUDIO_URL"]).port == 8080


@every_service
def test_waits_only_for_what_can_become_healthy(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        assert wait == {"condition": "service_healthy"}
        assert SERVICES[other]["healthcheck"]["test"][0] == "CMD"


def test_the_webhook_is_asked_at_an_address_that_it_has() -> None:
    url = re.search(r"http://[^']+", SERVICES["webhook"]["healthcheck"]["test"][-1])
    assert url
    app = Flask("health")
    app.register_blueprint(health.blueprint(Application(Config.model_validate({}))))
    assert urlsplit(url[0]).path in {str(rule) for rule in app.url_map.iter_rules()}
    assert urlsplit(url[0]).netloc == f"127.0.0.1:{environment('webhook')['LSAL_PORT']}"


@every_service
def test_every_service_is_held_in_check(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "stop_grace_period" in service
    assert service.get("read_only") or name == "label-studio"
    assert ("build" in service) == (name in OURS)
    assert "container_name" not in service  # or it could not be scaled
