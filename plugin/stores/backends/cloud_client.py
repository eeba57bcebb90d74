"""Clients of the object stores; keys and addresses come from the environment."""

from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from plugin.domain.errors import FieldError, InvalidInputError, StoreError
from plugin.stores.backends.cloud_errors import reason_of

if TYPE_CHECKING:  # they are not there at run time
    from obstore.store import ClientConfig, RetryConfig

CLIENT: "ClientConfig" = {
    "connect_timeout": "3s",
    "timeout": "30s",
    # Only where AWS_ENDPOINT_URL says http://, as it does for a server of one's own.
    "allow_http": True,
}
RETRIES: "RetryConfig" = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2)},
}
"""Of connections that fail and of answers 5xx. The first try included, 45 seconds at most."""

Bucket = S3Store | GCSStore | AzureStore


def open_bucket(scheme: str, name: str, prefix: str = "") -> Bucket:
    """A bucket by its scheme, s3, gs or az; nothing is asked yet.

    Raises:
        StoreError: the environment does not say enough, like an Azure account's name.
        InvalidInputError: no bucket, or no prefix, can be called so.
    """
    try:
        return _open(scheme, name, prefix or None)
    except BaseError as error:
        raise StoreError(f"{scheme}://{name}: {reason_of(error)}") from None
    except ValueError as error:
        address = f"{scheme}://{name}/{prefix}"
        expected = f"a bucket and a prefix that can be ({str(error)[:200]})"
        raise InvalidInputError(FieldError("address", address, expected)) from None


def _open(scheme: str, name: str, prefix: str | None) -> Bucket:
    if scheme == "s3":
        # Objects are removed one by one: not every server that speaks S3 removes several at once.
        return S3Store(
            name, prefix=prefix, client_options=CLIENT, retry_config=RETRIES,
            config={"disable_bulk_delete": True},
        )  # fmt: skip
    kind = GCSStore if scheme == "gs" else AzureStore
    return kind(name, prefix=prefix, client_options=CLIENT, retry_config=RETRIES)
