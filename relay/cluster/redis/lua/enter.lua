-- KEYS: …, the places. ARGV: …, how long places are kept, how many of each there are.
local left = settling()
if left > 0 then return {'SETTLING', left} end
local taken = {}
for at = 3, #KEYS do
    local key, held = KEYS[at], taken[KEYS[at]] or 0
    local counts = redis.call('HGETALL', key)
    for one = 1, #counts, 2 do
        if lives(counts[one]) then
            held = held + counts[one + 1]
        else
            redis.call('HDEL', key, counts[one])
        end
    end
    if held >= tonumber(ARGV[at + 3]) then return {'OK', at - 2} end
    taken[key] = (taken[key] or 0) + 1
end
for at = 3, #KEYS do
    redis.call('HINCRBY', KEYS[at], ARGV[2], 1)
    redis.call('PEXPIRE', KEYS[at], ARGV[5])
end
return {'OK', 0}
