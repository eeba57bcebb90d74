"""My reviews: what a reviewer was given, and the one button to their next image."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from plugin.bootstrap import Application
from plugin.domain.summaries import BatchSummary, ReviewerSummary
from webhook_server.pages.system.notification_view import my_notifications
from webhook_server.people.identity import person

DONE_SHOWN = 20
"""Batches that are done with, the newest of them, that the page lists."""


@dataclass(frozen=True, slots=True)
class Task:
    """One batch, as far as it is somebody's."""

    batch: BatchSummary
    mine: ReviewerSummary
    link: str
    """Where their next image opens; "" where none is left, or the batch is gone."""
    instructions: str

    @property
    def done(self) -> int:
        """Images of theirs that need nothing more."""
        return self.mine.assigned - self.mine.left


def blueprint(application: Application) -> Blueprint:
    """The page of who is signed in."""
    routes = Blueprint("mine", __name__)

    @routes.get("/mine")
    def index() -> str:
        """Show what is theirs: what is left to do first, the newest on top."""
        email = person().email
        tasks = list(_tasks(application, email))
        waiting = [task for task in tasks if task.link]
        done = [task for task in tasks if not task.link]
        return render_template(
            "mine.html",
            waiting=sorted(waiting, key=_since, reverse=True),
            done=done[:DONE_SHOWN],
            older=max(0, len(done) - DONE_SHOWN),
            left=sum(task.mine.left for task in waiting),
            notifications=my_notifications(application, email),
        )

    return routes


def _since(task: Task) -> float:
    return task.mine.assigned_at.timestamp() if task.mine.assigned_at else 0.0


def _tasks(application: Application, email: str) -> Iterator[Task]:
    """Batches in which somebody has images or did some, newest first."""
    for summary in application.batch_index.of_reviewer(email):
        mine = next((each for each in summary.reviewers if each.reviewer == email), None)
        if mine is None:
            continue
        is_open = bool(mine.left and mine.link and not summary.closed)
        link = f"{application.config.browser_url}{mine.link}" if is_open else ""
        yield Task(summary, mine, link, _instructions(application, summary) if is_open else "")


def _instructions(application: Application, summary: BatchSummary) -> str:
    batch = application.batches.find(summary.project, summary.name)
    return application.batches.assignments(batch).instructions if batch else ""
