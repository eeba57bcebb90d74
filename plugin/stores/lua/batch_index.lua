-- What the scripts of the batch index share. All keys begin with KEYS[1]; ARGV[1] is the member,
-- "<project>/<batch>".
--
--   :rows     hash: the summary by member, as JSON
--   :facts    hash: how a member is counted and placed, as JSON (batch_index_rows.py)
--   :texts    hash: the status and, below it, what is searched, by member
--   :order:<project or "">:<status or "">:<sort>   sorted sets of members
--   :reviewer:<address>   set of the members in which somebody has images
--   :totals   hash: "<project>/<number's name>"      :left  hash: images still to do by reviewer
--   :tickets  the last ticket given out

local prefix, member, call = KEYS[1], ARGV[1], redis.call

local function each_order(facts, work)
  for _, project in ipairs({"", facts.project}) do
    for _, status in ipairs({"", facts.status}) do
      for sort, score in pairs(facts.scores) do
        work(prefix .. ":order:" .. project .. ":" .. status .. ":" .. sort, score)
      end
    end
  end
end

local function count(facts, sign)
  for name, number in pairs(facts.totals) do
    call("HINCRBY", prefix .. ":totals", facts.project .. "/" .. name, sign * number)
  end
  for reviewer, number in pairs(facts.left) do
    call("HINCRBY", prefix .. ":left", reviewer, sign * number)
  end
end

-- Take a member out of everything that is counted and sorted, as it was put in.
local function forget(facts)
  count(facts, -1)
  each_order(facts, function(key) call("ZREM", key, member) end)
  for reviewer in pairs(facts.left) do call("SREM", prefix .. ":reviewer:" .. reviewer, member) end
end

local known = call("HGET", prefix .. ":facts", member)
known = known and cjson.decode(known)
