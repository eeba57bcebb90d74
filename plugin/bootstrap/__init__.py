"""The composition root: the one place where the parts are put together.

Nothing is connected before it is needed: the webhook server never opens Label Studio.
"""

from plugin import logs
from plugin.bootstrap.services import Application
from plugin.config import read_config

__all__ = ["Application", "application"]


def application() -> Application:
    """Put the parts together as the environment says.

    Raises:
        InvalidInputError: naming every variable that is wrong.
    """
    config = read_config()
    logs.configure(config.log_level, config.log_format)
    app = Application(config)
    _ = app.store  # an address of no Store is said now, not at its first use
    return app
