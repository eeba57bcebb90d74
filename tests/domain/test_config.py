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
    shown = media.replace(":secret@", ":[redacted]@")
    assert (error.field, error.value) == ("LSAL_MEDIA", shown)
    assert error.expected.startswith("'upload', an absolute folder, s3://bucket/prefix")


def test_a_secret_of_media_is_not_shown() -> None:
    assert "made-up" not in repr(Config.model_validate({"LSAL_MEDIA_SECRET": "made-up"}))


@pytest.mark.parametrize("url", ["redis://h", "rediss://:pass@h:6379/1", "unix:///run/redis.sock"])
def test_addresses_of_redis_are_taken(url: str) -> None:
    assert Config.model_validate({"REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize("url", ["", "127.0.0.1:6379", "http://h:6379", "redis://h:port"])
def test_other_addresses_are_refused_before_they_are_needed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(InvalidInputError, match="redis://host:6379/0"):
        read_config()


def test_the_password_of_a_wrong_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redsi://:s3cret@example.com:6379/0")
    with pytest.raises(InvalidInputError) as caught:
        read_config()
    assert "s3cret" not in str(caught.value)
    assert "redsi://" in str(caught.value)


def test_a_token_that_can_be_none_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "made-up tökén")
    with pytest.raises(InvalidInputError, match="LABEL_STUDIO_API_KEY: '…', expected letters"):
        read_config()
