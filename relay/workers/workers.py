"""All workers of the control process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, TimeoutError, gatherResults, succeed
from twisted.python.failure import Failure

from relay.observability.probes import Health
from relay.workers.line import Message
from relay.workers.worker import Worker

PREPARE_S = 10.0
"""How long a worker may take to prepare other settings, in seconds."""

Sockets = Callable[[int], Sequence[int]]
"""Returns the descriptors that go to a worker with a message, by its number."""


def no_sockets(worker: int) -> Sequence[int]:
    """Send a message without sockets."""
    return ()


class Workers(Service):
    """
    Starts workers when the reactor runs, and starts each again whenever it has ended.

    :param count: how many there are.
    :param start_of: returns the first message to a worker, and its sockets.
    :param sockets_of: returns the names and the descriptors of the sockets that are a
        worker's alone.
    :param hub_problem: returns why the hub may not answer; None while it does.
    :param changed: called when a worker has become ready, is drained or has ended.
    """

    def __init__(
        self,
        reactor: Any,
        count: int,
        start_of: Callable[[int], tuple[Message, Sequence[int]]],
        sockets_of: Callable[[int], tuple[list[str], list[int]]],
        hub_problem: Callable[[], str | None],
        changed: Callable[[], None],
    ) -> None:
        self._hub_problem = hub_problem
        self._reactor = reactor
        self._start_of = start_of
        self._sockets_of = sockets_of
        self._changed = changed
        self._covers: dict[int, Worker] = {}
        """Who accepts the connections of workers that do not serve, by number."""
        self.restarts = False
        """Whether workers that end are started again: not while the daemon drains."""
        self.all = [Worker(reactor, one, count, self) for one in range(1, count + 1)]
        self._ended: Deferred[None] | None = None
        self.ready: Deferred[None] = Deferred()
        """Fires when all workers serve for the first time."""

    def startService(self) -> None:
        """Start the workers when the reactor runs."""
        super().startService()
        self._reactor.callWhenRunning(self.resume)

    def start_of(self, number: int) -> tuple[Message, Sequence[int]]:
        """Return the first message to a worker, and its sockets."""
        return self._start_of(number)

    def changed(self) -> None:
        """Find out whether all are ready, or have ended."""
        if not self.ready.called and self.serving == len(self.all):
            self.ready.callback(None)
        ended = self._ended
        if ended is not None and not any(one.runs for one in self.all):
            self._ended = None
            ended.callback(None)
        self._cover()
        self._changed()

    def _cover(self) -> None:
        """Let a worker that serves accept for each one that does not."""
        if not self.restarts or not self.ready.called:
            self._covers.clear()
            return
        serving = [one for one in self.all if one.is_ready]
        for one in self.all:
            by = self._covers.get(one.number)
            if one.is_ready:
                if by is not None:
                    del self._covers[one.number]
                    by.send({"kind": "uncover", "worker": one.number})
            elif serving and (by is None or not by.is_ready):
                by = self._covers[one.number] = serving[one.number % len(serving)]
                names, sockets = self._sockets_of(one.number)
                message = {"kind": "cover", "worker": one.number, "names": names}
                by.send(message, sockets)

    @property
    def serving(self) -> int:
        """How many serve."""
        return sum(one.is_ready for one in self.all)

    def hold(self) -> None:
        """Start none again until :meth:`resume`."""
        self.restarts = False
        for one in self.all:
            one.stop_waiting()

    def resume(self) -> None:
        """Start those that do not run, and each again that ends."""
        self.restarts = True
        for one in self.all:
            one.start()

    def send(self, message: Message, sockets: Sockets = no_sockets) -> None:
        """Send a message to all that serve."""
        for one in self.all:
            one.send(message, sockets(one.number))

    def prepare(
        self, message: Message, sockets: Sockets
    ) -> Deferred[tuple[list[str], Callable[[Message], None]]]:
        """
        Let all that serve prepare other settings.

        :return: fires with the mistakes, and with what sends the decision to those that
            were asked. All others are started again.
        """
        asked = {one: one.pid for one in self.all if one.is_ready}
        answers = [
            one.prepare(message, sockets(one.number))
            .addTimeout(PREPARE_S, self._reactor)
            .addErrback(partial(_late, one))
            for one in asked
        ]

        def decide(decision: Message) -> None:
            for one in self.all:
                if one.is_ready and asked.get(one) == one.pid:
                    one.send(decision)
                else:
                    one.kill()

        return gatherResults(answers).addCallback(
            lambda found: (sorted({one for each in found for one in each}), decide)
        )

    def stop(self) -> Deferred[None]:
        """
        Let all end: those that serve by themselves, others at once.

        :return: fires when no process is left.
        """
        self.hold()
        self.send({"kind": "stop"})
        for one in self.all:
            if not one.is_ready:
                one.kill()
        if not any(one.runs for one in self.all):
            return succeed(None)
        self._ended = Deferred()
        return self._ended

    def stopService(self) -> None:
        """End those that are left at once."""
        super().stopService()
        self.hold()
        for one in self.all:
            one.kill()

    def health(self) -> Health:
        """The probe ``workers``: all serve, and no process ends again and again."""
        found = [self._hub_problem(), *(one.problem for one in self.all)]
        problems = [one for one in found if one is not None]
        facts = {
            "workers": len(self.all),
            "serving": self.serving,
            "restarts": sum(one.restarts.total for one in self.all),
        }
        return Health(not problems, "; ".join(problems) or None, facts)


def _late(worker: Worker, failure: Failure) -> list[str]:
    failure.trap(TimeoutError)
    return [f"worker {worker.number} does not answer"]
