"""Documents as earlier releases wrote them, brought to what they are now.

One tuple of steps a kind, the first from form 0, which had no number; `documents.decode` applies
them. Before there were numbers a form 0 could be of more than one shape, so the first step of a
kind leaves alone what is in the shape of form 1 already.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Fields = dict[str, Any]


def _share_each(_key: str, assignments: Fields) -> Fields:
    """One share for all that a person was dealt, with the link and the order of the last deal.

    Release 0.1 kept an item for each deal. Without the tab, as the tabs of that release show no
    image that two people have: the next change finds the share a new one.
    """
    shares: dict[str, Fields] = {}
    for item in assignments.get("items", ()):
        before = shares.get(item["reviewer"], {"tasks": []})
        shares[item["reviewer"]] = {
            "reviewer": item["reviewer"],
            "tasks": [*before["tasks"], *item["task_ids"]],
            "shuffled": item["shuffled"],
            "link": item["link"],
            "assigned_at": item["assigned_at"],
        }
    rest = {name: value for name, value in assignments.items() if name != "items"}
    return {"shares": list(shares.values())} | rest


def _order_each(_key: str, tasks: Fields) -> Fields:
    """The order as text, as Label Studio sorts it, from the priority that stood in its place."""
    return tasks | {"items": [_ordered(each) for each in tasks["items"]]}


def _ordered(task: Mapping[str, Any]) -> Fields:
    if "order" in task:
        return dict(task)
    # As tabs.urgency writes it, of a prediction about which nothing is known.
    time = datetime.fromisoformat(task["captured_at"]).astimezone(UTC)
    order = f"{1000 - task['priority']:04d} 1.0000 {time.isoformat(timespec='milliseconds')}"
    return {name: value for name, value in task.items() if name != "priority"} | {"order": order}


def _name_batch(key: str, note: Fields) -> Fields:
    """The batch, which a note of one import a batch named by its file alone."""
    return {"batch": key.rpartition("/")[2].removesuffix(".json")} | note


def _list_keys(_key: str, deployment: Fields) -> Fields:
    """Several keys, each with its time, for the one that there was."""
    digest = deployment["key_sha256"]
    rest = {name: value for name, value in deployment.items() if name != "key_sha256"}
    return rest | {"keys": [{"sha256": digest, "created_at": deployment["created_at"]}]}


def _forget_unsaid(_key: str, stored: Fields) -> Fields:
    """Nothing about a count of 1, which `when` spelled out though nobody had said it."""
    rules = [_without_count(rule) for rule in stored["settings"].get("rules", ())]
    return stored | {"settings": stored["settings"] | {"rules": rules}}


def _without_count(rule: Fields) -> Fields:
    when = rule.get("when")
    if not when or when.get("at_least") != 1:
        return rule
    return rule | {"when": {name: value for name, value in when.items() if name != "at_least"}}


ASSIGNMENTS = (_share_each,)
TASKS = (_order_each,)
IMPORT_NOTE = (_name_batch,)
DEPLOYMENT = (_list_keys,)
SETTINGS = (_forget_unsaid,)
