"""Redis: whether it answers, keeps what it is given, and has room for more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from plugin.domain.diagnosis import Finding, warning
from plugin.redaction import clean

OLDEST = (7, 0)
"""The first version that knows all commands we use: `EXPIRE … NX`."""

NEARLY, ALMOST = 0.8, 0.95
"""Shares of its memory limit from which Redis is close to refusing what it is given."""

Info = Mapping[str, Any]

_PLACE = "REDIS_URL must be the address of a Redis or Valkey that runs, as redis://host:6379/0"


@dataclass(frozen=True)
class RedisChecks:
    """Asks a Redis about itself; `url` is its address, as the environment says it."""

    redis: Callable[[], Redis]
    url: str

    def findings(self) -> Iterator[Finding]:
        """Yield whether it answers, and then how it keeps what we give it."""
        where = clean(self.url, 200)
        try:
            redis = self.redis()
            info: Info = redis.info("all")
            snapshots = _takes_snapshots(redis)
        except RedisError as error:
            said = clean(str(error) or type(error).__name__, 300)
            yield Finding("redis", f"{where}: {said}", _PLACE)
            return
        yield _server(where, info)
        yield _persistence(info, snapshots=snapshots)
        yield _eviction(info)
        yield _memory(info)


def _server(where: str, info: Info) -> Finding:
    is_valkey = info.get("server_name") == "valkey"
    version = str(info.get("valkey_version" if is_valkey else "redis_version", "unknown"))
    said = f"{'Valkey' if is_valkey else 'Redis'} {version} at {where}"
    # Of Valkey this is the Redis whose commands it knows.
    if _numbers(info.get("redis_version")) < OLDEST:
        fix = f"run Redis {OLDEST[0]}.{OLDEST[1]} or newer, or Valkey"
        return Finding("redis", f"{said} lacks commands that we use", fix)
    if info.get("role") not in {None, "master"}:
        fix = "REDIS_URL must name the server that is written to"
        return Finding("redis", f"{said} is a replica, and takes nothing", fix)
    if info.get("loading"):
        return Finding("redis", f"{said} still reads its file", "wait until it has, and ask again")
    return Finding("redis", said)


def _takes_snapshots(redis: Redis) -> bool:
    try:
        return bool(redis.config_get("save").get("save"))
    except ResponseError:
        return False  # a hosted one tells nobody; what it tells of snapshots is in its `info`


def _persistence(info: Info, *, snapshots: bool) -> Finding:
    fix = "start it with `--appendonly yes`, or set that with CONFIG SET and CONFIG REWRITE"
    if info.get("aof_enabled"):
        if info.get("aof_last_write_status", "ok") != "ok":
            said = "its append-only file could not be written last"
            return Finding("persistence", said, "look into its log, and make room on its disk")
        return Finding("persistence", "an append-only file: a restart forgets a second at most")
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        said = "no append-only file, and its last snapshot failed, so that it may refuse writes"
        return Finding("persistence", said, "look into its log, and make room on its disk")
    if snapshots or info.get("rdb_saves"):
        said = (
            "snapshots alone: after a restart it is older than it was, and caps grant again what "
            "was spent since (`lsal rebuild` sets that right)"
        )
        return warning("persistence", said, fix)
    said = (
        "it keeps nothing: after a restart people sign in again, counts are gone, and caps are read"
        " from the Store anew"
    )
    return warning("persistence", said, fix)


def _eviction(info: Info) -> Finding:
    policy, limit = str(info.get("maxmemory_policy", "unknown")), int(info.get("maxmemory", 0))
    fix = "start it with `--maxmemory-policy noeviction`"
    if policy == "noeviction":
        return Finding("eviction", "noeviction: it forgets nothing on its own")
    if not limit:
        said = f"{policy}, which does nothing while there is no memory limit"
        return warning("eviction", said, fix)
    said = f"{policy}: when its memory is full it drops jobs, sessions and what caps have spent"
    return Finding("eviction", said, fix)


def _memory(info: Info) -> Finding:
    used, limit = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    fix = "raise its `maxmemory`, or see what else is kept there"
    if not limit:
        return Finding("memory", f"{used / 1e6:.0f} MB used, without a limit")
    share = used / limit
    said = f"{used / 1e6:.0f} MB used, {share:.0%} of its limit"
    if share >= ALMOST:
        return Finding("memory", f"{said}: it is about to refuse writes", fix)
    return warning("memory", said, fix) if share >= NEARLY else Finding("memory", said)


def _numbers(version: object) -> tuple[int, ...]:
    parts = str(version or "").split(".")[:2]
    return tuple(int(part) for part in parts if part.isdecimal())
