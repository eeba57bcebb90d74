-- One atomic step for a group of candidates: is each known, does it look like one kept lately, is
-- there budget, and if so charge it.
--
-- KEYS[1]  hash of counters, one field per scope (counters.lua)
-- KEYS[2]  hash of the events remembered lately: "<digest>:<rule>" by frame id
-- KEYS[3]  the same of the time before; a generation lasts as long as an event is to be remembered
-- KEYS[4]  sorted set of looks (looks.lua)
-- ARGV[1]  MessagePack, an array:
--            when the current minute, hour and day began, in Unix seconds
--            for how many seconds the events are kept
--            now in Unix seconds, within in seconds (0: looks are not compared), distance in bits
--            names of the scopes, "" for the project first
--            limits of the scopes: [[a minute, an hour, a day], …]
--            the rules that matched: [[scope, …], …]; scopes and the like are counted from 1 here
--            candidates, an array each: frame ids, digests, looks in hex or "", places in the rules
--              that matched, and whether they were granted just now
--
-- Returns JSON, per candidate: the scope charged, counted from 0, 0 without rules; or what is
--   remembered of the event; or [twin's frame id, distance]; or, where a cap is reached,
--   -1 - 3 * scope - window, both counted from 0. Or nil where the project has no counter: Redis was
--   emptied, and what it knew has to be restored first (restore.lua).

local counters, events, events_before, looks = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local minute, hour, day, keep, now, within, distance, names, limits, matches,
  frame_ids, digests, wanted, matched, just_granted = unpack(cmsgpack.unpack(ARGV[1]))

-- All is read in one call and written in one, however many candidates there are.
local counts = redis.call("HMGET", counters, unpack(names))
if not counts[1] then return nil end
local lately = redis.call("HMGET", events, unpack(frame_ids))
local before = redis.call("HMGET", events_before, unpack(frame_ids))

-- How many frames each scope may still have, and how many it had here: a frame counts in all of its
-- windows, so one number says it for the three.
local spare, taken, granted_answers = {}, {}, {}
for scope, stored in ipairs(counts) do
  local count, limit = {read_counter(stored, minute, hour, day)}, limits[scope]
  counts[scope], taken[scope], granted_answers[scope] = count, 0, tostring(scope - 1)
  spare[scope] = math.min(limit[1] - count[2], limit[2] - count[4], limit[3] - count[6])
end

-- The answer where a scope is full: it names the first of its windows that is.
local function refusal(scope)
  local count, limit = counts[scope], limits[scope]
  for window = 1, 3 do
    if count[2 * window] + taken[scope] >= limit[window] then return 3 - 3 * scope - window end
  end
end

-- The first of the rules with spare budget, 1 without rules; or nil.
local function find_scope(rules)
  for place = 1, #rules do
    local scope = rules[place]
    if taken[scope] < spare[scope] then return scope end
  end
  if #rules == 0 then return 1 end
end

local kept
local function twin_of(look, frame_id)
  kept = kept or looks_since(looks, now - within)
  return find_twin(kept, look, frame_id, distance)
end

local function remember_look(look, frame_id)
  local high, low = halves(look)
  kept[#kept + 1] = {high, low, frame_id}
  keep_look(looks, look, frame_id, now, within)
end

-- The scope of one granted just now that has more frames than it may: Redis was emptied between a
-- grant and its frame in the Store, more was granted meanwhile, and all of it was counted in the end.
-- Such a one comes with the rule that was charged, and no other.
local function find_passed(rules)
  if taken[1] > spare[1] then return 1 end
  local scope = rules[1]
  if scope and taken[scope] > spare[scope] then return scope end
end

-- Give back what one of these has, so that it is as if it had never been granted.
local function take_back(index, rules)
  local frame_id, look = frame_ids[index], wanted[index] or ""
  taken[1] = taken[1] - 1
  if rules[1] then taken[rules[1]] = taken[rules[1]] - 1 end
  forget_event(lately[index] and events or events_before, frame_id, keep)
  if look ~= "" then redis.call("ZREM", looks, look .. " " .. frame_id) end
end

-- By frame id: an event may come twice in a group, and gets one answer.
local taken_back = {}

local granted, new_events, size = {}, {}, 0
local function admit(index)
  local frame_id = frame_ids[index]
  if taken_back[frame_id] then return taken_back[frame_id] end
  local event = lately[index] or before[index] or granted[frame_id]
  local rules = matches[matched[index]]
  if event then
    local passed = just_granted[index] and find_passed(rules)
    if not passed then return cjson.encode(event) end
    taken_back[frame_id] = refusal(passed)
    take_back(index, rules)
    return taken_back[frame_id]
  end
  local look = within > 0 and wanted[index] ~= "" and wanted[index]
  if look then
    local twin, apart = twin_of(look, frame_id)
    if twin then return cjson.encode({twin, apart}) end
  end
  if taken[1] >= spare[1] then return refusal(1) end
  local scope = find_scope(rules)
  if not scope then return refusal(rules[1]) end
  taken[1] = taken[1] + 1
  if scope > 1 then taken[scope] = taken[scope] + 1 end
  if look then remember_look(look, frame_id) end
  event = digests[index] .. ":" .. names[scope]
  granted[frame_id] = event
  new_events[size + 1], new_events[size + 2] = frame_id, event
  size = size + 2
  return granted_answers[scope]
end

local answers = {}
for index = 1, #frame_ids do answers[index] = admit(index) end
local json = "[" .. table.concat(answers, ",") .. "]"

local begun, written = {minute, hour, day}, {}
for scope, count in ipairs(counts) do
  local more = taken[scope]
  if more ~= 0 then
    for window = 1, 3 do
      -- Where the clock was set back, the window that was reached never had what is given back.
      if more > 0 or count[2 * window - 1] == begun[window] then
        count[2 * window] = count[2 * window] + more
      end
    end
    written[#written + 1] = names[scope]
    written[#written + 1] = struct.pack(COUNTER, unpack(count))
  end
end
if #written > 0 then redis.call("HSET", counters, unpack(written)) end
if size > 0 then
  redis.call("HSET", events, unpack(new_events))
  redis.call("EXPIRE", events, keep)
end
return json
