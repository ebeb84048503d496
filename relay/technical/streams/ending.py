"""The end of streams by an operator, at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twisted.internet.interfaces import IReactorTime

from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.observability.live import LiveExchange
from relay.reactor.turns import STREAMS, in_turns, turns_of


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
