"""Running the asynchronous part of a command under the reactor."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from relay.cli.client import Client, open_client
from relay.cli.commands import Invocation
from relay.cli.errors import DONE, INTERRUPTED
from relay.cli.output import Output
from relay.cli.profiles import Profile, chosen_profile

Work = Callable[[Client, Output], Awaitable[int | None]]
"""The asynchronous part of a command; returns the exit status, or None for success."""


def run(invocation: Invocation, work: Work, *, profile: Profile | None = None) -> int:
    """
    Run the asynchronous part of a command that calls the server.

    :param profile: None for the chosen one.
    :returns: the exit status.
    """
    chosen = profile or chosen_profile(invocation.profile, os.environ)
    output = Output.of(invocation)

    async def session(reactor: Any) -> int | None:
        client, pool = open_client(chosen, reactor)
        try:
            return await work(client, output)
        finally:
            await pool.closeCachedConnections()

    return run_reactor(session)


def run_reactor(work: Callable[[Any], Awaitable[int | None]]) -> int:
    """
    Run a coroutine until it ends; SIGINT and SIGTERM cancel it.

    :param work: is called with the running reactor.
    :returns: its result, DONE for None, or INTERRUPTED if it was cancelled by a signal.
    """
    from twisted.internet import reactor
    from twisted.internet.defer import CancelledError, Deferred
    from twisted.internet.error import ReactorNotRunning
    from twisted.python.failure import Failure

    process: Any = reactor
    outcome: list[Any] = []

    async def awaited() -> int | None:
        return await work(process)

    def ended(result: Any) -> None:
        outcome.append(result)
        try:
            process.stop()
        except ReactorNotRunning:
            pass  # A signal has stopped it.

    def begin() -> None:
        task = Deferred.fromCoroutine(awaited()).addBoth(ended)
        process.addSystemEventTrigger(
            "before", "shutdown", lambda: None if outcome else _cancelled(task)
        )

    def _cancelled(task: Deferred[Any]) -> Deferred[Any]:
        task.cancel()
        return task

    process.callWhenRunning(begin)
    process.run()
    result = outcome[0] if outcome else None
    if isinstance(result, Failure):
        if result.check(CancelledError):
            return INTERRUPTED
        result.raiseException()
    return DONE if result is None else int(result)
