"""Reports the APIs and subscriptions that any process has changed."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.store.changes import Since
from relay.store.errors import StoreError
from relay.store.store import Store

AGAIN_S = 1.0
LONGEST_S = 60.0
"""How long after its failure a listener is called again, at first and at most."""
Listener = Callable[[frozenset[str] | None], Deferred[Any] | None]
"""Called in the reactor's thread with the subjects that may have changed (see
:class:`~relay.store.changes.Since`), or with ``None`` when the subjects are unknown and
everything has to be read again.

It may return a Deferred that fires when the change is applied. No listener is called
before it fires, so that an older snapshot never replaces a newer one. When it fails
with :class:`~relay.store.errors.StoreError`, all listeners are called with the change
again; when it fails in another way, this listener alone is called with ``None`` until
it succeeds."""


class _Owed(NamedTuple):
    """A listener that has failed to apply a change."""

    due_s: float
    wait_s: float


class ChangeFeed(Service):
    """Notifies listeners of changes by any process on the same database.

    To miss nothing: start the feed, *then* read the first snapshot, then apply the
    changes that listeners are called with. The snapshot may contain such a change
    already, and one call may stand for several changes.

    A store that fails is logged once and read again every ``poll_ms``; listeners learn
    of the changes in between when it answers again.

    :param store: started before the feed. If it started without its database, listeners
        are called with ``None`` when it has been opened.
    :param reactor: for the polling.
    :param poll_ms: how long a change by another process may stay unnoticed. Writes of
        this process are noticed at once.
    """

    _log = Logger()

    def __init__(self, store: Store, reactor: IReactorTime, poll_ms: int = 250) -> None:
        self._store = store
        self._reactor = reactor
        self._poll_s = poll_ms / 1000
        self._listeners: list[Listener] = []
        self._owed: dict[Listener, _Owed] = {}
        self._position: int | None = None
        """The newest change that listeners know; None before the store was read."""
        self._version: int | None = None
        """The store's version at the last poll that succeeded."""
        self._failing_since_s: float | None = None
        """Since when the store does not answer; None while it answers."""
        self._current_s = reactor.seconds()
        """When everything that had changed was last applied."""
        self._unwatch: Callable[[], None] | None = None
        self._timer: IDelayedCall | None = None
        self._polling: Deferred[None] | None = None
        self._poked = False

    @property
    def store_answers(self) -> bool:
        """Whether the store answered the last poll."""
        return self._failing_since_s is None

    @property
    def late_s(self) -> float:
        """For how many seconds something that has changed may not be applied; less than
        the interval of polls while the feed follows."""
        return max(0.0, self._reactor.seconds() - self._current_s)

    @property
    def poll_s(self) -> float:
        """The interval of polls, in seconds."""
        return self._poll_s

    def poll_every(self, poll_ms: int) -> None:
        """
        Set the interval of polls, from the next one on.

        :param poll_ms: as above.
        """
        self._poll_s = poll_ms / 1000

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """
        Add a listener.

        :param listener: called for every change after :meth:`startService`.
        :returns: removes the listener when it is called.
        """
        self._listeners.append(listener)
        return partial(self._unsubscribe, listener)

    def _unsubscribe(self, listener: Listener) -> None:
        self._listeners.remove(listener)
        self._owed.pop(listener, None)

    def startService(self) -> None:
        """Remember the newest change, and begin to watch for later ones.

        :raises StoreError: when the store fails.
        """
        if self._store.away is None:
            self._position = self._store.read_now(lambda tx: tx.changes.position())
        else:
            self._failing_since_s = self._reactor.seconds()
        self._current_s = self._reactor.seconds()
        self._unwatch = self._store.watch(self._poke)
        super().startService()
        self._wait()

    def stopService(self) -> Deferred[None]:
        """
        Call no listener any more.

        :returns: fires when no poll is under way.
        """
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._polling is not None:
            await self._polling

    def _poke(self) -> None:
        if self._timer is None:
            self._poked = True
        else:
            self._timer.reset(0)

    def _poll(self) -> None:
        self._timer = None
        self._poked = False
        version = self._store.version()
        now_s = self._reactor.seconds()
        due = any(owed.due_s <= now_s for owed in self._owed.values())
        if version is not None and version == self._version and not due:
            self._note_current()
            self._wait()
        else:
            self._polling = Deferred.fromCoroutine(self._ask(version))

    async def _ask(self, version: int | None) -> None:
        position = self._position
        self._version = None
        try:
            await self._notify(
                await self._store.read(lambda tx: tx.changes.since(position))
            )
        except Exception as error:
            if self._unwatch is not None:
                self._note_failure(error)
        else:
            self._note_answer()
            self._version = version
            self._note_current()
        self._polling = None
        if self._unwatch is not None:
            self._wait()

    def _note_failure(self, error: Exception) -> None:
        if self._failing_since_s is None:
            self._failing_since_s = self._reactor.seconds()
            self._log.error(
                "change feed: {error}. What is deployed goes on being served; changes "
                "wait until the store answers",
                error=error,
            )

    def _note_answer(self) -> None:
        if self._failing_since_s is not None:
            self._log.info(
                "change feed: the store answers again, after {away_s:.1f} s",
                away_s=self._reactor.seconds() - self._failing_since_s,
            )
            self._failing_since_s = None

    def _note_current(self) -> None:
        if not self._owed:
            self._current_s = self._reactor.seconds()

    def _wait(self) -> None:
        delay_s = 0 if self._poked else self._poll_s
        self._timer = self._reactor.callLater(delay_s, self._poll)

    async def _notify(self, since: Since) -> None:
        for listener in list(self._listeners):
            if self._unwatch is None:
                return
            # An empty set: nothing has changed. None: anything may have changed.
            subjects, owed = since.subjects, self._owed.get(listener)
            if owed is not None:
                if self._reactor.seconds() < owed.due_s:
                    continue
                subjects = None
            if subjects == frozenset():
                continue
            try:
                applied = listener(subjects)
                if applied is not None:
                    await applied
            except StoreError:
                raise
            except Exception:
                self._log.failure("change feed: a listener failed")
                wait_s = AGAIN_S if owed is None else min(owed.wait_s * 2, LONGEST_S)
                self._owed[listener] = _Owed(self._reactor.seconds() + wait_s, wait_s)
            else:
                self._owed.pop(listener, None)
        self._position = since.position
