-- Bring back what was lost, in one step. What is there stays, and a count is never made smaller, so
-- it may be done at any time, and twice.
--
-- KEYS     as of admit.lua: counters, events of this generation and of the one before, looks
-- ARGV[1]  MessagePack, an array:
--            for how many seconds the events are kept, and the looks (0: none)
--            counts: [[scope, minute, frames in it, hour, frames, day, frames], …]; the project's own
--              is among them, and being there it says that nothing is lost
--            events of this generation, and of the one before: [frame id, "<digest>:<rule>", …]
--            looks: [Unix seconds, "<16 hex digits> <frame id>", …]

local keep, within, counts, lately, before, looks = unpack(cmsgpack.unpack(ARGV[1]))

local function remember(key, events)
  for place = 1, #events, 2 do redis.call("HSETNX", key, events[place], events[place + 1]) end
  if #events > 0 then redis.call("EXPIRE", key, keep) end
end

-- Of two counts of a window: the later window's, or the larger.
local function larger(start, count, other_start, other_count)
  if other_start > start then return other_start, other_count end
  if other_start == start then return start, math.max(count, other_count) end
  return start, count
end

remember(KEYS[2], lately)
remember(KEYS[3], before)
for place = 1, #looks, 2 do redis.call("ZADD", KEYS[4], "NX", looks[place], looks[place + 1]) end
if #looks > 0 then redis.call("EXPIRE", KEYS[4], within) end
for _, counted in ipairs(counts) do
  local scope, m, of_m, h, of_h, d, of_d = unpack(counted)
  local stored = redis.call("HGET", KEYS[1], scope)
  if stored then
    local m2, of_m2, h2, of_h2, d2, of_d2 = unpack_counter(stored)
    m, of_m = larger(m, of_m, m2, of_m2)
    h, of_h = larger(h, of_h, h2, of_h2)
    d, of_d = larger(d, of_d, d2, of_d2)
  end
  redis.call("HSET", KEYS[1], scope, struct.pack(COUNTER, m, of_m, h, of_h, d, of_d))
end
