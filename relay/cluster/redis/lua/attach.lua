-- Opens a session. KEYS: generation, members, ended. ARGV: the process of the server, a
-- new generation, the session, its duration in ms, the session that it replaces.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'id', 'server')
local generation = known[1]
if not generation or known[2] ~= ARGV[1] then
    generation = ARGV[2]
    redis.call('HSET', KEYS[1], 'id', generation, 'server', ARGV[1], 'since', now)
    redis.call('DEL', KEYS[2])
end
if redis.call('ZREM', KEYS[2], ARGV[5]) == 1 then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'x', ARGV[5])
end
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[3])
local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
return {'OK', generation, newest and newest[1] or '0-0'}
