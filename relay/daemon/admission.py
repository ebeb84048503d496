"""
Stops accepting clients near the limit of open files; everything else goes on.

Clients that connect meanwhile wait in the backlog. Management listeners are not paused,
so that an operator can reach the daemon.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.observability.probes import Health
from relay.reactor.descriptors import Descriptors

EVERY = 8
"""After how many new connections the limit is checked."""
LOOK_S = 0.2
"""The interval, in seconds, of checks whether files are available again."""
FULL = "no client is accepted: the limit of open files is near"
CALM_S = 10.0
"""How long files must be available before the end of the shortage is logged."""


class Admission:
    """
    Pauses and resumes accepting.

    :param descriptors: those of the process.
    :param pause: accepts no more clients.
    :param resume: accepts clients again.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        descriptors: Descriptors,
        pause: Callable[[], None],
        resume: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._descriptors = descriptors
        self._pause = pause
        self._resume = resume
        self._connections = 0
        self.is_paused = False
        self._is_logged = False
        self._calm_since_s = 0.0
        self._closed = False

    def connected(self) -> None:
        """A client has connected."""
        self._connections += 1
        if self._connections % EVERY == 0 and not self.is_paused:
            self._look()

    def close(self) -> None:
        """The daemon stops."""
        self._closed = True

    def health(self) -> Health:
        """The probe ``openFiles``."""
        return Health(
            not self.is_paused,
            FULL if self.is_paused else None,
            {"limit": self._descriptors.limit, "reserved": self._descriptors.reserved},
        )

    def _look(self) -> None:
        if self._closed or not self._descriptors.are_kept_from_clients():
            return
        self.is_paused = True
        self._pause()
        self._clock.callLater(LOOK_S, self._look_for_room)
        if not self._is_logged:
            self._is_logged = True
            self.log.error(
                "the limit of {limit} open files is near: no client is accepted until"
                " others have left; LimitNOFILE= or ulimit -n raises it",
                limit=self._descriptors.limit,
            )
            self._clock.callLater(LOOK_S, self._look_for_calm)

    def _look_for_room(self) -> None:
        if self._closed:
            return
        # Resume only with some files to spare, or the next client would pause it again.
        margin = self._descriptors.reserved // 4
        if self._descriptors.are_kept_from_clients(margin):
            self._clock.callLater(LOOK_S, self._look_for_room)
            return
        self.is_paused = False
        self._calm_since_s = self._clock.seconds()
        self._resume()

    def _look_for_calm(self) -> None:
        if self._closed:
            return
        calm_s = self._clock.seconds() - self._calm_since_s
        if self.is_paused or calm_s < CALM_S:
            self._clock.callLater(1.0, self._look_for_calm)
            return
        self._is_logged = False
        self.log.info("there is room for open files: clients are accepted again")
