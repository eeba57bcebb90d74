-- How much of its windows the project's own counter has used (counters.lua).
--
-- KEYS[1]  hash of counters
-- ARGV[1…] when the current minute, hour and day began, in Unix seconds
--
-- Returns frames this minute, this hour and today; or nil where Redis has forgotten the project.

local stored = redis.call("HGET", KEYS[1], "")
if not stored then return nil end
local _, of_m, _, of_h, _, of_d =
  read_counter(stored, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
return {of_m, of_h, of_d}
