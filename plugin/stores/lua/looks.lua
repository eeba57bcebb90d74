-- What the scripts share about looks: a sorted set of what kept frames look like,
-- "<16 hex digits> <frame id>" by Unix seconds.

local band, bxor, rshift = bit.band, bit.bxor, bit.rshift

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

-- The looks kept since a time, each {high half, low half, frame id}; older ones are forgotten.
local function looks_since(key, since)
  redis.call("ZREMRANGEBYSCORE", key, "-inf", since)
  local kept = redis.call("ZRANGE", key, 0, -1)
  for index, member in ipairs(kept) do
    local high, low = halves(member)
    kept[index] = {high, low, member:sub(18)}
  end
  return kept
end

-- A frame, not this one, whose look differs in so many bits at most, and in how many.
local function find_twin(kept, look, frame_id, distance)
  local high, low = halves(look)
  for _, other in ipairs(kept) do
    local apart = ones(bxor(high, other[1])) + ones(bxor(low, other[2]))
    if apart <= distance and other[3] ~= frame_id then return other[3], apart end
  end
end

local function keep_look(key, look, frame_id, now, within)
  redis.call("ZADD", key, now, look .. " " .. frame_id)
  redis.call("EXPIRE", key, within)
end
