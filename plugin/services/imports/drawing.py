"""Draw: tasks that Label Studio made without their predictions are given them.

It does so on SQLite when its database was locked (`labelstudio/api/tasks.py`). The gateway sees it
in the answer; where the answer was lost, it is seen here.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugin.domain.batching import Batch
from plugin.domain.errors import InvalidInputError, NotFoundError
from plugin.domain.frame import Frame, described
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.tasks import prediction_of
from plugin.services.imports.fitting import Fitter

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawer:
    """Gives tasks what they lack."""

    label_studio: "LabelStudioGateway"

    def complete(
        self, settings: ProjectSettings, batch: Batch, frames: Sequence[Frame], images: Fitter
    ) -> None:
        """Draw the predictions of those of the frames whose task has none.

        Raises:
            LabelStudioError: it refused, failed or did not answer.
            NotFoundError: the batch is not there any more.
        """
        if not settings.persist_predictions or not frames:
            return
        number, ids = batch.label_studio_id, [each.frame_id for each in frames]
        bare = self.label_studio.bare_tasks(number, ids)
        lacking = [each for each in frames if each.frame_id in bare]
        drawn = {bare[each.frame_id]: self._drawn(settings, each, images) for each in lacking}
        wanted = {task: prediction for task, prediction in drawn.items() if prediction}
        self.label_studio.import_predictions(number, wanted)

    def _drawn(
        self, settings: ProjectSettings, frame: Frame, images: Fitter
    ) -> dict[str, Any] | None:
        try:
            image = images.take(frame)
            return prediction_of(settings, frame, (image.width, image.height))
        except (NotFoundError, InvalidInputError) as error:
            # It is a task, and can be labelled: only what the model saw is not shown.
            log.warning("no prediction shown", extra=described(frame) | {"reason": str(error)})
            return None
