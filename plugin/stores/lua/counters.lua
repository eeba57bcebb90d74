-- What the scripts share about counters. A scope, that is the project ("") or a rule, has one: when
-- the minute, hour and day that it counts began, in Unix seconds, and how many frames each has, six
-- numbers of four bytes. All windows are counted, limited or not: a limit that is set at noon knows
-- what the morning had, and a grant can be given back under any settings.

local COUNTER = "<I4I4I4I4I4I4"

-- Start and count of the minute, hour and day. Counters were text once: "<start>:<count>:…".
local function unpack_counter(stored)
  if #stored == 24 then return struct.unpack(COUNTER, stored) end
  local m, of_m, h, of_h, d, of_d = stored:match("^(%d+):(%d+):(%d+):(%d+):(%d+):(%d+)$")
  return tonumber(m), tonumber(of_m), tonumber(h), tonumber(of_h), tonumber(d), tonumber(of_d)
end

-- The same, for windows that began at these times: those counted before are over.
local function read_counter(stored, minute, hour, day)
  if not stored then return minute, 0, hour, 0, day, 0 end
  local m, of_m, h, of_h, d, of_d = unpack_counter(stored)
  -- A clock that was set back stays in the window it had reached: nothing is granted twice.
  if m < minute then m, of_m = minute, 0 end
  if h < hour then h, of_h = hour, 0 end
  if d < day then d, of_d = day, 0 end
  return m, of_m, h, of_h, d, of_d
end
