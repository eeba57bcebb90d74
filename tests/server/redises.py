"""A Redis client that finds nobody, and finds a real one later on."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from plugin.demo.processes import free_port


def away() -> Redis:
    """A client of an address where nobody answers."""
    never = Retry(NoBackoff(), retries=0)
    return Redis(host="127.0.0.1", port=free_port(0), retry=never, decode_responses=True)


def lead(client: Redis, to: Redis) -> None:
    """Let a client talk to the server of another one from now on."""
    port = to.connection_pool.connection_kwargs["port"]
    client.connection_pool.connection_kwargs["port"] = port
    client.connection_pool.disconnect()
    client.connection_pool.reset()  # connections that are closed remember their port
