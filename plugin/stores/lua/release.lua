-- Give back what a grant took, once: for a frame that could not be stored, or never came.
--
-- KEYS[1]  hash of counters (counters.lua)       KEYS[2]  sorted set of looks (looks.lua)
-- KEYS[3]  hash of the events remembered when it was granted
-- ARGV[1]  frame id
-- ARGV[2]  what the grant made us remember, "<digest>:<rule>"
-- ARGV[3]  the member of the looks to remove, "" for none
-- ARGV[4]  for how many seconds the events are kept
-- ARGV[5…] when the minute, hour and day of the grant began, in Unix seconds
-- ARGV[8…] the scopes that were charged
--
-- Returns 1 when it gave something back, 0 when the grant is not there any more.

if redis.call("HGET", KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
forget_event(KEYS[3], ARGV[1], ARGV[4])
if ARGV[3] ~= "" then redis.call("ZREM", KEYS[2], ARGV[3]) end

local minute, hour, day = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

-- A window that is over keeps its count: the credit belongs to no other.
local function less_one(start, count, granted_in)
  if start == granted_in and count > 0 then return count - 1 end
  return count
end

for position = 8, #ARGV do
  local stored = redis.call("HGET", KEYS[1], ARGV[position])
  if stored then
    local m, of_m, h, of_h, d, of_d = unpack_counter(stored)
    of_m, of_h = less_one(m, of_m, minute), less_one(h, of_h, hour)
    of_d = less_one(d, of_d, day)
    redis.call("HSET", KEYS[1], ARGV[position], struct.pack(COUNTER, m, of_m, h, of_h, d, of_d))
  end
end
return 1
