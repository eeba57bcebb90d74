"""The composition root: the one place where the parts are put together.

Nothing is connected before it is needed: the webhook server never opens Label Studio.
"""

from plugin import logs
from plugin.bootstrap.services import Application
from plugin.config import read_config
from plugin.stores.locating import open_store

__all__ = ["Application", "application"]


def application() -> Application:
    """Put the parts together as the environment says.

    Raises:
        InvalidInputError: naming every variable that is wrong.
    """
    config = read_config()
    logs.configure(config.log_level, config.log_format)
    open_store(config.store_url)  # an address of no Store is said now, not at its first use
    return Application(config)
