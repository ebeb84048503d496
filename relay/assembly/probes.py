"""The probes of a daemon, and the reasons for which it is not ready."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from relay.assembly.certificates import certificate_health
from relay.assembly.foundation import Foundation
from relay.daemon.admission import FULL
from relay.daemon.listeners import Listeners
from relay.daemon.memory import MemoryUse
from relay.deploy.follower import Follower
from relay.observability.probes import Health, Probes
from relay.observability.readiness import Readiness
from relay.reactor.loop_lag import LoopLag
from relay.store.errors import StoreError
from relay.store.feed import ChangeFeed
from relay.store.store import Store
from relay.workers.workers import Workers

LATE_S = 10.0
"""How late the change feed may be beyond the interval of its polls."""


def daemon_probes(
    base: Foundation,
    listeners: Listeners,
    follower: Follower | None,
    workers: Workers | None,
) -> Probes:
    """
    Return the probes of a process, whose parts have started.

    :param follower: None for a process without a gateway.
    :param workers: None for a process without workers.
    """
    probes = Probes(base.reactor)
    probes.add("store", lambda: store_health(base.store))
    probes.add("listeners", listeners.health)
    if follower is not None:
        probes.add("follower", lambda: follower_health(base.feed, follower))
    if workers is not None:
        probes.add("workers", workers.health)
    probes.add("loopLag", lambda: lag_health(base.lag))
    probes.add("memory", lambda: memory_health(base.memory))
    probes.add("openFiles", listeners.admission.health)
    probes.add(
        "certificates",
        lambda: certificate_health(
            base.certificates.states(), datetime.datetime.now(datetime.UTC)
        ),
    )
    return probes


def unready(readiness: Readiness, listeners: Listeners) -> Callable[[], dict[str, str]]:
    """Return what returns the reasons for which clients should go elsewhere."""

    def reasons() -> dict[str, str]:
        found = readiness.reasons
        if listeners.admission.is_paused:
            found["openFiles"] = FULL
        return found

    return reasons


async def store_health(store: Store) -> Health:
    """The probe ``store``: it can be read, and took the newest write."""
    try:
        await store.read(lambda tx: None)
    except StoreError as error:
        return Health(False, str(error))
    return Health(store.problem is None, store.problem)


def follower_health(feed: ChangeFeed, follower: Follower) -> Health:
    """The probe ``follower``: changes of the store are read and applied."""
    facts: dict[str, object] = {"lateMs": round(feed.late_s * 1000)}
    if not follower.ready.called:
        return Health(False, "the first route table is not built yet", facts)
    if follower.stale is not None:
        facts |= {"stale": True, "tableAtMs": follower.stale.at_ms}
        why = "the last route table is served: the store is not read yet"
        return Health(False, why, facts)
    if feed.late_s > feed.poll_s + LATE_S:
        return Health(False, "changes in the store are not applied", facts)
    return Health(True, facts=facts)


def lag_health(lag: LoopLag) -> Health:
    """The probe ``loopLag``: the loop runs in time, or did within the last while."""
    facts = {"newestMs": _ms(lag.newest_s), "worstMs": _ms(lag.worst_s)}
    if not lag.too_late:
        return Health(True, facts=facts)
    why = f"the loop has been too late for {lag.too_late.for_s:.0f} s"
    return Health(False, why, facts)


def memory_health(memory: MemoryUse) -> Health:
    """The probe ``memory``: the process is not about to have none left."""
    facts = {
        "residentBytes": memory.resident_bytes,
        "limitBytes": memory.limit_bytes,
    }
    if not memory.too_much:
        return Health(True, facts=facts)
    why = f"too much memory has been in use for {memory.too_much.for_s:.0f} s"
    return Health(False, why, facts)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
