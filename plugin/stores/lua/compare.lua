-- One atomic step for a look that came after its frame was granted: is there another frame that
-- looks like it, and if not, keep it.
--
-- KEYS[1]  sorted set of looks (looks.lua)
-- ARGV     look in 16 hex digits, frame id, now in Unix seconds, within in seconds, distance in bits
--
-- Returns [twin's frame id, distance] for a near-duplicate, else nil.

local look, frame_id = ARGV[1], ARGV[2]
local now, within, distance = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local kept = looks_since(KEYS[1], now - within)
local twin, apart = find_twin(kept, look, frame_id, distance)
if twin then return {twin, apart} end
keep_look(KEYS[1], look, frame_id, now, within)
return nil
