-- Appends records to a bounded list, the oldest of which make room.
-- KEYS: the list, the number of its bytes. ARGV: records at most, bytes at most, seconds to keep,
-- the records.
local list, size = KEYS[1], KEYS[2]
local most, most_bytes, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local bytes = tonumber(redis.call('GET', size) or '0')
local count = 0
for index = 4, #ARGV do
  count = redis.call('RPUSH', list, ARGV[index])
  bytes = bytes + #ARGV[index]
end
while count > most or (bytes > most_bytes and count > 0) do
  bytes = bytes - #redis.call('LPOP', list)
  count = count - 1
end
redis.call('SET', size, math.max(bytes, 0), 'EX', keep)
redis.call('EXPIRE', list, keep)
return count
