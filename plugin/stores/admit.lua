-- One atomic step for a group of candidates: is each known, does it look like one kept lately, is
-- there budget, and if so charge it.
--
-- KEYS[1]  hash of counters, one field per scope: when the minute, hour and day that it counts began
--          and how many each has, "<minute>:<count>:<hour>:<count>:<day>:<count>"
-- KEYS[2]  sorted set of what kept frames look like: "<16 hex digits> <frame id>" by Unix seconds
-- KEYS[3]  hash of the events remembered lately: "<digest>:<rule>" by frame id
-- KEYS[4]  the same of the time before; a generation lasts as long as an event is to be remembered
-- ARGV[1]  MessagePack: [now, remember, within, distance, starts, scopes, candidates]
--            now in Unix seconds, remember and within in seconds (within 0: looks are not compared)
--            starts: when the current minute, hour and day began, in Unix seconds
--            scopes, the project first: [[name, limit a minute, an hour, a day], …], -1 for none
--            candidates: [[frame id, digest, look in hex or "", [index of a scope, …]], …]
--            indices count from 1
--
-- Returns JSON, per candidate [kind, rule charged, scope and window that are full, twin, distance],
--   cut short behind the last that says something: "granted" and "known" have a rule ("" when none
--   was asked), "full" a scope and a window, "near_duplicate" a twin's frame id and its distance in
--   bits, "conflict" nothing more.

local counters, looks, events, events_before = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now, remember, within, distance, starts, scopes, candidates =
  unpack(cmsgpack.unpack(ARGV[1]))
local band, bxor, rshift = bit.band, bit.bxor, bit.rshift
local windows = {"minute", "hour", "day"}

-- All counters are read in one call and written in one, however many candidates there are.
local names, counts, charged = {}, {}, {}
for index, scope in ipairs(scopes) do names[index] = scope[1] end
for index, stored in ipairs(redis.call("HMGET", counters, unpack(names))) do
  local count = {starts[1], 0, starts[2], 0, starts[3], 0}
  if stored then
    local known = {stored:match("^(%d+):(%d+):(%d+):(%d+):(%d+):(%d+)$")}
    for at = 1, 5, 2 do
      local start = tonumber(known[at])
      -- A clock that was set back stays in the window it had reached: nothing is granted twice.
      if start >= count[at] then count[at], count[at + 1] = start, tonumber(known[at + 1]) end
    end
  end
  counts[index] = count
end

local frame_ids, remembered, new_events = {}, {}, {}
for index, candidate in ipairs(candidates) do frame_ids[index] = candidate[1] end
for _, key in ipairs({events_before, events}) do
  for index, event in ipairs(redis.call("HMGET", key, unpack(frame_ids))) do
    if event then remembered[frame_ids[index]] = event end
  end
end

local function full_window(index)
  local scope, count = scopes[index], counts[index]
  for window = 1, 3 do
    local limit = scope[window + 1]
    if limit >= 0 and count[2 * window] >= limit then return windows[window] end
  end
end

local function charge(index)
  local scope, count = scopes[index], counts[index]
  for window = 1, 3 do
    if scope[window + 1] >= 0 then
      count[2 * window] = count[2 * window] + 1
      charged[index] = true
    end
  end
end

-- The first matching rule with spare budget; or none, and the first one that is full.
local function find_rule(matched)
  local first_full, first_window
  for _, index in ipairs(matched) do
    local window = full_window(index)
    if not window then return index end
    if not first_full then first_full, first_window = index, window end
  end
  return nil, first_full, first_window
end

local function ones(x)
  x = x - band(rshift(x, 1), 0x55555555)
  x = band(x, 0x33333333) + band(rshift(x, 2), 0x33333333)
  x = band(x + rshift(x, 4), 0x0f0f0f0f)
  x = x + rshift(x, 8)
  return band(x + rshift(x, 16), 0x3f)
end

local function halves(look)
  return tonumber(look:sub(1, 8), 16), tonumber(look:sub(9, 16), 16)
end

local kept
local function kept_looks()
  if kept then return kept end
  kept = {}
  redis.call("ZREMRANGEBYSCORE", looks, "-inf", now - within)
  for index, member in ipairs(redis.call("ZRANGE", looks, 0, -1)) do
    local high, low = halves(member)
    kept[index] = {high, low, member:sub(18)}
  end
  return kept
end

local function near_duplicate(look)
  local high, low = halves(look)
  for _, other in ipairs(kept_looks()) do
    local apart = ones(bxor(high, other[1])) + ones(bxor(low, other[2]))
    if apart <= distance then return other[3], apart end
  end
end

local function remember_look(look, frame_id)
  local high, low = halves(look)
  table.insert(kept_looks(), {high, low, frame_id})
  redis.call("ZADD", looks, now, look .. " " .. frame_id)
  redis.call("EXPIRE", looks, within)
end

local function admit(candidate)
  local frame_id, digest, look, matched = unpack(candidate)
  local event = remembered[frame_id]
  if event then
    local known_digest, rule = event:match("^(.-):(.*)$")
    if known_digest ~= digest then return {"conflict"} end
    return {"known", rule}
  end
  local compare = within > 0 and look ~= ""
  if compare then
    local twin, apart = near_duplicate(look)
    if twin then return {"near_duplicate", "", "", "", twin, apart} end
  end
  local window = full_window(1)
  if window then return {"full", "", names[1], window} end
  local rule, full, full_in = find_rule(matched)
  if full and not rule then return {"full", "", names[full], full_in} end
  charge(1)
  if rule then charge(rule) end
  if compare then remember_look(look, frame_id) end
  local name = rule and names[rule] or ""
  event = digest .. ":" .. name
  remembered[frame_id] = event
  new_events[#new_events + 1] = frame_id
  new_events[#new_events + 1] = event
  return {"granted", name}
end

local answers = {}
for index, candidate in ipairs(candidates) do answers[index] = admit(candidate) end

local written = {}
for index in pairs(charged) do
  written[#written + 1] = names[index]
  written[#written + 1] = table.concat(counts[index], ":")
end
if #written > 0 then redis.call("HSET", counters, unpack(written)) end
if #new_events > 0 then
  redis.call("HSET", events, unpack(new_events))
  redis.call("EXPIRE", events, 2 * remember)
end
return cjson.encode(answers)
