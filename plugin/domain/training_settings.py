"""What a project's training set is made of: whose word counts, and what is kept apart."""

from typing import Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from plugin.domain.fields import Number, Share, Value, refuse

Choice = Literal["newest", "ground_truth", "majority"]


class Splits(Value):
    """Which share of the images trains, which validates, which tests; together all of them."""

    train: Share = 0.8
    val: Share = 0.1
    test: Share = 0.1

    @model_validator(mode="after")
    def _is_all(self, info: ValidationInfo) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > 1e-6:
            expected = f"train, val and test that add up to 100%, not {total:.4g}"
            refuse("Splits", [((), self.model_dump(), expected)], info.context)
        return self


class TrainingSetSettings(Value):
    """How finished reviews become a training set.

    Of several annotations of an image `choose` says which counts. Frames whose metadata has the
    same value under the key `scene` stay in one split, and so do those that look alike, unless
    `alike_together` is false: perceptual hashes that differ in at most `distance` bits.
    """

    choose: Choice = "newest"
    splits: Splits = Splits()
    scene: str | None = Field(default=None, min_length=1, max_length=64)
    alike_together: bool = True
    distance: Number = Field(default=4, ge=0, le=16)
