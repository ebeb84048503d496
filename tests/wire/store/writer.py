"""
A process that writes to a store repeatedly, and prints the answers.

``python -m tests.wire.store.writer FILE PREFIX COUNT`` creates, plans, starts and
deploys one API after the other, each in one transaction, and prints a line
``<id> <nanoseconds of the monotonic clock>`` when the store has answered.
"""

import os
import sys
import time
from functools import partial
from itertools import count
from typing import Any, cast

from twisted.internet import task
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads

from relay.model.records import ApiRecord, PlanRecord
from relay.store import Store, Transaction

PLANS = 3
"""How many plans each API gets."""

FILLING = "x" * 3_000
"""Makes a transaction several pages long, so that it can be cut in the middle."""


def publish(id: str, tx: Transaction) -> None:
    """Write everything that belongs to one API.

    :param id: of the API.
    :param tx: the transaction.
    """
    now_ms = tx.now_ms
    definition = {"name": id, "description": FILLING}
    record = ApiRecord(
        id, id, definition, "STARTED", "CREATED", "PRIVATE", now_ms, now_ms, None
    )
    tx.apis.add(record)
    for number in range(PLANS):
        plan = {"name": f"plan {number}", "description": FILLING}
        tx.plans.add(
            PlanRecord(
                f"{id}/{number}",
                id,
                f"plan-{number}",
                plan,
                "PUBLISHED",
                number,
                now_ms,
                now_ms,
                now_ms,
                None,
            )
        )
    plans = [record.definition for record in tx.plans.list(id)]
    tx.deployments.add(id, definition, plans, None)


async def write(reactor: Any, path: str, prefix: str, number: str) -> None:
    """
    :param reactor: the process's.
    :param path: of the database.
    :param prefix: of the ids.
    :param number: how many APIs to write, 0 for no end.
    """
    store = Store(
        f"sqlite:///{path}",
        cast(IReactorFromThreads, reactor),
        clock_ms=lambda: time.time_ns() // 1_000_000,
    )
    store.startService()
    for serial in range(int(number)) if int(number) else count():
        id = f"{prefix}-{serial}"
        await store.write(partial(publish, id))
        # One system call, so that a line is told wholly or not at all.
        os.write(1, f"{id} {time.monotonic_ns()}\n".encode())
    await store.stopService()


def main(reactor: Any, *arguments: str) -> Deferred[None]:
    """
    :param reactor: the process's.
    :param arguments: of the command line.
    """
    return Deferred.fromCoroutine(write(reactor, *arguments))


if __name__ == "__main__":
    task.react(main, sys.argv[1:])
