"""Looks at all files of certificates and keys again and again."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.reactor.daemon_thread import run_in_thread
from relay.reactor.isolation import call_each
from relay.tls.files.presented import Expiry
from relay.tls.files.watched import IN_USE, Examined, Look, State

Act = Callable[[], None]


class FileWatcher(Service):
    """
    Examines the files in a thread, since a network file system may block it, and
    applies what has changed in the thread of the reactor.

    :param reactor: the clock; the thread hands its results to it.
    :param interval_ms: the pause between two looks. Files that cannot be used are
        reported after two intervals.
    :param wall_ms: the wall-clock time, in milliseconds since the epoch.
    :param start: runs a function in a thread.
    """

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        interval_ms: int,
        wall_ms: Callable[[], float],
        start: Callable[[str, Callable[[], None]], None] = run_in_thread,
    ) -> None:
        self._reactor = reactor
        self._interval_s = interval_ms / 1000
        self._wall_ms = wall_ms
        self._start = start
        self._next: IDelayedCall | None = None
        self._expiry = Expiry()
        self._looking = False
        self._waiting: list[Deferred[None]] = []
        """Those who wait for a look that has not begun."""

    def startService(self) -> None:
        """Begin to look."""
        super().startService()  # type: ignore[no-untyped-call]
        self._note_expiry()
        self._wait()

    def stopService(self) -> None:
        """Look no more; a look in progress is not waited for."""
        super().stopService()  # type: ignore[no-untyped-call]
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def look_every(self, interval_ms: int) -> None:
        """
        Set the pause between two looks, from the next one on.

        :param interval_ms: as above.
        """
        self._interval_s = interval_ms / 1000
        if self._next is not None:
            self._next.reset(self._interval_s)

    def read_again(self) -> Deferred[None]:
        """
        Read all files now, changed or not. Files that cannot be used are logged at
        once.

        :return: fires when the content that can be used is in use.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        if not self._looking:
            self._look()
        return done

    def states(self) -> list[State]:
        """Return what is in use, and what cannot be used."""
        return [state for one in list(IN_USE) for state in one.states()]

    def _wait(self) -> None:
        self._next = self._reactor.callLater(self._interval_s, self._look)

    def _look(self) -> None:
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None
        waiting, self._waiting = self._waiting, []
        look = Look(
            self._reactor.seconds(),
            self._wall_ms() / 1000,
            2 * self._interval_s,
            forced=bool(waiting),
        )
        self._looking = True
        self._start("certificates", partial(self._examine, list(IN_USE), look, waiting))

    def _examine(
        self, all_: list[Examined], look: Look, waiting: list[Deferred[None]]
    ) -> None:
        """Examine the files; called in a thread."""
        acts: list[Act] = []
        for one in all_:
            try:
                acts += one.examine(look)
            except Exception:
                failure = Failure()  # type: ignore[no-untyped-call]
                acts.append(partial(self._failed, failure))
        self._reactor.callFromThread(self._apply, acts, waiting)

    def _apply(self, acts: list[Act], waiting: list[Deferred[None]]) -> None:
        self._looking = False
        call_each(acts)
        for done in waiting:
            done.callback(None)
        if not self.running:
            return
        self._note_expiry()
        if self._waiting:
            self._look()
        else:
            self._wait()

    def _failed(self, failure: Failure) -> None:
        self.log.failure("certificates could not be examined", failure)

    def _note_expiry(self) -> None:
        shown = [(s.name, one) for s in self.states() for one in s.presented]
        now = datetime.datetime.fromtimestamp(self._wall_ms() / 1000, datetime.UTC)
        self._expiry.note(shown, now)
