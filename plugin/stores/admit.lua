-- One atomic step: is this event known, is there budget, and if so charge it.
--
-- KEYS[1]  hash of counters, one field per scope and window, value "<window start>:<count>"
-- KEYS[2]  what is remembered of this event: "<digest>:<rule>"
-- ARGV[1]  digest of the event's content
-- ARGV[2]  seconds to remember it for
-- ARGV[3…] scopes, the project first, then the matching rules in order, each as:
--          name, number of windows, then per window: name, start, limit
--
-- Returns {"known", rule} | {"conflict"} | {"granted", rule} | {"full", scope, window};
-- the rule is the one charged, "" when none was asked.

local counters, event = KEYS[1], KEYS[2]

local remembered = redis.call("GET", event)
if remembered then
  local digest, rule = remembered:match("^(.-):(.*)$")
  if digest ~= ARGV[1] then return {"conflict"} end
  return {"known", rule}
end

local position = 3
local function read_scope()
  local scope = {name = ARGV[position], windows = {}}
  local count = tonumber(ARGV[position + 1])
  position = position + 2
  for i = 1, count do
    local field = scope.name .. "|" .. ARGV[position]
    local start, used = tonumber(ARGV[position + 1]), 0
    local stored = redis.call("HGET", counters, field)
    if stored then
      local stored_start, stored_used = stored:match("^(%d+):(%d+)$")
      -- A clock that was set back stays in the window it had reached: nothing is granted twice.
      if tonumber(stored_start) >= start then
        start, used = tonumber(stored_start), tonumber(stored_used)
      end
    end
    local limit = tonumber(ARGV[position + 2])
    if used >= limit and not scope.full then scope.full = ARGV[position] end
    scope.windows[i] = {field = field, start = start, used = used}
    position = position + 3
  end
  return scope
end

local function charge(scope)
  for _, window in ipairs(scope.windows) do
    redis.call("HSET", counters, window.field,
               string.format("%d:%d", window.start, window.used + 1))
  end
end

local project = read_scope()
if project.full then return {"full", project.name, project.full} end

local charged, first_full
while position <= #ARGV do
  local rule = read_scope()
  if not rule.full then
    charged = rule
    break
  end
  first_full = first_full or rule
end
if first_full and not charged then return {"full", first_full.name, first_full.full} end

charge(project)
if charged then charge(charged) end
local rule = charged and charged.name or ""
redis.call("SET", event, ARGV[1] .. ":" .. rule, "EX", ARGV[2])
return {"granted", rule}
