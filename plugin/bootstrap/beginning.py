"""Before a process works on the Store: whether it may, and a note that it does."""

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.errors import UnavailableError
from plugin.stores.backends.locating import open_store
from plugin.stores.store_format import begin_work

log = logging.getLogger(__name__)


def begin(config: Config) -> None:
    """Note in the Store that this release works on it; a Store that is away is no reason to wait.

    In a process of its own: who calls will fork, and must not have used the Store before.

    Raises:
        InvalidInputError: STORE_URL names no Store.
        UnavailableError: a newer release works on it, or a restore into it is not finished.
    """
    open_store(config.store_url)  # an address of no Store is said here, in its own words
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        refusal, away = pool.submit(_begin, config.store_url).result()
    if refusal:
        raise UnavailableError("Store", refusal)
    if away:
        log.warning("%s; whoever needs it waits for it", away)


def _begin(store_url: str) -> tuple[str, str]:
    """Why this release is not to work on the Store, and how the Store failed to answer."""
    try:
        begin_work(open_store(store_url), utc_now())
    except OSError as error:
        return "", str(error)
    except UnavailableError as error:
        return error.reason, ""
    return "", ""
