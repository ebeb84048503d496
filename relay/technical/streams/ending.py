"""The end of streams by an operator, at once or spread over a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial

from twisted.internet.interfaces import IReactorTime

from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.observability.live import LiveExchange
from relay.reactor.turns import STREAMS, in_turns, turns_of

STEP_S = 0.05
"""The time between two steps of an end that is spread, in seconds."""


def end_one(exchange: LiveExchange) -> bool:
    """
    End an exchange.

    :return: whether it was not over before.
    """
    if exchange.record.outcome is not None:
        return False
    exchange.end(Outcome.STOPPED, ENDED_BY_OPERATOR)
    return True


async def end_now(clock: IReactorTime, exchanges: Sequence[LiveExchange]) -> int:
    """
    End exchanges, a part of them in each turn of the reactor.

    :return: how many were ended: those that were not over before.
    """
    ended = 0

    def each() -> Iterator[None]:
        nonlocal ended
        for exchange in exchanges:
            ended += end_one(exchange)
            yield

    await in_turns(turns_of(clock, STREAMS), each())
    return ended


def end_spread(
    clock: IReactorTime, exchanges: Sequence[LiveExchange], over_s: float
) -> None:
    """
    End exchanges one after the other, evenly spread over a time.

    :param over_s: in seconds, from the first end to the last; more than 0.
    """
    left = deque(exchanges)
    total, begun_s = len(left), clock.seconds()
    turns = turns_of(clock, STREAMS)

    def step() -> None:
        passed = (clock.seconds() - begun_s) / over_s
        due = total if passed >= 1 else 1 + int(passed * (total - 1))
        count = due - (total - len(left))
        turns.each([partial(end_one, left.popleft()) for _ in range(count)])
        if left:
            clock.callLater(STEP_S, step)

    step()
