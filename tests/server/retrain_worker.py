"""A worker in a process of its own, which is killed at the moment that it is told.

    python -m tests.server.retrain_worker STORE REDIS MOMENT COMMAND

At `made` a version is there and its announcement is not; at `announced` that is there too, and
nobody was told. At any other moment somebody else kills it: the receiver, or the command.
"""

import os
import signal
import sys
from dataclasses import fields, replace

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.domain.announcing import Announcement
from plugin.services.training_sets.building import Builder
from plugin.stores.notices.announcements import Announcements
from plugin.training_set.versions import Version
from tests.server.training import Turned, retrainer_of


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingBuilder(Builder):
    """Dies when it has made a version."""

    def build(self, project: str, by: str = "", *, everything: bool = False) -> Version:
        version = super().build(project, by, everything=everything)
        die()
        return version


class DyingAnnouncements(Announcements):
    """Dies when it has kept an announcement."""

    def add(self, announcement: Announcement) -> bool:
        super().add(announcement)
        die()
        return True


def main(store: str, redis_url: str, moment: str, command: str) -> None:
    config = {"STORE_URL": store, "REDIS_URL": redis_url, "LABEL_STUDIO_URL": "http://127.0.0.1:1"}
    parts = Application(Config.model_validate(config))
    retrainer = retrainer_of(parts, Turned(), command)
    maker = retrainer.maker
    if moment == "made":
        known = {each.name: getattr(maker.builder, each.name) for each in fields(maker.builder)}
        maker = replace(maker, builder=DyingBuilder(**known))
    if moment == "announced":
        maker = replace(maker, announcements=DyingAnnouncements(parts.store))
    retrainer = replace(retrainer, maker=maker)
    while retrainer.run("parts"):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
