-- Returns a place of each key. KEYS: …, the places.
for at = 3, #KEYS do
    if redis.call('HINCRBY', KEYS[at], ARGV[2], -1) <= 0 then
        redis.call('HDEL', KEYS[at], ARGV[2])
    end
end
return {'OK'}
