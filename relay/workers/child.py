"""The process of a worker, as the control process starts it and sees its end."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.workers.line import Line, Received, connect

LINE = 3
"""The descriptor of the worker's end of the line."""
MODULE = "relay.assembly.worker_process"
"""What a worker runs."""
LONGEST_BYTES = 16_384
"""How much of what a worker writes to its standard error is kept for one line."""
_PREFIXES = ("RELAY_", "LISTEN_", "NOTIFY_", "WATCHDOG_")


def environment_of(parent: Mapping[str, str], path: list[str]) -> dict[str, str]:
    """
    Return the environment of a worker: without settings and passwords, and without what
    systemd has passed to the control process.

    :param parent: the environment of the control process.
    :param path: where the control process finds modules.
    """
    kept = {name: one for name, one in parent.items() if not name.startswith(_PREFIXES)}
    kept["PYTHONPATH"] = os.pathsep.join(one for one in path if one)
    return kept


class Child(ProcessProtocol):
    """
    One process.

    :param worker: the number of the worker, from 1.
    :param received: takes the messages of the process.
    :param ended: called once, with the reason of the end in words.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        worker: int,
        received: Received,
        ended: Callable[[str], None],
    ) -> None:
        self._reactor = reactor
        self._worker = worker
        self._ended = ended
        self._text = b""
        self.line = Line(received, self._line_lost)
        self.begun_s = reactor.seconds()
        """When the process was started."""
        self.pid = 0

    def spawn(self, count: int) -> None:
        """
        Start the process.

        :param count: of all workers, for lists of processes.
        :raises OSError: when the system starts no process.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            process = self._reactor.spawnProcess(
                self,
                sys.executable,
                [
                    sys.executable,
                    "-m",
                    MODULE,
                    f"worker={self._worker}/{count}",
                ],
                env=environment_of(os.environ, sys.path),
                childFDs={0: nothing, 1: 1, 2: "r", LINE: theirs.fileno()},
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(nothing)
        self.pid = process.pid
        connect(self._reactor, ours, self.line)

    def kill(self) -> None:
        """End the process at once, if it runs."""
        kill(self)

    def errReceived(self, data: bytes) -> None:
        """Log what the process writes besides its log, such as the end of a crash."""
        *lines, rest = (self._text + data).split(b"\n")
        self._text = rest[:LONGEST_BYTES]
        for one in lines:
            self._note(one)

    def _note(self, line: bytes) -> None:
        if line.strip():
            self._log.error(
                "worker {worker}: {text}",
                worker=self._worker,
                text=line[:LONGEST_BYTES].decode("utf-8", "replace"),
            )

    def _line_lost(self) -> None:
        """End a process that has closed its end of the line: it cannot be used."""
        self.kill()

    def processEnded(self, reason: Failure) -> None:
        """Pass the end on."""
        self._note(self._text)
        self.line.close()
        self._ended(reason_of(reason.value))


def kill(process: ProcessProtocol) -> None:
    """End a process at once, if it runs."""
    if process.transport is not None:
        with suppress(ProcessExitedAlready):
            process.transport.signalProcess("KILL")


def reason_of(error: Any) -> str:
    """Return in words why a process has ended."""
    number = getattr(error, "signal", None)
    if number is not None:
        with suppress(ValueError):
            return f"by {signal.Signals(number).name}"
        return f"by signal {number}"
    return f"with status {getattr(error, 'exitCode', None)}"
