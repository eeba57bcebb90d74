"""What tests of admission share: rules with caps, and what lies in Redis afterwards."""

from typing import Any

from redis import Redis

from plugin.domain.settings import Rule

_COUNTERS = """
local found = {}
for _, scope in ipairs(redis.call("HKEYS", KEYS[1])) do
  local m, of_m, h, of_h, d, of_d =
    struct.unpack("<I4I4I4I4I4I4", redis.call("HGET", KEYS[1], scope))
  found[#found + 1] = {scope, m, of_m, h, of_h, d, of_d}
end
return found
"""


def rules(*limits: dict[str, int]) -> tuple[Rule, ...]:
    """Rules with these limits, named r0, r1, …"""
    return tuple(
        Rule.model_validate({"name": f"r{n}", "when": {"classes": ["dent"]}, "limits": each})
        for n, each in enumerate(limits)
    )


def counters(redis: Redis, project: str = "parts") -> dict[str, list[int]]:
    """Start and count of the minute, hour and day of each scope, "" for the project."""
    found: Any = redis.eval(_COUNTERS, 1, f"lsal:{project}:caps")
    return {scope: numbers for scope, *numbers in found}


def stored(redis: Redis) -> dict[str, object]:
    """All that Redis holds of the project."""
    keys = set(redis.scan_iter("lsal:parts:*"))
    events = {key: redis.hgetall(key) for key in keys if ":events:" in key}
    looks = redis.zrange("lsal:parts:looks", 0, -1, withscores=True)
    return {**events, "caps": counters(redis), "looks": looks}
