-- What every script begins with. KEYS: generation, members. ARGV: the generation and the
-- session of the caller, the sessions' duration in ms, a new epoch.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function lives(session)
    if not session or session == '' then return false end
    local ends = redis.call('ZSCORE', KEYS[2], session)
    return ends and tonumber(ends) > now
end

local function text(number)
    return string.format('%.0f', number)
end

-- How long the engine still collects what its members have, after it may have lost data.
local function settling()
    return redis.call('HGET', KEYS[1], 'since') + 500 - now
end

if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return {'STALE'} end
if not lives(ARGV[2]) then return {'ENDED'} end
