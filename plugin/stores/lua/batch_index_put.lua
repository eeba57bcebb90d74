-- Put a batch, in place of what was known of it (batch_index.lua).
--
-- ARGV[2]  its summary    ARGV[3]  its facts, both JSON    ARGV[4]  what is searched
--
-- Whoever took a later ticket has read the Store later, and is not overwritten.

local facts = cjson.decode(ARGV[3])
-- Tickets begin anew when Redis is emptied; one from before must not outrank those to come.
if facts.ticket > tonumber(call("GET", prefix .. ":tickets") or 0) then
  call("SET", prefix .. ":tickets", facts.ticket)
end
if known and known.ticket > facts.ticket then return end

if known then forget(known) end
count(facts, 1)
each_order(facts, function(key, score) call("ZADD", key, score, member) end)
for reviewer in pairs(facts.left) do call("SADD", prefix .. ":reviewer:" .. reviewer, member) end
call("HSET", prefix .. ":rows", member, ARGV[2])
call("HSET", prefix .. ":facts", member, ARGV[3])
call("HSET", prefix .. ":texts", member, ARGV[4])
