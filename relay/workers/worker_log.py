"""
The log of a worker, which the control process writes.

One process writes the daemon's log, wherever it goes, so that its lines are whole, and
that a rotated file is opened again by one process.
"""

from __future__ import annotations

import threading
from typing import Any

from twisted.logger import (
    ILogObserver,
    LogEvent,
    LogLevel,
    eventAsText,
    globalLogPublisher,
)
from zope.interface import implementer

from relay.observability.daemon_log import FIELDS
from relay.workers.line import Line, Message


@implementer(ILogObserver)
class WorkerLog:
    """
    Sends the messages of this process to the control process.

    Messages that are noted before the line is there wait for it. Messages are dropped
    while the control process does not read.

    :param reactor: in whose thread they are sent.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._thread = threading.get_ident()
        self._line: Line | None = None
        self._early: list[Message] = []
        self.lowest = LogLevel.info
        """The lowest level that is sent."""

    def __call__(self, event: LogEvent) -> None:
        """Send a message."""
        if event["log_level"] < self.lowest:
            return
        message: Message = {
            "kind": "log",
            "level": event["log_level"].name,
            "namespace": event["log_namespace"],
            "time": event.get("log_time", 0.0),
            "text": eventAsText(event, includeTimestamp=False, includeSystem=False),
            "fields": {
                name: value if isinstance(value, (str, int)) else str(value)
                for name in FIELDS
                if (value := event.get(name)) not in (None, "")
            },
        }
        if threading.get_ident() == self._thread:
            self._send(message)
        else:
            self._reactor.callFromThread(self._send, message)

    def connect(self, line: Line) -> None:
        """Send what has waited, and from now on each message at once."""
        self._line = line
        for one in self._early:
            self._send(one)
        self._early.clear()

    def _send(self, message: Message) -> None:
        if self._line is None:
            self._early.append(message)
        elif not self._line.is_behind:
            self._line.send(message)


def write(worker: int, message: Message) -> None:
    """
    Write a message of a worker to the log of this process.

    :param worker: from 1.
    """
    globalLogPublisher(
        {
            **message["fields"],
            "log_level": LogLevel.lookupByName(message["level"]),
            "log_namespace": message["namespace"],
            "log_time": message["time"],
            "log_format": "worker {worker}: {text}",
            "worker": worker,
            "text": message["text"],
        }
    )
