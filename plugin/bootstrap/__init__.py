"""The composition root: the one place where the parts are put together.

Nothing is connected before it is needed: the webhook server never opens Label Studio.
"""

from contextlib import suppress

from plugin import logs
from plugin.bootstrap.beginning import begin
from plugin.bootstrap.services import Application
from plugin.config import read_config
from plugin.stores.store_format import expect_known

__all__ = ["Application", "application", "begin"]


def application(*, checked: bool = True) -> Application:
    """Put the parts together as the environment says.

    Args:
        checked: look first whether this release may work on the Store. Not for a process that
            will fork, as `begin` does it for those, nor for one that is to look what is wrong.

    Raises:
        InvalidInputError: naming every variable that is wrong.
        NewerFormError: a newer release works on the Store.
        UnavailableError: a restore into the Store is not finished.
    """
    config = read_config()
    logs.configure(config.log_level, config.log_format)
    app = Application(config)
    _ = app.store  # an address of no Store is said now, not at its first use
    if checked:
        # A Store that is away: whoever needs it meets that, and says what becomes of their work.
        with suppress(OSError):
            expect_known(app.store)
    return app
