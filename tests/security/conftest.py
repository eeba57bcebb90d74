"""What attacks are tried on: the parts and the pages that other tests use, real behind."""

from tests.browser.conftest import context, site
from tests.server.conftest import application, client, key, signed_in_client

__all__ = ["application", "client", "context", "key", "signed_in_client", "site"]
