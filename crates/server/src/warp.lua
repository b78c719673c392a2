-- Lets the leases KEYS be older by ARGV[1] ms. A lease that would be left with less than ARGV[2] ms, and not less than
-- nothing, gets ARGV[2] ms of the server's own time, so that it is there until the next jump.
--
-- Real time that passed is given back. ARGV[3] is the server's clock at the jump before. For each key follow: what that
-- jump left it and until when by this clock (-1: it did not), how exactly that is to be met, and what the key has left
-- by the caller's account (-1: none).
--
-- Answers the clock, then what each key has left: -2 it is not there, -1 it has no expiry, -3 it lapsed by this jump.
local by, hold, before = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = { now }
for i, key in ipairs(KEYS) do
  local at = 4 * i
  local aged, aged_until, within, own =
    tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local ttl = redis.call('PTTL', key)
  local left = ttl
  if ttl >= 0 then
    left = ttl - by
    if aged >= 0 and math.abs(now + ttl - aged_until) <= within then
      -- Nobody touched it since the last jump.
      left = aged - by
    elseif own >= 0 and ttl <= own and own - ttl <= now - before + 5 then
      -- Set since then, and the rest is the time that passed.
      left = own - by
    elseif left == -1 then
      -- The clock moved on to the next millisecond.
      left = 0
    end
    if left < 0 then
      redis.call('DEL', key)
      left = -3
    else
      redis.call('PEXPIRE', key, string.format('%.0f', math.max(left, hold)))
    end
  end
  answer[i + 1] = left
end
return answer
