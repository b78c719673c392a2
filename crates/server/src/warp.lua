-- Lets the leases KEYS be older by ARGV[1] ms. A lease that would be left with less than ARGV[2] ms, and not less than
-- nothing, gets ARGV[2] ms of the server's own time, so that it is there until the next jump.
-- For each key follow: what it has left by our own account (-1: no account) and between which PTTLs that is believed.
-- Answers what each has left: -2 it is not there, -1 it has no expiry, -3 it lapsed by this jump.
local by, hold = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = {}
for i, key in ipairs(KEYS) do
  local ttl = redis.call('PTTL', key)
  if ttl < 0 then
    left[i] = ttl
  else
    local own, low, high = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
    local rest = ttl - by
    if own >= 0 and ttl >= low and ttl <= high then
      rest = own - by
    elseif rest == -1 then
      -- Real time has moved past a full millisecond since the lease was set.
      rest = 0
    end
    if rest < 0 then
      redis.call('DEL', key)
      left[i] = -3
    else
      redis.call('PEXPIRE', key, string.format('%.0f', math.max(rest, hold)))
      left[i] = rest
    end
  end
end
return left
