"""The deployment: it posts what its model says of every image, and the images that are wanted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
import msgspec

from plugin.demo.waiting import is_soon
from plugin.domain.prediction import Label, Prediction
from plugin.experiment.errors import ExperimentError
from plugin.experiment.model import Scores
from plugin.services.intake.receiving import Answer

RULES_TIMEOUT = 60  # seconds; settings are in force everywhere within two

_answers = msgspec.json.Decoder(Answer)


def predictions_of(scores: Scores, classes: tuple[str, ...]) -> list[Prediction]:
    """What a model that gives these scores (n x classes) posts of n images."""
    return [_prediction(dict(zip(classes, row, strict=True))) for row in scores.tolist()]


def _prediction(scores: dict[str, float]) -> Prediction:
    best = max(scores, key=scores.__getitem__)
    return Prediction(labels=(Label(best, scores[best]),), scores=scores)


@dataclass(frozen=True)
class Camera:
    """A deployment of a project; `http` knows the server's address and the deployment's key."""

    http: httpx.Client
    project: str

    def await_rules(self, version: int) -> None:
        """Wait until the server decides by a version of the settings.

        Raises:
            ExperimentError: it does not, or it does not answer.
        """
        if not is_soon(lambda: self._version() >= version, RULES_TIMEOUT):
            raise ExperimentError(f"the webhook does not see version {version} of the settings")

    def post(
        self,
        posts: Mapping[str, Prediction],
        model_version: str,
        image_of: Callable[[str], bytes],
    ) -> list[str]:
        """Post predictions by event id, send the images that the server asks for.

        Returns:
            The ids of the events that were kept.

        Raises:
            ExperimentError: the server refused an event, or an image.
        """
        lines = [
            msgspec.json.encode(
                {"event_id": each, "model_version": model_version, "prediction": prediction}
            )
            for each, prediction in posts.items()
        ]
        said = self._whole(
            self.http.post(
                f"/v1/projects/{self.project}/events", content=b"\n".join(lines),
                headers={"Content-Type": "application/x-ndjson"},
            )
        ).content.splitlines()  # fmt: skip
        kept = []
        for event_id, line in zip(posts, said, strict=True):
            if upload := _answer(event_id, line).upload:
                self._send(upload.url, image_of(event_id))
                kept.append(event_id)
        return kept

    def _version(self) -> int:
        answer = self._whole(self.http.get(f"/v1/projects/{self.project}/rules"))
        return int(answer.json()["version"])

    def _send(self, url: str, image: bytes) -> None:
        answer = self._whole(self.http.put(url, content=image))
        if answer.json()["outcome"] != "kept":
            raise ExperimentError(f"the webhook did not keep an image: {answer.text}")

    @staticmethod
    def _whole(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise ExperimentError(f"the webhook refused {answer.request.url}: {answer.text}")
        return answer


def _answer(event_id: str, line: bytes) -> Answer:
    try:
        return _answers.decode(line)
    except msgspec.ValidationError:
        raise ExperimentError(f"the webhook refused {event_id}: {line.decode()}") from None
