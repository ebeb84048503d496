-- KEYS: …, lease. ARGV: …, its duration in ms.
local owner = redis.call('GET', KEYS[3])
if owner and owner ~= ARGV[2] and lives(owner) then return {'OK', 0} end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[5])
return {'OK', 1}
