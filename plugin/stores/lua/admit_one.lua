-- One atomic step for one candidate whose look is not compared: is it known, is there budget, and if
-- so charge it. It answers as admit.lua does and leaves the same behind, in a fraction of the time;
-- that is why it has no functions and shares none: making them takes longer than the rest of it.
--
-- KEYS[1]  hash of counters, one field per scope (counters.lua)
-- KEYS[2]  hash of the events remembered lately: "<digest>:<rule>" by frame id
-- KEYS[3]  the same of the time before
-- ARGV[1]  MessagePack values, one after the other:
--            when the current minute, hour and day began, in Unix seconds
--            for how many seconds the events are kept
--            limits a minute, an hour and a day of each scope, four bytes a number
--            names of the scopes: "" for the project, then the rules that matched, in their order
--            frame id, digest
--
-- Returns the number of the scope charged, counted from 0, 0 without rules; or what is remembered of
--   the event; or, where a cap is reached, -1 - 3 * scope - window, both counted from 0; or nil where
--   admit.lua has to be asked: counters are in their old format, or the project has none.

local call, struct_unpack, struct_pack = redis.call, struct.unpack, struct.pack
local minute, hour, day, keep, limits, names, frame_id, digest = cmsgpack.unpack(ARGV[1])
local before = call("HGET", KEYS[3], frame_id)
if before then return call("HGET", KEYS[2], frame_id) or before end

local counters = call("HMGET", KEYS[1], unpack(names))
local charged, project, counter, counted_minute, refused = 0, nil, nil, nil, nil
for scope = 1, #names do
  local stored = counters[scope]
  local m, of_m, h, of_h, d, of_d = minute, 0, hour, 0, day, 0
  if stored then
    if #stored ~= 24 then return nil end
    m, of_m, h, of_h, d, of_d = struct_unpack("<I4I4I4I4I4I4", stored)
    if scope == 1 then counted_minute = m end
    -- A clock that was set back stays in the window it had reached: nothing is granted twice.
    if m < minute then m, of_m = minute, 0 end
    if h < hour then h, of_h = hour, 0 end
    if d < day then d, of_d = day, 0 end
  elseif scope == 1 then
    return nil
  end
  local most_m, most_h, most_d = struct_unpack("<I4I4I4", limits, 12 * scope - 11)
  local full = of_m >= most_m and 1 or of_h >= most_h and 2 or of_d >= most_d and 3
  if full then
    refused = refused or 3 - 3 * scope - full
    if scope == 1 then break end
  else
    charged = scope
    counter = struct_pack("<I4I4I4I4I4I4", m, of_m + 1, h, of_h + 1, d, of_d + 1)
    if scope > 1 then break end
    project = counter
  end
end
if refused and charged < 2 then return call("HGET", KEYS[2], frame_id) or refused end

-- It asks for the event and remembers it in one call.
if call("HSETNX", KEYS[2], frame_id, digest .. ":" .. names[charged]) == 0 then
  return call("HGET", KEYS[2], frame_id)
end
if charged > 1 then
  call("HSET", KEYS[1], "", project, names[charged], counter)
else
  call("HSET", KEYS[1], "", project)
end
-- Once a minute is often enough.
if counted_minute ~= minute then call("EXPIRE", KEYS[2], keep) end
return charged - 1
