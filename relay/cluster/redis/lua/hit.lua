-- KEYS: …, hits. ARGV: …, the duration of the window in ms.
local hits = redis.call('INCR', KEYS[3])
if hits == 1 then redis.call('PEXPIRE', KEYS[3], ARGV[5]) end
return {'OK', hits, redis.call('PTTL', KEYS[3])}
