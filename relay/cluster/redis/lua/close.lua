-- Closes the session. KEYS: …, ended.
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'x', ARGV[2])
return {'OK'}
