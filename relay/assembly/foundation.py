"""What every process of a daemon has, whatever it serves."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from twisted.application.service import Service

from relay.assembly.opening import table_keeper
from relay.daemon.memory import MemoryUse
from relay.daemon.process import favour_reactor, raise_file_limit
from relay.installed import find_installed
from relay.model.secrets import Masking
from relay.observability.readiness import Readiness
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.reactor.descriptors import DESCRIPTORS
from relay.reactor.heap import Heap, HeapTrimmer
from relay.reactor.loop_lag import LoopLag
from relay.settings.schema import Settings
from relay.store.feed import ChangeFeed
from relay.store.store import Store
from relay.tls.files.watcher import FileWatcher
from relay.upstream.dial.names import Names


class Foundation:
    """
    The store, its last route table, the change feed, and what measures the process.
    Nothing is opened before the services are started.

    :param settings: of the start.
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:
        self.reactor = reactor
        self.installed = find_installed()
        self.store = Store(
            settings.store.url,
            reactor,
            threads=settings.store.threads,
            write_timeout_s=settings.store.write_timeout_ms / 1000,
            clock_ms=wall_ms,
            masking=Masking(self.installed.catalog.type_of),
        )
        self.table = table_keeper(self.store, reactor, settings)
        self.feed = ChangeFeed(self.store, reactor, settings.store.poll_ms)
        self.certificates = FileWatcher(
            reactor, settings.certificates.watch_interval_ms, wall_ms
        )
        technical = settings.technical
        after_s = technical.unhealthy_after_ms / 1000
        self.lag = LoopLag(reactor, technical.max_loop_lag_ms / 1000, after_s)
        self.memory = MemoryUse(reactor, technical.max_memory_percent, after_s)
        self.names = Names(reactor, *astuple(settings.resolver))
        self.readiness = Readiness()
        self._heap = HeapTrimmer(reactor, Heap())

    @property
    def measuring(self) -> tuple[Service, ...]:
        """The services that measure the process and keep its memory small."""
        return (self._heap, self.lag, self.memory)

    def take_process(self, settings: Settings) -> None:
        """Set the limits, the clock and the resolver of the process."""
        use_monotonic_clock(self.reactor)
        DESCRIPTORS.keep(raise_file_limit(), settings.limits.reserved_files)
        favour_reactor()
        self.names.install()
