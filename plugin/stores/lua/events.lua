-- What the scripts share about remembered events: a hash, "<digest>:<rule>" by frame id.

local function forget_event(key, frame_id, keep)
  redis.call("HDEL", key, frame_id)
  if redis.call("EXISTS", key) == 0 then
    -- Redis drops an empty hash and when it expires; admit_one.lua says that once a minute only.
    redis.call("HSET", key, "", "")
    redis.call("EXPIRE", key, keep)
  end
end
