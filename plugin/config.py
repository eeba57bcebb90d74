"""What the environment (or a `.env` file) tells a process of ours."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.people import folded
from plugin.redaction import clean

UPLOAD = "upload"
"""Of LSAL_MEDIA: Label Studio stores the images itself."""

_FOLDER = re.compile(r"(file://)?/[^?#]*")
_TOKEN = re.compile(r"[\w.-]*", re.ASCII)
_REDIS = ("redis", "rediss", "unix")
_BUCKET = re.compile(r"(s3|gs|az)://[^/?#@]+(/[^?#]*)?")


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Names between commas or spaces."""


class Config(BaseSettings):
    """Read once, where a process begins."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    store_url: str = Field(default="data/store", validation_alias="STORE_URL")
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", validation_alias="REDIS_URL", repr=False
    )
    label_studio_url: str = Field(
        default="http://127.0.0.1:8080", validation_alias="LABEL_STUDIO_URL"
    )
    label_studio_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="LABEL_STUDIO_API_KEY"
    )
    label_studio_public_url: str = Field(default="", validation_alias="LABEL_STUDIO_PUBLIC_URL")
    media: str = Field(default=UPLOAD, validation_alias="LSAL_MEDIA")
    media_root: str | None = Field(default=None, validation_alias="LSAL_MEDIA_ROOT")
    media_endpoint: str | None = Field(default=None, validation_alias="LSAL_MEDIA_ENDPOINT")
    media_region: str | None = Field(default=None, validation_alias="LSAL_MEDIA_REGION")
    media_key: str | None = Field(default=None, validation_alias="LSAL_MEDIA_KEY")
    media_secret: SecretStr | None = Field(default=None, validation_alias="LSAL_MEDIA_SECRET")
    host: str = Field(default="127.0.0.1", validation_alias="LSAL_HOST")
    port: int = Field(default=8090, ge=1, le=65_535, validation_alias="LSAL_PORT")
    workers: int = Field(default=1, ge=1, le=64, validation_alias="LSAL_WORKERS")
    managers: Names = Field(default=(), validation_alias="LSAL_MANAGERS")
    session_hours: int = Field(default=8, ge=1, le=168, validation_alias="LSAL_SESSION_HOURS")
    metrics_token: SecretStr = Field(default=SecretStr(""), validation_alias="LSAL_METRICS_TOKEN")
    public_url: str = Field(default="", validation_alias="LSAL_PUBLIC_URL")
    notify: SecretStr = Field(default=SecretStr(""), validation_alias="LSAL_NOTIFY")
    notify_every: int = Field(default=5, ge=1, le=1440, validation_alias="LSAL_NOTIFY_EVERY")
    notify_schemes: Names = Field(default=(), validation_alias="LSAL_NOTIFY_SCHEMES")
    max_body_mb: int = Field(default=20, ge=1, le=200, validation_alias="LSAL_MAX_BODY_MB")
    max_buffered_mb: int = Field(
        default=256, ge=1, le=16_384, validation_alias="LSAL_MAX_BUFFERED_MB"
    )
    max_event_rate: int = Field(
        default=0, ge=0, le=10_000_000, validation_alias="LSAL_MAX_EVENT_RATE"
    )
    upload_within: int = Field(default=600, ge=1, le=86_400, validation_alias="LSAL_UPLOAD_WITHIN")
    image_hosts: Names = Field(default=(), validation_alias="LSAL_IMAGE_HOSTS")
    image_networks: Names = Field(default=(), validation_alias="LSAL_IMAGE_NETWORKS")
    retrain_hosts: Names = Field(default=(), validation_alias="LSAL_RETRAIN_HOSTS")
    retrain_networks: Names = Field(default=(), validation_alias="LSAL_RETRAIN_NETWORKS")
    retrain_command: str = Field(default="", validation_alias="LSAL_RETRAIN_COMMAND")
    retrain_seconds: int = Field(default=300, ge=1, le=500, validation_alias="LSAL_RETRAIN_SECONDS")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        default="INFO", validation_alias="LSAL_LOG_LEVEL"
    )
    log_format: Literal["json", "text"] = Field(default="json", validation_alias="LSAL_LOG_FORMAT")

    @field_validator("media")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if value == UPLOAD or _FOLDER.fullmatch(value) or _BUCKET.fullmatch(value):
            return value
        raise ValueError(
            "'upload', an absolute folder, s3://bucket/prefix, gs://… or az://container/…"
        )

    @field_validator("redis_url")
    @classmethod
    def _is_of_redis(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_one = parts.scheme in _REDIS and parts.port != 0  # reading the port checks it
        except ValueError:
            is_one = False
        if is_one:
            return value
        raise ValueError("an address like redis://host:6379/0, rediss://… or unix://…")

    @field_validator("label_studio_api_key")
    @classmethod
    def _may_be_a_token(cls, value: SecretStr) -> SecretStr:
        if _TOKEN.fullmatch(value.get_secret_value()):
            return value
        raise ValueError("letters, digits, dots, dashes and underscores, as every token has")

    @property
    def media_kind(self) -> Literal["upload", "folder", "bucket"]:
        """What kind of place LSAL_MEDIA names."""
        if self.media == UPLOAD:
            return "upload"
        return "folder" if _FOLDER.fullmatch(self.media) else "bucket"

    @property
    def max_body(self) -> int:
        """Bytes that one event, or one image, may have."""
        return self.max_body_mb * 1_000_000

    def is_manager(self, email: str, *, by_role: bool) -> bool:
        """Whether somebody manages: LSAL_MANAGERS decides alone; where it is empty, `by_role`."""
        if not self.managers:
            return by_role
        return folded(email) in map(folded, self.managers)

    @property
    def local_url(self) -> str:
        """Where `lsal serve` is reached on this machine; LSAL_HOST may stand for all addresses."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  nothing listens here
        host = everywhere.get(self.host, self.host)
        return f"http://{host}:{self.port}"

    @property
    def browser_url(self) -> str:
        """Where a person's browser finds Label Studio."""
        return (self.label_studio_public_url or self.label_studio_url).rstrip("/")


def read_config(**given: str) -> Config:
    """Read the configuration from the environment, except what is `given` by a variable's name.

    Raises:
        InvalidInputError: naming every variable that is wrong.
    """
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        raise InvalidInputError(*map(_field_error, error.errors())) from None


def _field_error(found: ErrorDetails) -> FieldError:
    name, value = str(found["loc"][0]), found["input"]
    if name in _SECRET:
        value = "…"
    elif isinstance(value, str):
        value = clean(value, 200)  # addresses may hold passwords
    return FieldError(name, value, found["msg"].removeprefix("Value error, "))


_SECRET = frozenset(
    str(field.validation_alias)
    for field in Config.model_fields.values()
    if field.annotation in {SecretStr, SecretStr | None}
)
