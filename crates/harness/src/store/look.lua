-- What keys hold: type, value and PTTL of each, in one step.
local read = {
  string = function(key) return redis.call('GET', key) end,
  hash = function(key) return redis.call('HGETALL', key) end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
}
local out = {}
for index, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local value = read[kind] and read[kind](key) or ''
  out[index] = { kind, value, redis.call('PTTL', key) }
end
return out
