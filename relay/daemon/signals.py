"""
The signals of the daemon.

SIGTERM and SIGINT stop it; a second one ends the process at once. SIGHUP reloads the
settings, reads certificates again and opens log files again. SIGUSR1 opens log files
again, SIGUSR2 does nothing. By default each of the last three would end the process.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from twisted.logger import Logger

_ENDING = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """
    Handles the signals of one daemon.

    :param reactor: in whose thread they are handled.
    :param reload: reads settings and certificates again, and opens log files again.
    :param reopen: opens log files again.
    """

    log = Logger()

    def __init__(
        self, reactor: Any, reload: Callable[[], None], reopen: Callable[[], None]
    ) -> None:
        self._reactor = reactor
        self._reload = reload
        self._reopen = reopen
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        """Install the handlers; those of SIGTERM and SIGINT after the reactor has
        installed its own."""
        signal.signal(signal.SIGHUP, self._handler(self._reload))
        signal.signal(signal.SIGUSR1, self._handler(self._reopen))
        signal.signal(signal.SIGUSR2, self._handler(self._nothing))
        self._reactor.callWhenRunning(self._take_endings)

    def _take_endings(self) -> None:
        for number in _ENDING:
            self._before[number] = signal.getsignal(number)
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        for one in _ENDING:
            signal.signal(one, signal.SIG_DFL)
        before = self._before.get(number)
        if callable(before):
            before(number, frame)

    def _handler(self, act: Callable[[], None]) -> Callable[[int, Any], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            # A signal that arrives during the start is handled at its end.
            self._reactor.callFromThread(self._reactor.callWhenRunning, act)

        return handle

    def _nothing(self) -> None:
        self.log.info("SIGUSR2: nothing to do")
