-- KEYS: …, head, log, followers, wake. ARGV: …, maxEvents, maxBytes, maxAgeMs, how long
-- the log is kept; of the follower's copy the next number (empty without a copy), the
-- epoch, the epochs, the state, whether its entries are here; the first item of an epoch
-- that continues another; whether the follower had the log before; of each entry of the
-- copy its epoch, time and item.
local head = redis.call('HMGET', KEYS[3], 'next', 'epoch', 'generation', 'bytes', 'leader',
    'state', 'copied', 'epochs')
local following, epoch, bytes = tonumber(head[1]), head[2], tonumber(head[4]) or 0
local leader, state, fresh = head[5] or '', head[6] or '', head[3] == ARGV[1]
local copied, epochs = tonumber(ARGV[9]), head[8] or ''

local function take()
    redis.call('DEL', KEYS[3], KEYS[4])
    following, epoch, epochs, state = copied, ARGV[10], ARGV[11], ARGV[12]
    bytes, leader = 0, ''
    local number = following - (#ARGV - 15) / 3
    for at = 16, #ARGV, 3 do
        bytes = bytes + #ARGV[at + 2]
        redis.call('XADD', KEYS[4], text(number) .. '-0', 'i', ARGV[at + 2], 'e', ARGV[at],
            't', ARGV[at + 1], 'b', text(bytes))
        number = number + 1
    end
    redis.call('HSET', KEYS[3], 'next', text(following), 'epoch', epoch, 'bytes',
        text(bytes), 'state', state, 'copied', 1, 'epochs', epochs, 'led', 1)
end

-- Epochs are written as <first number> <epoch>, the newest 64 of them; the first one holds
-- from 0 on.
local function continued(former, number, new)
    local known = {}
    for first, one in string.gmatch(former, '(%d+) (%w+)') do
        if tonumber(first) < number then table.insert(known, first .. ' ' .. one) end
    end
    table.insert(known, (#known == 0 and '0' or text(number)) .. ' ' .. new)
    while #known > 64 do table.remove(known, 1) end
    return table.concat(known, ',')
end

-- When the data may have been lost, the members' copies are collected for a while, and
-- the newest one is taken. A log that is still there is continued only by its own line.
local left = settling()
local newer = copied and (not following
    or copied > following and (head[7] or epoch == ARGV[10]))
if not fresh and newer and (left > 0 or not following) then
    if ARGV[13] == '0' then return {'WANTED'} end
    take()
end
if not fresh and left > 0 then return {'SETTLING', left} end
if not following then
    redis.call('DEL', KEYS[4])
    following = 1
end
if not fresh then
    epoch, leader = ARGV[4], ''
    epochs = continued(epochs, following, epoch)
    if following > 1 and ARGV[14] ~= '' then
        bytes = bytes + #ARGV[14]
        redis.call('XADD', KEYS[4], text(following) .. '-0', 'i', ARGV[14], 'e', epoch, 't',
            text(now), 'b', text(bytes))
        following = following + 1
    end
    redis.call('HSET', KEYS[3], 'next', text(following), 'bytes', text(bytes), 'epoch', epoch,
        'epochs', epochs, 'generation', ARGV[1], 'leader', '')
    redis.call('HDEL', KEYS[3], 'copied', 'appended')
end
-- Who follows anew, and alone, has missed nothing of what earlier leaders read.
local anew = ARGV[15] == '0'
for _, session in ipairs(redis.call('SMEMBERS', KEYS[5])) do
    if lives(session) then anew = false else redis.call('SREM', KEYS[5], session) end
end
if anew then
    redis.call('HDEL', KEYS[3], 'led')
elseif not fresh then
    redis.call('HSET', KEYS[3], 'led', 1)
end
trim(KEYS[4], following, bytes, tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]))
redis.call('PEXPIRE', KEYS[3], ARGV[8])
redis.call('PEXPIRE', KEYS[4], ARGV[8])
redis.call('SADD', KEYS[5], ARGV[2])
redis.call('PEXPIRE', KEYS[5], ARGV[8])
redis.call('XADD', KEYS[6], 'MAXLEN', 1, '*', 'w', '')
redis.call('PEXPIRE', KEYS[6], 60000)
local newest = '0-0'
if redis.call('EXISTS', KEYS[4]) == 1 then
    local facts = redis.call('XINFO', 'STREAM', KEYS[4])
    for at = 1, #facts, 2 do
        if facts[at] == 'last-generated-id' then newest = facts[at + 1] end
    end
end
if not lives(leader) then leader = '' end
return {'OK', epoch, following, state, leader, newest, redis.call('XRANGE', KEYS[4], '-', '+'),
    epochs}
