"""Does an image really load for a signed-in reviewer? Tried out in a project of its own.

The trial goes the whole way that a frame goes, with the configured media, and leaves nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from plugin.domain.diagnosis import Finding
from plugin.domain.errors import ActiveLearningError, LabelStudioError, NotFoundError
from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import render
from plugin.services.diagnosing.calling import Calls

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway
    from plugin.labelstudio.media import Media

TITLE = "lsal doctor"
ORIGIN = "A trial of `lsal doctor`, which removes it."
_NAME = "doctor.jpg"


@dataclass(frozen=True)
class Hints:
    """What to change when a check fails, which depends on the configured media."""

    media: str
    prepare: str
    load: str


HINTS = {
    "upload": Hints(
        "Label Studio's own storage",
        "Label Studio must have room for files: look into its log",
        "Label Studio must serve /data/upload/: look into its log and at the proxy before it",
    ),
    "folder": Hints(
        "a folder",
        "start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and the folder of "
        "LSAL_MEDIA as LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT; where that has another path in its "
        "container, name it in LSAL_MEDIA_ROOT",
        "Label Studio must see the same folder as we do, and may read it: compare the mounts of "
        "LSAL_MEDIA and LSAL_MEDIA_ROOT",
    ),
    "bucket": Hints(
        "a bucket",
        "we write with the AWS_…, GOOGLE_… or AZURE_… variables, Label Studio reads with "
        "LSAL_MEDIA_KEY, LSAL_MEDIA_SECRET, LSAL_MEDIA_ENDPOINT and LSAL_MEDIA_REGION",
        "Label Studio's keys must permit reading objects, and browsers must reach "
        "LSAL_MEDIA_ENDPOINT",
    ),
}


@dataclass(frozen=True)
class Trial:
    """Tries an installation of Label Studio out.

    `media` opens the configured media, which are of a `kind` (upload, folder or bucket);
    `browser_url` is where reviewers find Label Studio. `calls` has Label Studio call us.
    """

    label_studio: "Callable[[], LabelStudioGateway]"
    media: Callable[[], "Media"]
    kind: str
    browser_url: str
    calls: Callable[[], Calls]

    def findings(self) -> Iterator[Finding]:
        """Yield what each step of the trial shows."""
        gateway = self.label_studio()
        try:
            project = _trial_project(gateway)
        except (LabelStudioError, NotFoundError) as error:
            yield Finding("project", str(error), "take the token of who may make projects")
            return
        try:
            yield from self._image(project)
            yield self.calls().tried(gateway, project)
        finally:
            # What stays is removed by the next trial.
            with suppress(LabelStudioError, NotFoundError):
                gateway.delete_project(project)

    def _image(self, project: int) -> Iterator[Finding]:
        hints, data = HINTS[self.kind], _tiny_image()
        try:
            media = self.media()
        except ActiveLearningError as error:
            yield Finding("media", f"{hints.media}: {error}", hints.prepare)
            return
        try:
            media.prepare(project)
            address = media.place(project, {_NAME: (data, "image/jpeg")})[_NAME]
            yield Finding("media", f"placed an image in {hints.media}")
            yield self._loads(project, address, data)
            yield self._is_private(project, address)
            yield self._is_shown(project, address)
        except (ActiveLearningError, OSError) as error:
            yield Finding("media", f"{hints.media}: {error}", hints.prepare)
        finally:
            # Of media that do not work, a second failure is no news.
            with suppress(ActiveLearningError, OSError):
                media.drop(project)

    def _loads(self, project: int, address: str, data: bytes) -> Finding:
        fix = HINTS[self.kind].load
        try:
            self.label_studio().import_tasks(project, [{"data": {"image": address}}])
            loaded = self.label_studio().image(project, address)
        except (LabelStudioError, NotFoundError) as error:
            return Finding("image", f"{address} does not load: {error}", fix)
        if loaded != data:
            return Finding("image", f"{address} loads as something else", fix)
        return Finding("image", "loads for a signed-in reviewer")

    def _is_private(self, project: int, address: str) -> Finding:
        status = self.label_studio().status_for_strangers(project, address)
        fix = "nobody else should see it: look at the proxy before Label Studio"
        said = f"answers {status} to who is not signed in"
        return Finding("private", said, fix if status == 200 else "")

    def _is_shown(self, project: int, address: str) -> Finding:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.browser_url))
        if self.label_studio().shown_on_pages_of(project, address, origin):
            return Finding("browser", f"pages of {origin} may show it")
        fix = f"allow GET from {origin} in the bucket's CORS rules"
        return Finding("browser", f"pages of {origin} may not show it", fix)


def _trial_project(gateway: "LabelStudioGateway") -> int:
    before = gateway.find_project(TITLE, ORIGIN)
    if before is not None:
        gateway.delete_project(before)
    config = render(TaskType.OBJECT_DETECTION, ["thing"])
    return gateway.create_project(TITLE, ORIGIN, config)


def _tiny_image() -> bytes:
    out = BytesIO()
    Image.new("RGB", (16, 16), "white").save(out, "JPEG")
    return out.getvalue()
