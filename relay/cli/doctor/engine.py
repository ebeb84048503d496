"""The engine of a cluster: a Redis or Valkey server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.settings.cluster import ClusterSettings
from relay.settings.source import SettingsError

if TYPE_CHECKING:
    from relay.cluster.redis.inspection import Inspected

CHECK = "engine"
OLDEST = 7
"""The oldest major version of Redis. Valkey reports that of Redis, too."""
FULL = 0.9
"""The share of ``maxmemory`` from which on a server is nearly full."""
PAGE = "docs/operations/cluster.md"


def check_engine(settings: ClusterSettings) -> Iterator[Finding]:
    """Connect to the server of the engine, if the settings name one, and ask it."""
    try:
        address = settings.address
    except SettingsError as mistake:
        advice = "let the user of the daemon read the file of the password"
        yield error(CHECK, str(mistake), advice)
        return
    if address is None:
        return
    # Its libraries take 10 MB and 300 ms.
    from relay.cluster.redis.inspection import inspect

    try:
        server = asyncio.run(inspect(address, settings.prefix))
    except ValueError as problem:
        advice = "see whether redis-cli connects with the same host, user and password"
        yield error(CHECK, f"{address.shown}: {problem}", advice)
        return
    yield from judge(server, settings.wait_replicas)


def judge(server: Inspected, wait_replicas: int) -> Iterator[Finding]:
    """
    Compare a server with what daemons need.

    :param wait_replicas: how many replicas must have an event.
    """
    where, info = server.place, server.info
    version = info.get("redis_version", "0")
    valkey = info.get("valkey_version")
    shown = f"Redis {version}" if valkey is None else f"Valkey {valkey}"
    if int(version.partition(".")[0]) < OLDEST:
        advice = f"install Redis {OLDEST} or newer, or Valkey"
        yield error(CHECK, f"{where} has {shown}", advice)
    else:
        yield ok(CHECK, f"{where} has {shown}")
    if info.get("role") == "slave":
        advice = "name the server that it copies, or its Sentinels, in cluster.url"
        yield error(CHECK, f"{where} is a replica", advice)
    elif server.refused is not None:
        found = f"{where} refuses a command to this user: {server.refused}"
        yield error(CHECK, found, f"{PAGE} has the rights of the user")
    yield from _memory(where, info)
    yield from _persistence(where, info, server.sync)
    replicas = int(info.get("connected_slaves", 0))
    if replicas < wait_replicas:
        found = f"{where} has {replicas} replicas, cluster.wait_replicas is"
        advice = "publications are refused: connect replicas, or reduce the setting"
        yield error(CHECK, f"{found} {wait_replicas}", advice)


def _memory(where: str, info: Mapping[str, str]) -> Iterator[Finding]:
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        advice = "set noeviction: with any other policy it drops logs and counts"
        yield error(CHECK, f"{where} has maxmemory-policy {policy}", advice)
    used, most = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    found = f"{where} uses {used / 2**20:.1f} MiB"
    if not most:
        yield ok(CHECK, f"{found}, without maxmemory")
    elif used < FULL * most:
        yield ok(CHECK, f"{found} of {most / 2**20:.1f}")
    else:
        advice = "raise maxmemory: a full server refuses publications and counts"
        yield warning(CHECK, f"{found} of {most / 2**20:.1f}", advice)


def _persistence(
    where: str, info: Mapping[str, str], sync: str | None
) -> Iterator[Finding]:
    if info.get("aof_enabled") != "1":
        found = f"{where} has appendonly no: events are lost with the server, unless a"
        yield ok(CHECK, f"{found} daemon has a copy")
        return
    if info.get("aof_last_write_status", "ok") != "ok":
        advice = "see the log of the server and its disk"
        yield error(CHECK, f"{where} cannot write its append-only file", advice)
    found = "and this user may not read" if sync is None else "with"
    value = "" if sync is None else f" {sync}"
    yield ok(CHECK, f"{where} has appendonly yes, {found} appendfsync{value}")
