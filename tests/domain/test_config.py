"""What the environment says: where images lie, and what is refused of it."""

import pytest

from plugin.config import Config, read_config
from plugin.domain.errors import InvalidInputError


def config(media: str) -> Config:
    return Config.model_validate({"LSAL_MEDIA": media})


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("upload", "upload"),
        ("/srv/media", "folder"),
        ("file:///srv/media", "folder"),
        ("s3://images", "bucket"),
        ("s3://images/label-studio/shown", "bucket"),
        ("gs://images/shown/", "bucket"),
        ("az://images/shown", "bucket"),
    ],
)
def test_the_kind_of_media_is_known_by_its_address(media: str, kind: str) -> None:
    assert config(media).media_kind == kind


@pytest.mark.parametrize(
    "media",
    ["", "uploads", "media", "./media", "s3:images", "s3://", "http://example.com/media",
     "s3://images?region=x", "s3://key:secret@images", "file://media"],
)  # fmt: skip
def test_other_media_are_refused_with_what_was_expected(
    media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSAL_MEDIA", media)
    with pytest.raises(InvalidInputError) as caught:
        read_config()
    (error,) = caught.value.errors
    assert (error.field, error.value) == ("LSAL_MEDIA", media)
    assert error.expected.startswith("'upload', an absolute folder, s3://bucket/prefix")


def test_a_secret_of_media_is_not_shown() -> None:
    assert "made-up" not in repr(Config.model_validate({"LSAL_MEDIA_SECRET": "made-up"}))
