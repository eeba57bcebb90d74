"""Two reviewers of the demo: their accounts, and a script that reviews in their name."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

import httpx

from plugin.demo.processes import DemoError
from plugin.labelstudio.gateway import LabelStudioGateway

DOUBTFUL = 0.35
"""The scripted reviewer takes boxes below this confidence for mistakes and removes them."""


def sign_up(label_studio: LabelStudioGateway, email: str, password: str) -> str:
    """Make an account through Label Studio's sign-up page and return its personal access token.

    Community has no API for it: the invitation's form is what a new colleague would fill in.

    Raises:
        DemoError: Label Studio did not take it.
    """
    invitation = label_studio.invitation()
    with httpx.Client(base_url=label_studio.base_url, timeout=30) as browser:
        form = browser.get(invitation)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        if not found:
            raise DemoError("Label Studio's sign-up page has no form")
        fields = {"email": email, "password": password, "csrfmiddlewaretoken": found[1]}
        referer = {"Referer": label_studio.base_url}
        answer = browser.post(invitation, data=fields, headers=referer)
        if answer.status_code != 302:
            raise DemoError(f"Label Studio did not sign up {email}: HTTP {answer.status_code}")
        referer["X-CSRFToken"] = browser.cookies["csrftoken"]
        token = browser.post("/api/token/", json={}, headers=referer)
        token.raise_for_status()
        return str(token.json()["token"])


class ScriptedReviewer:
    """Accepts what looks right and corrects the rest, through Label Studio's API as itself."""

    def __init__(self, label_studio: LabelStudioGateway) -> None:
        self._label_studio = label_studio

    def review(self, task_id: int) -> str:
        """Review one task and say what was done: `accepted`, `corrected` or `skipped`."""
        task = self._label_studio.task(task_id)
        if task.get("annotations"):
            return "done before"
        random = Random(str(task["data"]["frame_id"]))  # noqa: S311  a frame's fate is no secret
        predictions = task.get("predictions") or [{"result": []}]
        before = predictions[0]["result"]
        if random.random() < 0.03:
            self._label_studio.annotate(task_id, before, seconds=2.0, skip=True)
            return "skipped"
        after = [_corrected(region, random) for region in before if not _is_doubtful(region)]
        self._label_studio.annotate(task_id, after, seconds=round(3 + 2 * len(before), 1))
        return "accepted" if after == before else "corrected"


def _is_doubtful(region: Mapping[str, Any]) -> bool:
    return float(region.get("score", 1.0)) < DOUBTFUL


def _corrected(region: Mapping[str, Any], random: Random) -> Mapping[str, Any]:
    """Every fourth box is drawn a little tighter, the others stay."""
    if random.random() > 0.25:
        return region
    value = dict(region["value"])
    inset_x, inset_y = value["width"] * 0.02, value["height"] * 0.02
    value |= {"x": value["x"] + inset_x, "y": value["y"] + inset_y}
    value |= {"width": value["width"] - 2 * inset_x, "height": value["height"] - 2 * inset_y}
    return {**region, "value": value}
