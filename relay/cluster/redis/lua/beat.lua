-- A sign of life, which ends the sessions that gave none. KEYS: …, ended.
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)
for _, session in ipairs(ended) do
    redis.call('ZREM', KEYS[2], session)
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'x', session)
end
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])
return {'OK'}
