"""
The reports on what this gateway serves, written to the store.

Results of deployments are noted here and written in batches: one transaction writes all
that was noted during the transaction before it. When the store fails, this is logged
once, and the batch is written at the next beat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.model.records import ServingReport

BEAT_S = 20.0
"""The interval, in seconds, of notes that the gateway runs."""

Noted = Mapping[str, ServingReport | None]


class Registry(Protocol):
    """Where reports are written: the store."""

    def report(self, reports: Noted) -> Deferred[None]:
        """Write reports, and note that the gateway runs."""

    def leave(self) -> Deferred[None]:
        """Note that the gateway has ended."""


class Reports(Service):
    """
    The reports of one gateway.

    :param registry: where they are written.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, registry: Registry) -> None:
        self._clock = clock
        self._registry = registry
        self._made: dict[str, ServingReport] = {}
        """The newest report of each API."""
        self._unwritten: dict[str, ServingReport | None] = {}
        self._waiting: list[tuple[str, int | None, Deferred[ServingReport | None]]] = []
        self._timer: IDelayedCall | None = None
        self._writing = False
        self._begun = False
        self._failing = False

    def begin(self, known: Mapping[str, ServingReport]) -> None:
        """
        Begin to write.

        :param known: the reports of an earlier run of this gateway, from the store.
        """
        self._begun = True
        for api_id in known:
            if api_id not in self._made:
                self._unwritten.setdefault(api_id, None)
        for api_id, made in self._made.items():
            if known.get(api_id) == made:
                self._unwritten.pop(api_id, None)
        if not self._writing:
            self._write()

    def stopService(self) -> Deferred[None]:
        """
        Write no more.

        :return: fires when the store knows that the gateway has ended; never fails.
        """
        super().stopService()
        self._begun = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return self._registry.leave().addErrback(lambda _: None)

    def note(self, api_id: str, made: ServingReport | None) -> None:
        """
        Note the result of a deployment.

        :param made: None for an API that is not to be served.
        """
        if made is None:
            self._made.pop(api_id, None)
        else:
            self._made[api_id] = made
        self._unwritten[api_id] = made
        if self._begun and not self._writing:
            self._schedule(0)

    @property
    def made(self) -> Mapping[str, ServingReport]:
        """The newest report of each API that is to be served."""
        return self._made

    def serving(self, api_id: str) -> ServingReport | None:
        """Return the report that was noted last for an API."""
        return self._made.get(api_id)

    def reached(
        self, api_id: str, number: int | None
    ) -> Deferred[ServingReport | None]:
        """
        Wait until the result of a deployment is noted and written.

        :param number: of the deployment, or a newer one; None to wait until the API is
            not served.
        :return: fires with the report; None when the API is not to be served.
        """
        done: Deferred[ServingReport | None] = Deferred(self._forget)
        self._waiting.append((api_id, number, done))
        self._settle()
        return done

    def _forget(self, done: Deferred[ServingReport | None]) -> None:
        self._waiting = [one for one in self._waiting if one[2] is not done]

    def _schedule(self, delay_s: float) -> None:
        if self._timer is None:
            self._timer = self._clock.callLater(delay_s, self._write)
        elif delay_s == 0:
            self._timer.reset(0)

    def _write(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._writing = True
        batch, self._unwritten = self._unwritten, {}
        written = self._registry.report(batch)
        written.addCallbacks(
            lambda _: self._written(), lambda failure: self._not(batch, failure.value)
        )
        written.addErrback(lambda failure: self.log.failure("reports", failure))

    def _written(self) -> None:
        self._writing = self._failing = False
        self._settle()
        if self._begun:
            self._schedule(0 if self._unwritten else BEAT_S)

    def _not(self, batch: Noted, error: BaseException) -> None:
        self._writing = False
        self._unwritten = {**batch, **self._unwritten}
        if self._begun:
            if not self._failing:
                self.log.error(
                    "the report of the served deployments failed: {error}", error=error
                )
            self._schedule(BEAT_S)
        self._failing = True

    def _settle(self) -> None:
        """Fire the Deferreds whose deployment is in force and reported."""
        for one in list(self._waiting):
            api_id, number, done = one
            made = self._made.get(api_id)
            if api_id in self._unwritten or self._writing:
                continue
            if made is None if number is None else made and made.number >= number:
                self._waiting.remove(one)
                done.callback(made)
