"""Asks a server for what operators must have configured, and for its user's rights."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from redis.asyncio.connection import Connection
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from relay.cluster.redis.keys import Keys
from relay.cluster.redis.locating import Locator, NoServer, ask
from relay.settings.redis_url import Address

ANSWER_S = 5.0
_NO_EFFECT = """
DEL {} | EXISTS {} | GET {} | SET {} 1 XX | PEXPIRE {} 1 | PTTL {}
HGET {} 1 | HMGET {} 1 | HGETALL {} | HDEL {} 1 | HSET {} 1 1 1 | HINCRBY {} 1 x
ZSCORE {} 1 | ZADD {} XX 1 1 | ZREM {} 1 | ZRANGEBYSCORE {} 1 1
XADD {} NOMKSTREAM * 1 1 | XTRIM {} MAXLEN 1 | XRANGE {} - + | XREVRANGE {} + -
XREAD STREAMS {} 0 | XINFO STREAM {} | SREM {} 1 | SMEMBERS {} | WAIT 0 1 | TIME
"""
"""Commands of daemons, in forms that change nothing for a key that does not exist."""
_SCRIPT = """
redis.call('SADD', KEYS[1], 1)
redis.call('DEL', KEYS[1])
redis.call('INCR', KEYS[1])
redis.call('DEL', KEYS[1])
"""
"""The commands that have no such form."""


class Inspected(NamedTuple):
    """
    What a server has answered.

    :param place: its host and port.
    :param info: what it reports of itself, by name.
    :param sync: its ``appendfsync``; None when the user may not read it.
    :param refused: why it refuses a command of daemons to the user; None for no reason.
    """

    place: str
    info: Mapping[str, str]
    sync: str | None = None
    refused: str | None = None


async def inspect(address: Address, prefix: str) -> Inspected:
    """
    Ask the server that has the first partition, as a daemon finds it.

    :raises ValueError: with one line when it cannot be asked.
    """
    key = Keys(prefix, 0).tag + b"doctor"
    locator = Locator(address, "relay-doctor")
    try:
        async with asyncio.timeout(ANSWER_S):
            host, port = await locator.find(key)
            connection = await locator.connect(host, port)
            try:
                text = (await ask(connection, "INFO")).decode()
                lines = (line.partition(":") for line in text.splitlines())
                info = {name: value for name, _, value in lines}
                try:
                    found = await ask(connection, "CONFIG", "GET", "appendfsync")
                    sync = found[1].decode()
                except NoPermissionError:
                    sync = None
                refused = await _refused(connection, key)
                return Inspected(f"{host}:{port}", info, sync, refused)
            finally:
                await connection.disconnect(nowait=True)
    except TimeoutError:
        raise ValueError(f"does not answer within {ANSWER_S:.0f} s") from None
    except (NoServer, RedisError, OSError) as problem:
        raise ValueError(" ".join(str(problem).split())) from None


async def _refused(connection: Connection, key: bytes) -> str | None:
    """Send the commands of daemons, and return why one is refused to the user."""
    for line in _NO_EFFECT.strip().replace("\n", "|").split("|"):
        command = [key if word == "{}" else word for word in line.split()]
        try:
            await ask(connection, *command)
        except NoPermissionError as problem:
            return str(problem)
        except ResponseError:
            # It may be sent, and has no effect.
            continue
    try:
        digest = await ask(connection, "SCRIPT", "LOAD", _SCRIPT)
        await ask(connection, "EVALSHA", digest, 1, key)
    except ResponseError as problem:
        return " ".join(str(problem).split())
    return None
