"""Label Studio's webhooks: whom it calls when something happens in a project."""

from collections.abc import Mapping
from typing import Any

from plugin.labelstudio.api.connection import Connection, translated
from plugin.labelstudio.values import Webhook


class Webhooks(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer.

    Community has webhooks of projects alone: one of a whole organisation answers 404.
    """

    def webhooks(self, project: int) -> dict[int, Webhook]:
        """The webhooks of a project, by their ids."""
        with translated():
            found = self._request("GET", "api/webhooks/", params={"project": project})
        return {int(each["id"]): _webhook(project, each) for each in found}

    def add_webhook(self, webhook: Webhook) -> int:
        """Have Label Studio call us, with no more than the name of what happened; the id."""
        body = {
            "project": webhook.project, "url": webhook.url, "headers": dict(webhook.headers),
            "actions": sorted(webhook.actions), "send_payload": False,
            "send_for_all_actions": False, "is_active": True,
        }  # fmt: skip
        with translated():
            return int(self._request("POST", "api/webhooks/", json=body)["id"])

    def remove_webhook(self, webhook: int) -> None:
        """Have Label Studio call there no more."""
        with translated():
            self._request("DELETE", f"api/webhooks/{webhook}/")


def _webhook(project: int, said: Mapping[str, Any]) -> Webhook:
    return Webhook(
        project, said["url"], said["headers"], frozenset(said["actions"]), said["is_active"]
    )
