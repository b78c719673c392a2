-- What keys hold: type, value and PTTL of each, in one step.
local out = {}
for index, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local value = ''
  if kind == 'string' then
    value = redis.call('GET', key)
  elseif kind == 'hash' then
    value = redis.call('HGETALL', key)
  elseif kind == 'list' then
    value = redis.call('LRANGE', key, 0, -1)
  elseif kind == 'set' then
    value = redis.call('SMEMBERS', key)
  elseif kind == 'zset' then
    value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  end
  out[index] = { kind, value, redis.call('PTTL', key) }
end
return out
