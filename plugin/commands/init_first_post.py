"""The first post, as a shell runs it: an image, a prediction and a `curl`."""

import shlex
from pathlib import Path

import msgspec

from plugin.domain.prediction import Box, Keypoint, Label, Prediction, TaskType
from plugin.domain.settings import ProjectSettings

NAME = "first-frame.jpg"
UNSURE = 0.41
"""A confidence that the rules of a new project keep."""

_XYXY = (200.0, 140.0, 440.0, 340.0)
_OUTLINE = ((200.0, 140.0), (440.0, 140.0), (320.0, 340.0))


def make_first_frame(folder: Path) -> None:
    """Make an image to post, unless there is one.

    Raises:
        OSError: it cannot be written there.
    """
    from PIL import Image, ImageDraw

    path = folder / NAME
    if path.exists():
        return
    image = Image.new("RGB", (640, 480), "#8a8f98")
    ImageDraw.Draw(image).rectangle(_XYXY, fill="#c8ccd2", outline="#3b4048", width=4)
    image.save(path, "JPEG")


def first_prediction(settings: ProjectSettings) -> Prediction:
    """What a model that is unsure may say of that image; its size is left to the image."""
    name = settings.classes[0]
    if not settings.task_type.has_boxes:
        return Prediction(labels=(Label(name, UNSURE),))
    is_outlined = settings.task_type is TaskType.INSTANCE_SEGMENTATION
    points = tuple(Keypoint(each, 320, 240) for each in settings.keypoints[:1])
    return Prediction(
        boxes=(Box(name, UNSURE, _XYXY, _OUTLINE if is_outlined else (), None, points),)
    )


def first_post(url: str, settings: ProjectSettings, key: str) -> str:
    """The command that posts it; `key` is the deployment's, "" where the shell has it in `$KEY`."""
    prediction = msgspec.json.encode(first_prediction(settings)).decode()
    said = shlex.quote(f"prediction={prediction}")
    address = f"{url}/v1/projects/{settings.project}/events"
    # Not --form, to which a semicolon in a class's name would mean something.
    return (
        f'curl -H "Authorization: Bearer {key or "$KEY"}" \\\n'
        f"     -F event_id=first-frame -F image=@{NAME} \\\n"
        f"     --form-string {said} \\\n"
        f"     {shlex.quote(address)}"
    )
