-- Mark the batch index as whole; 0 where Redis was emptied since its filling began, or another began.
--
-- KEYS[1]  what all keys begin with (batch_index.lua)
-- ARGV[1]  what tells this filling from others    ARGV[2]  the format of the index

if redis.call("GET", KEYS[1] .. ":filling") ~= ARGV[1] then return 0 end
redis.call("DEL", KEYS[1] .. ":filling")
redis.call("SET", KEYS[1] .. ":whole", ARGV[2])
return 1
