-- Find batches by a part of what is searched, in one step, and count them by status. It looks at
-- every batch, and hands over no more than a page of them.
--
-- KEYS[1]  what all keys begin with (batch_index.lua)
-- ARGV[1]  the sorted set that has those that may be shown, in their order
-- ARGV[2]  what members begin with, "" or "<project>/"
-- ARGV[3]  the part, its case folded
-- ARGV[4]  "1" for the greatest first    ARGV[5], ARGV[6]  how many to leave out, how many to show
-- ARGV[7…] the statuses
--
-- Returns how many there are of each status, then the members to show.

local order, begins, part = ARGV[1], ARGV[2], ARGV[3]
local offset, limit = tonumber(ARGV[5]), tonumber(ARGV[6])

local texts = redis.call("HGETALL", KEYS[1] .. ":texts")
local found, counts = {}, {}
for place = 1, #texts, 2 do
  local member, text = texts[place], texts[place + 1]
  local cut = text:find("\n", 1, true)
  if member:sub(1, #begins) == begins and text:find(part, cut + 1, true) then
    found[member] = true
    local status = text:sub(1, cut - 1)
    counts[status] = (counts[status] or 0) + 1
  end
end

local answer = {}
for place = 7, #ARGV do answer[#answer + 1] = counts[ARGV[place]] or 0 end
if next(found) == nil then return answer end
local members = redis.call(ARGV[4] == "1" and "ZREVRANGE" or "ZRANGE", order, 0, -1)
for _, member in ipairs(members) do
  if found[member] then
    if offset > 0 then offset = offset - 1
    elseif limit > 0 then answer[#answer + 1], limit = member, limit - 1
    else break end
  end
end
return answer
