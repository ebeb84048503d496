"""What a worker's process runs: ``python -m relay.assembly.worker_process``."""

from __future__ import annotations

import os
import signal
import socket
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger, globalLogBeginner

from relay import __version__
from relay.assembly.worker import WorkerService
from relay.daemon.errors import CannotStart
from relay.settings.source import SettingsError
from relay.store.errors import StoreError
from relay.tls.material import MaterialError
from relay.workers.child import LINE
from relay.workers.inherited import InheritedSockets
from relay.workers.line import Line, Message, connect
from relay.workers.worker_log import WorkerLog

IGNORED = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""The signals of the daemon, which the control process passes on as messages: a
terminal or systemd may send them to all processes."""


class WorkerProcess:
    """
    Starts the services of a worker when the control process has sent their settings.

    :param log: sends the log.
    """

    _log = Logger()

    def __init__(self, reactor: Any, log: WorkerLog) -> None:
        self._reactor = reactor
        self._stopped = False
        self._service: WorkerService | None = None
        self._line = Line(self._received, self._lost)
        self.status = 0
        """Of the process, at its end."""
        end = socket.socket(fileno=LINE)
        reactor.callWhenRunning(connect, reactor, end, self._line)
        reactor.callWhenRunning(log.connect, self._line)
        reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(self._stop())
        )

    def _received(self, message: Message, descriptors: list[int]) -> None:
        if self._service is not None:
            self._service.take(message, descriptors)
        elif message["kind"] == "start":
            self._start(message, descriptors)

    def _start(self, message: Message, descriptors: list[int]) -> None:
        if message["version"] != __version__:
            self._fail(
                f"the daemon runs version {message['version']} and version"
                f" {__version__} is installed: restart the daemon"
            )
            return
        sockets = InheritedSockets(self._reactor)
        sockets.take(message["names"], descriptors)
        self._service = WorkerService(self._reactor, message, sockets, self._line)
        try:
            self._service.startService()
        except CannotStart as error:
            self._fail(*error.reasons)
        except (StoreError, MaterialError, SettingsError, OSError) as error:
            self._fail(*str(error).splitlines())

    def _fail(self, *reasons: str) -> None:
        for reason in reasons:
            self._log.error("cannot start: {reason}", reason=reason)
        self.status = 1
        self._reactor.stop()

    async def _stop(self) -> None:
        if self._service is not None:
            await self._service.stopService()
        self._stopped = True

    def _lost(self) -> None:
        if not self._stopped:
            # The control process has died: this process is of no use any more, and
            # must not keep the addresses of the next daemon. Nor may it go on with a
            # drain: a second SIGTERM ends all at once.
            os._exit(1)


def main() -> int:
    """Run a worker until the control process ends it, and return its status."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    from twisted.internet import reactor

    running: Any = reactor
    log = WorkerLog(running)
    globalLogBeginner.beginLoggingTo([log], redirectStandardIO=False)
    process = WorkerProcess(running, log)
    running.run(installSignalHandlers=False)
    return process.status


if __name__ == "__main__":
    raise SystemExit(main())
