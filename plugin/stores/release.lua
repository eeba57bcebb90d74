-- Give back what a grant took, once: for a frame that could not be stored.
--
-- KEYS[1]  hash of counters       KEYS[2]  sorted set of looks
-- KEYS[3]  hash of the events remembered when it was granted
-- ARGV[1]  frame id
-- ARGV[2]  what the grant made us remember, "<digest>:<rule>"
-- ARGV[3]  the member of the looks to remove, "" for none
-- ARGV[4…] per scope that was charged: its name, and when the minute, hour and day of the grant
--          began, in Unix seconds, "" for a window without a limit
--
-- Returns 1 when it gave something back, 0 when the grant is not there any more.

if redis.call("HGET", KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call("HDEL", KEYS[3], ARGV[1])
if ARGV[3] ~= "" then redis.call("ZREM", KEYS[2], ARGV[3]) end
for position = 4, #ARGV, 4 do
  local stored = redis.call("HGET", KEYS[1], ARGV[position])
  if stored then
    local count = {stored:match("^(%d+):(%d+):(%d+):(%d+):(%d+):(%d+)$")}
    for window = 1, 3 do
      local start, used = count[2 * window - 1], tonumber(count[2 * window])
      -- A window that is over keeps its count: the credit belongs to no other.
      if start == ARGV[position + window] and used > 0 then count[2 * window] = used - 1 end
    end
    redis.call("HSET", KEYS[1], ARGV[position], table.concat(count, ":"))
  end
end
return 1
