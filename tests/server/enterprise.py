"""A Label Studio Enterprise as far as assigning goes, in the shapes that its SDK publishes.

It cannot run here. Paths, methods and bodies are those of label-studio-sdk 2.1.2:
`projects.assignments.bulk_assign`, `projects.members`, `projects.update`, `users.list`, `views`,
and the action `delete_annotators`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stand_ins import JsonHandler, running


@dataclass
class Known:
    """What the server knows: users by id, members of its project, assignees by task."""

    users: dict[int, dict[str, Any]]
    members: set[int] = field(default_factory=set)
    assignees: dict[int, set[int]] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def user(number: int, email: str, role: str, *, active: bool = True) -> dict[str, Any]:
    """A user as `users.list` gives them (LseUser)."""
    return {
        "id": number, "email": email, "username": email, "first_name": "", "last_name": "",
        "active_organization": 1,
        "org_membership": [{"organization_id": 1, "role": role, "active": active}],
    }  # fmt: skip


class EnterpriseServer(HTTPServer):
    """Answers like Enterprise; `known` says what came of it."""

    def __init__(self, known: Known) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known = known
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(JsonHandler):
    server: EnterpriseServer

    def handle_any(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        action = f" {asked['id']}" if "id" in asked else ""
        line = f"{self.command} {address.path}{action}"
        self.server.known.lines.append(line)
        status, answer = self.answer(line, json.loads(body or b"{}"), int(asked.get("page", 1)))
        self.send_json(status, answer)

    do_GET = do_POST = do_PATCH = handle_any  # noqa: N815  the library's

    def answer(self, line: str, body: dict[str, Any], page: int) -> tuple[int, Any]:
        known, place = self.server.known, re.sub(r"\d+", "N", line)
        reads = {
            "GET /api/version": {"edition": "Enterprise", "release": "2.30.0"},
            "GET /api/users/": list(known.users.values()),
            "GET /api/dm/views/": known.views,
        }
        if place in reads:
            return 200, reads[place]
        if place == "GET /api/projects/N/members/paginated/":
            return self.members_on(page)
        if place == "POST /api/projects/N/tasks/assignees":
            return self.assign(body)
        return self.changed(place, body)

    def changed(self, place: str, body: dict[str, Any]) -> tuple[int, Any]:
        known = self.server.known
        match place:
            case "PATCH /api/projects/N/":
                known.project |= body
            case "POST /api/projects/N/members/":
                known.members.add(body["user"])
            case "POST /api/dm/actions delete_annotators":
                for task in body["selectedItems"]["included"]:
                    known.assignees.pop(task, None)
            case "POST /api/dm/views/":
                known.views.append({"id": len(known.views) + 1, **body})
                return 201, known.views[-1]
            case _:
                return 404, {"detail": f"no {place}"}
        return 200, {"id": 1, **body}

    def members_on(self, page: int) -> tuple[int, Any]:
        """Two members a page; a page that does not exist is a 404, as the framework has it."""
        known = self.server.known
        found = [known.users[number] for number in sorted(known.members)]
        if page > max(1, -(-len(found) // 2)):
            return 404, {"detail": "Invalid page."}
        following = f"{self.server.url}/?page={page + 1}" if len(found) > 2 * page else None
        results = found[2 * page - 2 : 2 * page]
        return 200, {"count": len(found), "next": following, "results": results}

    def assign(self, body: dict[str, Any]) -> tuple[int, Any]:
        known, tasks = self.server.known, body["selectedItems"]["included"]
        strangers = set(body["users"]) - known.members
        if strangers or body["type"] != "AN" or body["selectedItems"]["all"]:
            return 400, {"detail": f"not members: {strangers}"}
        for task in tasks:
            known.assignees.setdefault(task, set()).update(body["users"])
        made = len(tasks) * len(body["users"])
        return 200, {"assignments": made, "async": False, "task_ids": tasks}


@contextmanager
def enterprise(known: Known) -> Iterator[EnterpriseServer]:
    """The server, running."""
    with running(EnterpriseServer(known)) as server:
        yield server
