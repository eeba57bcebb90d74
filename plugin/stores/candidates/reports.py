"""Reports of clients at the edge: each is counted once, also where its answer was lost."""

from redis import Redis

from plugin.domain.deployment import Deployment

REMEMBER = 3600
"""Seconds for which a report is remembered; a client that asks again later is counted twice."""


class Reports:
    """Which reports were taken."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def take(self, deployment: Deployment, report_id: str) -> bool:
        """Take a report; False where it was taken before.

        Raises:
            RedisError: Redis does not answer.
        """
        key = f"lsal:{deployment.project}:report:{deployment.id}:{report_id}"
        return bool(self._redis.set(key, "", nx=True, ex=REMEMBER))
