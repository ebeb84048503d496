"""The hub of a daemon with workers: the process that holds what they share."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure

from relay.workers.child import environment_of, kill, reason_of
from relay.workers.restarts import Restarts

MODULE = "relay.cluster.local.process"
"""What a hub runs, with the number of the descriptor that has its settings."""
_SETTINGS = 3
_LEVEL = re.compile(r"^\S+ \[(?:[\w.]+#(\w+)|-)\]")
_WARNING_LEVELS = {
    "warn": LogLevel.warn,
    "error": LogLevel.error,
    "critical": LogLevel.error,
}


class HubProcess(ProcessProtocol):
    """
    One process.

    :param hub: is told of the end.
    """

    _log = Logger()

    def __init__(self, hub: HubChild) -> None:
        self._hub = hub
        self._text = b""
        self._settings = -1
        """The writing end of the pipe, which is open for as long as the hub may run."""

    def spawn(self, reactor: Any, settings: bytes) -> None:
        """
        Start the process.

        :param settings: are written to the pipe, which has room for them.
        :raises OSError: when the system starts no process.
        """
        reading, self._settings = os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            reactor.spawnProcess(
                self,
                sys.executable,
                [sys.executable, "-m", MODULE, str(_SETTINGS)],
                env=environment_of(os.environ, sys.path),
                childFDs={0: nothing, 1: "r", 2: "r", _SETTINGS: reading},
            )
            os.write(self._settings, settings)
        except BaseException:
            self.end()
            raise
        finally:
            os.close(reading)
            os.close(nothing)

    def end(self) -> None:
        """Close the pipe, which ends the process."""
        if self._settings >= 0:
            os.close(self._settings)
            self._settings = -1

    def childDataReceived(self, descriptor: int, data: bytes) -> None:
        """Write what the process logs to the log of the daemon."""
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            found = _LEVEL.search(text)
            # What is no line of a log is the end of a crash.
            name = found[1] or "info" if found else "error"
            level = _WARNING_LEVELS.get(name, LogLevel.info)
            self._log.emit(level, "hub: {text}", text=text)

    def processEnded(self, reason: Failure) -> None:
        """Pass the end on."""
        self.end()
        self._hub.ended(self, reason_of(reason.value))


class HubChild(Service):
    """
    Starts the hub when the reactor runs, and again whenever it has ended.

    The workers restore what a hub has lost with its process.

    :param settings: of the hub, as they are written to its pipe.
    """

    log = Logger()

    def __init__(self, reactor: Any, settings: bytes) -> None:
        self._reactor = reactor
        self._settings = settings
        self._process: HubProcess | None = None
        self._begun_s = 0.0
        self._restarts = Restarts()
        self._timer: IDelayedCall | None = None
        self._over: Deferred[None] | None = None

    @property
    def problem(self) -> str | None:
        """Why the hub may not answer; None while it does not end again and again."""
        if not self._restarts.is_loop:
            return None
        return f"the hub has ended {self._restarts.in_a_row} times in a row"

    def startService(self) -> None:
        """Start the hub when the reactor runs."""
        super().startService()
        self._reactor.callWhenRunning(self._start)

    def _start(self) -> None:
        self._timer = None
        if not self.running:
            return
        process = HubProcess(self)
        self._begun_s = self._reactor.seconds()
        try:
            process.spawn(self._reactor, self._settings)
        except OSError as error:
            self._again(f"before it began: {error.strerror}")
            return
        self._process = process

    def ended(self, process: HubProcess, reason: str) -> None:
        """
        Start another process, unless the daemon stops.

        :param reason: in words.
        """
        self._process = None
        over, self._over = self._over, None
        if over is not None:
            over.callback(None)
        if self.running:
            self._again(reason)

    def _again(self, reason: str) -> None:
        self.log.error("the hub has ended {reason}", reason=reason)
        delay_s = self._restarts.ended(self._reactor.seconds() - self._begun_s)
        self._timer = self._reactor.callLater(delay_s, self._start)

    def stopService(self) -> Deferred[None]:
        """
        Let the hub end.

        :return: fires when it has ended.
        """
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._process is None:
            return succeed(None)
        self._over = Deferred()
        self._process.end()
        return self._over

    def kill(self) -> None:
        """End a hub that is left at once."""
        if self._process is not None:
            kill(self._process)
