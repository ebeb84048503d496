"""Finds the server that has a partition, and connects to it."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio.connection import Connection, SSLConnection
from redis.crc import key_slot
from redis.exceptions import ConnectionError as NotConnected, RedisError

from relay.settings.redis_url import Address

CONNECT_S = 1.0
"""How long a connection may take, with its handshakes."""


class NoServer(Exception):
    """No server has the partition now; the message has the reason."""


class Locator:
    """
    Connects to servers of a cluster.

    :param address: of the servers.
    :param client_name: by which the server lists the connections.
    """

    def __init__(self, address: Address, client_name: str) -> None:
        self._address = address
        self._client_name = client_name
        self._nodes = address.hosts
        """Servers of a Redis Cluster; the last known ones first."""

    async def find(self, key: bytes) -> tuple[str, int]:
        """
        Find the server that may write a key.

        :return: host and port.
        :raises NoServer: when there is none.
        """
        if self._address.kind == "server":
            return self._address.hosts[0]
        ask = self._master if self._address.kind == "sentinel" else self._owner
        reason = "no server answers"
        for host, port in dict.fromkeys((*self._nodes, *self._address.hosts)):
            try:
                async with asyncio.timeout(CONNECT_S):
                    found = await ask(host, port, key)
            except (RedisError, OSError, TimeoutError) as error:
                reason = f"{host}:{port}: {error or 'does not answer'}"
                continue
            if found is not None:
                return found
            reason = f"{host}:{port} knows no server"
        raise NoServer(reason)

    async def connect(self, host: str, port: int) -> Connection:
        """
        Connect, and log in.

        :raises RedisError: when that cannot be done.
        """
        return await self._connect(
            host,
            port,
            db=self._address.database,
            username=self._address.username,
            password=self._address.password,
        )

    async def _connect(self, host: str, port: int, **login: Any) -> Connection:
        options: dict[str, Any] = {
            "host": host,
            "port": port,
            "protocol": 2,
            "socket_timeout": None,
            "socket_connect_timeout": CONNECT_S,
            "client_name": self._client_name,
            "driver_info": None,
            **login,
        }
        if self._address.tls:
            options |= {
                "ssl_ca_certs": self._address.ca,
                "ssl_certfile": self._address.certificate,
                "ssl_keyfile": self._address.key or self._address.certificate,
            }
        made = SSLConnection(**options) if self._address.tls else Connection(**options)
        await made.connect()
        return made

    async def _master(self, host: str, port: int, key: bytes) -> tuple[str, int] | None:
        sentinel = await self._connect(host, port)
        try:
            service = self._address.service
            await sentinel.send_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", service)
            found = await sentinel.read_response()
        finally:
            await sentinel.disconnect(nowait=True)
        return (found[0].decode(), int(found[1])) if found else None

    async def _owner(self, host: str, port: int, key: bytes) -> tuple[str, int] | None:
        node = await self.connect(host, port)
        try:
            await node.send_command("CLUSTER", "SLOTS")
            ranges = await node.read_response()
        finally:
            await node.disconnect(nowait=True)
        slot, owner, nodes = key_slot(key), None, []
        for first, last, master, *_ in ranges:
            at = master[0].decode() if master[0] else host, int(master[1])
            nodes.append(at)
            if first <= slot <= last:
                owner = at
        self._nodes = tuple(nodes) or self._nodes
        return owner


async def ask(connection: Connection, *command: Any) -> Any:
    """
    Send one command and return its answer.

    :raises RedisError: when the connection has ended: it is never made anew.
    """
    if not connection.is_connected:
        raise NotConnected("the connection has ended")
    await connection.send_command(*command)
    return await connection.read_response()
