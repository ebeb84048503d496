-- KEYS: …, head, log, followers.
redis.call('SREM', KEYS[5], ARGV[2])
local head = redis.call('HMGET', KEYS[3], 'next', 'leader')
if head[2] == ARGV[2] then
    redis.call('HSET', KEYS[3], 'leader', '', 'state', '')
    redis.call('XADD', KEYS[4], text(head[1] - 1) .. '-*', 'l', '', 't', '0', 'f', ARGV[2])
end
return {'OK'}
