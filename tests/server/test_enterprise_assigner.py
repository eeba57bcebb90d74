"""Assigning by Enterprise's own API, on a server that answers in its SDK's published shapes."""

from collections.abc import Iterator

import pytest

from plugin.domain.team import Member
from plugin.labelstudio.assigners import TASKS_PER_CALL, Change
from plugin.labelstudio.assigners.choosing import AssignersByEdition
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.server.enterprise import EnterpriseServer, Known, enterprise, user

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ANN, BEN, MAYA, GONE = (f"{name}@example.com" for name in ("ann", "ben", "maya", "gone"))


@pytest.fixture
def server() -> Iterator[EnterpriseServer]:
    users = {
        1: user(1, MAYA, "MA"),
        2: user(2, ANN, "AN"),
        3: user(3, BEN, "RE"),
        4: user(4, GONE, "DI"),
    }
    with enterprise(Known(users, members={1})) as running:
        yield running


@pytest.fixture
def label_studio(server: EnterpriseServer) -> Iterator[LabelStudioGateway]:
    gateway = LabelStudioGateway(server.url, TOKEN)
    yield gateway
    gateway.close()


@pytest.fixture
def assigners(label_studio: LabelStudioGateway) -> AssignersByEdition:
    return AssignersByEdition(label_studio)


def test_tasks_are_assigned_to_members_of_the_project(
    server: EnterpriseServer, assigners: AssignersByEdition
) -> None:
    held = {1: (ANN,), 2: (ANN,), 3: (ANN, BEN), 4: (BEN,)}
    assigners.place(1, Change(held, frozenset(), 2))
    known = server.known
    assert known.assignees == {1: {2}, 2: {2}, 3: {2, 3}, 4: {3}}
    assert known.members == {1, 2, 3}
    assert known.project["assignment_settings"] == {
        "label_stream_task_distribution": "assigned_only"
    }
    assert known.project["maximum_annotations"] == 2


def test_what_somebody_lost_is_theirs_no_more_and_stays_with_the_others(
    server: EnterpriseServer, assigners: AssignersByEdition
) -> None:
    assigners.place(1, Change({1: (ANN, BEN), 2: (ANN,)}, frozenset(), 2))
    assigners.place(1, Change({1: (BEN,), 2: ()}, frozenset({1, 2}), 1))
    assert server.known.assignees == {1: {3}}


def test_who_has_left_is_not_assigned_to_what_they_finished(
    server: EnterpriseServer, assigners: AssignersByEdition
) -> None:
    del server.known.users[4]
    assigners.place(1, Change({1: (GONE,), 2: (GONE, ANN)}, frozenset({2}), 2))
    assert server.known.assignees == {2: {2}}


def test_calls_grow_with_the_people_and_not_with_the_images(
    server: EnterpriseServer, assigners: AssignersByEdition
) -> None:
    calls = []
    for images in (4, 2000):
        people = {task: ((ANN,), (BEN,))[task % 2] for task in range(images)}
        server.known.lines.clear()
        assigners.place(1, Change(people, frozenset(), 1))
        calls.append([line for line in server.known.lines if "members" not in line])
        assert len([line for line in calls[-1] if line.endswith("assignees")]) == 2
    assert calls[0][-4:] == calls[1][-4:]
    many = dict.fromkeys(range(TASKS_PER_CALL + 1), (ANN,))
    assert [len(tasks) for _, tasks in Change(many, frozenset(), 1).groups()] == [
        TASKS_PER_CALL, 1,
    ]  # fmt: skip


def test_everybody_begins_in_the_tab_of_their_order(
    server: EnterpriseServer, assigners: AssignersByEdition
) -> None:
    first = assigners.beginning(1, ANN, shuffled=False)
    assert first == assigners.beginning(1, BEN, shuffled=False)
    shuffled = assigners.beginning(1, BEN, shuffled=True)
    assert first.view_id != shuffled.view_id
    assert first.link == f"/projects/1/data?tab={first.view_id}&labeling=1"
    orders = [view["data"]["ordering"] for view in server.known.views]
    assert orders == [["tasks:data.order"], ["tasks:data.shuffle"]]
    assert not any("filters" in view["data"] for view in server.known.views)


def test_the_edition_is_asked_once(server: EnterpriseServer, assigners: AssignersByEdition) -> None:
    for _ in range(3):
        assigners.beginning(1, ANN, shuffled=False)
    assert server.known.lines.count("GET /api/version") == 1


def test_roles_say_who_manages_and_who_is_not_let_in(label_studio: LabelStudioGateway) -> None:
    assert list(label_studio.members().values()) == [
        Member(MAYA, is_manager=True),
        Member(ANN, is_manager=False),
        Member(BEN, is_manager=False),
        Member(GONE, is_manager=False, active=False),
    ]
