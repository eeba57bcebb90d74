-- Adds sums to fields of hashes, each batch once, however often it is sent.
-- KEYS[1]  the last batch of this process
-- KEYS[i]  the hash of a sum
-- ARGV     batch, seconds to remember it, most fields of a hash,
--          then for each sum: field, number, seconds to keep the hash ("" for ever)
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 0
end
local most = tonumber(ARGV[3])
for i = 2, #KEYS do
  local at = 4 + 3 * (i - 2)
  local hash, field = KEYS[i], ARGV[at]
  if redis.call('HLEN', hash) >= most and redis.call('HEXISTS', hash, field) == 0 then
    field = 'other'
  end
  redis.call('HINCRBY', hash, field, ARGV[at + 1])
  if ARGV[at + 2] ~= '' then
    redis.call('EXPIRE', hash, ARGV[at + 2])
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
