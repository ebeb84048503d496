"""
What systemd is told of the daemon (``Type=notify``).

Messages are datagrams to the socket in ``NOTIFY_SOCKET``; see sd_notify(3). Without
that variable nothing is sent.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from twisted.application.service import Service
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

STATUS_S = 5.0
"""The interval of status lines, where no watchdog asks for a shorter one."""


def send_nothing(message: str) -> None:
    """Send no message: no service manager asks for any."""


def notifier(environment: Mapping[str, str]) -> Callable[[str], None]:
    """
    Make what sends messages to the service manager.

    :param environment: of the process.
    :return: takes lines of the form ``NAME=value``.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return send_nothing
    # An address with an @ is in the abstract namespace.
    where = "\0" + address[1:] if address.startswith("@") else address
    handle = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    handle.setblocking(False)

    def send(message: str) -> None:
        try:
            handle.sendto(message.encode(), where)
        except OSError as error:
            Logger().debug("sd_notify: {error}", error=error)

    return send


class Supervision(Service):
    """
    Tells systemd what the daemon does, and that its loop runs.

    :param reactor: calls from its loop; a loop that hangs sends no sign of life.
    :param environment: of the process.
    :param status: returns the line that ``systemctl status`` shows.
    """

    def __init__(
        self,
        reactor: Any,
        environment: Mapping[str, str],
        status: Callable[[], str],
    ) -> None:
        self._environment = environment
        self._status = status
        self._shown = ""
        self._send: Callable[[str], None] = send_nothing
        self._watched_s = watchdog_s(environment)
        self._signs = LoopingCall(self._tell)
        self._signs.clock = reactor

    def startService(self) -> None:
        """Open the socket."""
        super().startService()
        self._send = notifier(self._environment)

    def ready(self) -> None:
        """Report that clients are accepted, and begin to send signs of life."""
        self._send(f"READY=1\nMAINPID={os.getpid()}")
        if self._send is not send_nothing and not self._signs.running:
            watched_s = self._watched_s or 2 * STATUS_S
            self._signs.start(min(STATUS_S, watched_s / 2))

    def reloading(self) -> None:
        """Report that settings are read again; :meth:`ready` reports the end."""
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send(f"RELOADING=1\nMONOTONIC_USEC={now_us}")

    def stopping(self, longest_s: float) -> None:
        """
        Report that the daemon stops.

        :param longest_s: how long that may take: systemd waits for so long at least.
        """
        self._send(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={round(longest_s * 1_000_000)}")
        self._tell()

    def stopService(self) -> None:
        """Send nothing more."""
        super().stopService()
        if self._signs.running:
            self._signs.stop()
        self._send = send_nothing

    def _tell(self) -> None:
        lines = ["WATCHDOG=1"] if self._watched_s else []
        status = self._status()
        if status != self._shown:
            self._shown = status
            lines.append(f"STATUS={status}")
        if lines:
            self._send("\n".join(lines))


def watchdog_s(environment: Mapping[str, str]) -> float:
    """
    Read within what time systemd expects a sign of life; 0 for none.

    :param environment: of the process.
    """
    period, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID")
    if not period.isdigit() or pid not in (None, str(os.getpid())):
        return 0.0
    return int(period) / 1_000_000
