"""The scripts in Lua; see :mod:`relay.cluster.redis.scripts`."""
