-- KEYS: …, head, log. ARGV: …, the token, the state.
local head = redis.call('HMGET', KEYS[3], 'next', 'leader', 'token')
if head[2] ~= ARGV[2] or head[3] ~= ARGV[5] then return {'FENCED'} end
redis.call('HSET', KEYS[3], 'state', ARGV[6])
redis.call('XADD', KEYS[4], text(head[1] - 1) .. '-*', 's', ARGV[6])
return {'OK'}
