-- Drops the oldest entries of a log. An entry has the id <number>-0; what leaders say
-- has ids that follow that of the newest entry.
local function trim(log, following, bytes, events_max, bytes_max, age_ms)
    local first = following - events_max
    if first > 1 then redis.call('XTRIM', log, 'MINID', text(first) .. '-0') end
    while true do
        local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
        if not oldest then return end
        local fields, number = oldest[2], tonumber(string.match(oldest[1], '^%d+'))
        local entry = fields[1] == 'i'
        if entry then
            local held = bytes - fields[8] + #fields[2]
            local old = tonumber(fields[6]) < now - age_ms
            if not old and (held <= bytes_max or number == following - 1) then return end
        elseif number == following - 1 then
            return
        end
        redis.call('XTRIM', log, 'MINID', text(number + 1) .. '-0')
    end
end
