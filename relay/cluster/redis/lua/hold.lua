-- Takes the places that the process uses, even if they are more than there are. KEYS: …,
-- the places. ARGV: …, how long places are kept, how many of each the process uses.
for at = 3, #KEYS do
    redis.call('HSET', KEYS[at], ARGV[2], ARGV[at + 3])
    redis.call('PEXPIRE', KEYS[at], ARGV[5])
end
return {'OK'}
