-- Keeps keys in use from expiring. KEYS: …, the keys. ARGV: …, how long they are kept.
for at = 3, #KEYS do redis.call('PEXPIRE', KEYS[at], ARGV[5]) end
return {'OK'}
