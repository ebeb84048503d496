-- KEYS: …, head, log, followers. ARGV: …, whether to keep the lease while others follow.
local head = redis.call('HMGET', KEYS[3], 'next', 'leader')
if head[2] ~= ARGV[2] then return {'OK', 0} end
if ARGV[5] == '1' then
    for _, session in ipairs(redis.call('SMEMBERS', KEYS[5])) do
        if not lives(session) then
            redis.call('SREM', KEYS[5], session)
        elseif session ~= ARGV[2] then
            return {'OK', 0}
        end
    end
end
redis.call('HSET', KEYS[3], 'leader', '', 'state', '')
redis.call('XADD', KEYS[4], text(head[1] - 1) .. '-*', 'l', '', 't', '0', 'f', ARGV[2])
return {'OK', 1}
