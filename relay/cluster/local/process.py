"""
The process of a hub: ``python -m relay.cluster.local.process FD``.

FD is the reading end of a pipe. The parent writes the settings to it, and keeps its end
open for as long as the hub is to run. Signals that are sent to a whole group of
processes do not end the hub: the workers need it until they have drained.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
from typing import Any, NamedTuple

from twisted.application.service import Service
from twisted.internet.defer import maybeDeferred
from twisted.logger import (
    ILogObserver,
    LogEvent,
    LogLevel,
    eventAsText,
    globalLogBeginner,
)
from zope.interface import provider

from relay.cluster.local.durable import Histories
from relay.cluster.local.history_store import HubStore
from relay.cluster.local.hub import Hub
from relay.cluster.local.server import HubServer
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.reactor.polling import poll_lean

_LOG_FD = 2
_LONGEST_SETTINGS = 1024 * 1024
_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


class HubSettings(NamedTuple):
    """
    The settings of a hub.

    :param socket: the path of its socket.
    :param store_url: ``store.url``, which may have a password.
    :param owner: the name of the node among those that share the store.
    :param write_timeout_ms: ``store.write_timeout_ms``.
    """

    socket: str
    store_url: str
    owner: str
    write_timeout_ms: int

    def written(self) -> bytes:
        """Return the settings as they are written to the pipe."""
        return json.dumps(self._asdict()).encode() + b"\n"


def read_settings(fd: int) -> HubSettings:
    """
    Read settings from a pipe, and no byte after them.

    :raises ValueError: when they are not complete.
    """
    text = b""
    while not text.endswith(b"\n"):
        byte = os.read(fd, 1)
        if not byte or len(text) >= _LONGEST_SETTINGS:
            raise ValueError("the settings of the hub are not complete")
        text += byte
    return HubSettings(**json.loads(text))


class _Parent:
    """
    Stops the process when its parent has closed the pipe, or has ended.

    :param fd: of the pipe.
    """

    def __init__(self, reactor: Any, fd: int) -> None:
        self._reactor = reactor
        self._fd = fd

    def fileno(self) -> int:
        """Return the descriptor of the pipe."""
        return self._fd

    def logPrefix(self) -> str:
        """Return the name of this reader in old-style log lines."""
        return "parent"

    def doRead(self) -> None:
        """Stop at the end of the pipe."""
        if not os.read(self._fd, 1024):
            self._reactor.removeReader(self)
            self._reactor.stop()

    def connectionLost(self, reason: object) -> None:
        """Stop when the pipe fails."""
        self._reactor.removeReader(self)
        self._reactor.stop()


def log_lines(event: LogEvent) -> bytes:
    """
    Return a log event as lines for the parent, each with its origin and level.

    What Twisted tells of its sockets and its loop is left out.
    """
    level, namespace = event["log_level"], event["log_namespace"]
    is_own = namespace.startswith("relay.")
    if level < (LogLevel.info if is_own else LogLevel.warn):
        return b""
    text = eventAsText(event, includeTimestamp=False, includeSystem=False)
    lines = [f"[{namespace}#{level.name}] {line}\n" for line in text.splitlines()]
    return "".join(lines).encode("utf-8", "backslashreplace")


@provider(ILogObserver)
def _write_log(event: LogEvent) -> None:
    lines = log_lines(event)
    if lines:
        with contextlib.suppress(OSError):
            os.write(_LOG_FD, lines)


def main(fd: int) -> None:
    """
    Run a hub until the parent closes the pipe.

    :param fd: the reading end of the pipe.
    """
    from twisted.internet import reactor as installed

    reactor: Any = installed
    for one in _IGNORED:
        signal.signal(one, signal.SIG_IGN)
    settings = read_settings(fd)
    globalLogBeginner.beginLoggingTo([_write_log], redirectStandardIO=False)
    use_monotonic_clock(reactor)
    poll_lean(reactor)
    store = HubStore(
        reactor, settings.store_url, settings.owner, settings.write_timeout_ms / 1000
    )
    hub = Hub(reactor, wall_ms, Histories(store.open, reactor, wall_ms))
    service: Service = HubServer(reactor, hub, settings.socket)
    reactor.addReader(_Parent(reactor, fd))
    service.startService()
    reactor.addSystemEventTrigger(
        "before",
        "shutdown",
        lambda: maybeDeferred(service.stopService).addCallback(lambda _: store.close()),
    )
    # Entries are many, live long, and are in no reference cycles.
    gc.freeze()
    gc.set_threshold(2_000, 5, 1_000)
    reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
