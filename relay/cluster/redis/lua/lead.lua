-- KEYS: …, head, log. ARGV: …, the newest token that the member has seen.
local head = redis.call('HMGET', KEYS[3], 'next', 'leader', 'token', 'generation', 'led')
if head[4] ~= ARGV[1] then return {'MISSING'} end
if head[2] ~= ARGV[2] and lives(head[2]) then return {'OK', 0, 0, 0} end
-- Grows even when the log, and the token with it, was lost.
local token = math.max(now, (tonumber(head[3]) or 0) + 1, ARGV[5] + 1)
redis.call('HSET', KEYS[3], 'leader', ARGV[2], 'token', text(token), 'led', 1)
redis.call('XADD', KEYS[4], text(head[1] - 1) .. '-*', 'l', ARGV[2], 't', text(token))
return {'OK', token, tonumber(head[1]), head[5] and 0 or 1}
