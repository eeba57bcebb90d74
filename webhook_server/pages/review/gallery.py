"""The gallery of a project: what was kept, why, and what was predicted on it."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request, url_for

from plugin.bootstrap import Application
from plugin.domain.errors import NotFoundError
from plugin.domain.frame import ImportedFrame, is_frame_id
from plugin.domain.summaries import BatchSummary
from plugin.images import shrink
from webhook_server.pages.paging import page_asked, pages_of
from webhook_server.pages.review import gallery_view
from webhook_server.pages.review.gallery_view import PER_PAGE, SHOWN, Show

SIDES = {"thumbnail": 480, "image": 1600}
"""Pixels of an image's longer side at most."""

A_DAY = 86_400


def blueprint(application: Application) -> Blueprint:
    """The gallery, the page of one frame, and their pictures."""
    routes = Blueprint("gallery", __name__)

    @routes.get("/projects/<project>/images")
    def index(project: str) -> str:
        """Show a page of a batch's frames."""
        application.history.current(project)  # or there is no such project
        batches = gallery_view.newest_batches(application, project)
        if not batches:
            pending = len(application.spool.pending(project))
            return render_template("gallery.html", project=project, gallery=None, pending=pending)
        return _page(application, project, batches)

    @routes.get("/projects/<project>/images/<frame_id>")
    def frame(project: str, frame_id: str) -> str:
        """Show one frame, large, with everything that is known of it."""
        found = _find(application, project, frame_id)
        tile = gallery_view.tile(application, found.frame, found.batch, found.task_id)
        return render_template("frame.html", project=project, tile=tile, imported=found)

    @routes.get("/projects/<project>/images/<frame_id>/<any(thumbnail, image):size>.jpg")
    def picture(project: str, frame_id: str, size: str) -> Response:
        """The image of a frame, upright and small, without metadata."""
        image = _find(application, project, frame_id).frame.image
        answer = Response(mimetype="image/jpeg")
        answer.set_etag(f"{image.sha256}-{size}")
        answer.cache_control.private, answer.cache_control.max_age = True, A_DAY
        if answer.make_conditional(request).status_code != 304:
            answer.data = shrink(application.store.get(image.key), SIDES[size])
        return answer

    return routes


def _page(application: Application, project: str, batches: Sequence[BatchSummary]) -> str:
    notes: list[str] = []
    name = _batch_asked([each.name for each in batches], notes)
    show, page = _show_asked(notes), page_asked(request.args, notes)
    gallery = gallery_view.gallery(application, batches, name, show, page)
    path = url_for("gallery.index", project=project)
    kept = {"batch": name, "show": show}
    return render_template(
        "gallery.html",
        project=project,
        gallery=gallery,
        show=show,
        shown=SHOWN,
        notes_said=notes,
        place=pages_of(path, kept, gallery.page, PER_PAGE, gallery.total),
    )


def _batch_asked(names: list[str], notes: list[str]) -> str:
    asked = request.args.get("batch", names[0])
    if asked in names:
        return asked
    notes.append(f"There is no batch “{asked[:60]}” with images: the newest one is shown.")
    return names[0]


def _show_asked(notes: list[str]) -> Show:
    asked = request.args.get("show", "all")
    for show in SHOWN:
        if show == asked:
            return show
    notes.append(f"“{asked[:40]}” is no kind of image: all are shown.")
    return "all"


def _find(application: Application, project: str, frame_id: str) -> ImportedFrame:
    application.history.current(project)
    found = None
    if is_frame_id(frame_id):
        found = application.spool.imported_frame(project, frame_id)
    if found is None:
        raise NotFoundError("frame", frame_id)
    return found
