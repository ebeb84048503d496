"""Authenticates the user of a live response again, for as long as it is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.management.access.identity import Identity

CHECK_EVERY_S = 30.0
"""The time between two checks, in seconds: a live response continues for about this
long after its credentials have ended."""


class LiveCheck:
    """
    The repeated authentication of one request.

    The response was made for the role that the user had: it ends as well when the role
    is reduced. It ends with any other error of a check, too: a revoked user may be able
    to cause some.

    :param user: the user at the begin of the response.
    :param identify: authenticates the request.
    :param refused: called once when that fails, or when the role is reduced.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        user: Identity,
        identify: Callable[[], Awaitable[Identity]],
        refused: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._user = user
        self._identify = identify
        self._refused = refused
        self._over = False
        self._timer: IDelayedCall | None = None

    def start(self) -> None:
        """Check after :data:`CHECK_EVERY_S`, until :meth:`stop`."""
        self._timer = self._clock.callLater(CHECK_EVERY_S, self._check)

    def stop(self) -> None:
        """Check no more: the response is over."""
        self._over = True
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _check(self) -> None:
        self._timer = None
        checking = Deferred.fromCoroutine(self._suffices())
        checking.addErrback(self._failed).addCallback(self._checked)

    async def _suffices(self) -> bool:
        user = await self._identify()
        return user.role.includes(self._user.role)

    def _failed(self, failure: Failure) -> bool:
        self._log.info(
            "the credentials of a live response to {user} are refused: {error}",
            user=self._user.name,
            error=failure.value,
        )
        return False

    def _checked(self, suffices: bool) -> None:
        if self._over:
            return
        if suffices:
            self.start()
        else:
            self._over = True
            self._refused()
