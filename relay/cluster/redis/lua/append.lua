-- KEYS: …, head, log, and the idempotency key if there is one. ARGV: …, the token, the
-- first number, maxEvents, maxBytes, maxAgeMs, how long the log is kept, the digest of
-- the content, how long it is remembered, the items.
local head = redis.call('HMGET', KEYS[3], 'next', 'epoch', 'generation', 'bytes', 'leader',
    'token', 'appended')
-- A follower makes it one of this generation.
if head[3] ~= ARGV[1] then return {'MISSING'} end
local following, epoch, bytes = tonumber(head[1]), head[2], tonumber(head[4])
local fence, first, size = ARGV[5], tonumber(ARGV[6]), #ARGV - 12
if fence ~= '' and (head[5] ~= ARGV[2] or head[6] ~= fence) then return {'FENCED'} end
if KEYS[5] then
    local known = redis.call('HMGET', KEYS[5], 'content', 'epoch', 'first', 'at', 'size')
    if known[1] then
        if known[1] ~= ARGV[11] then return {'REUSED'} end
        return {'OK', known[2], tonumber(known[3]), tonumber(known[4]), tonumber(known[5]), 1}
    end
end
local appended = fence .. ' ' .. ARGV[6] .. ' ' .. size
if first and first ~= following then
    -- A leader repeats an append whose answer was lost.
    if head[7] ~= appended or first + size ~= following then return {'FENCED'} end
    local entry = redis.call('XRANGE', KEYS[4], text(first) .. '-0', text(first) .. '-0')[1]
    if not entry then return {'OK', epoch, first, now, size, 0} end
    return {'OK', entry[2][4], first, tonumber(entry[2][6]), size, 0}
end
first = following
for number = 13, #ARGV do
    bytes = bytes + #ARGV[number]
    redis.call('XADD', KEYS[4], text(following) .. '-0', 'i', ARGV[number], 'e', epoch, 't',
        text(now), 'b', text(bytes))
    following = following + 1
end
redis.call('HSET', KEYS[3], 'next', text(following), 'bytes', text(bytes), 'appended', appended)
trim(KEYS[4], following, bytes, tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]))
redis.call('PEXPIRE', KEYS[3], ARGV[10])
redis.call('PEXPIRE', KEYS[4], ARGV[10])
if KEYS[5] then
    redis.call('HSET', KEYS[5], 'content', ARGV[11], 'epoch', epoch, 'first', text(first),
        'at', text(now), 'size', size)
    redis.call('PEXPIRE', KEYS[5], ARGV[12])
end
return {'OK', epoch, first, now, size, 0}
