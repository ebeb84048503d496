"""Several calls at one time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from twisted.internet.defer import Deferred, gatherResults

from relay.cli.client import MOST_CONNECTIONS

T = TypeVar("T")
R = TypeVar("R")


async def gather(
    items: Iterable[T],
    work: Callable[[T], Awaitable[R]],
    most: int = MOST_CONNECTIONS,
) -> list[R]:
    """
    Do something for each item, for some of them at one time.

    :param most: limit of the items at one time.
    :returns: the results, in the order of the items.
    :raises Exception: the first error; the work for other items is cancelled.
    """
    waiting = list(enumerate(items))
    waiting.reverse()
    results: dict[int, R] = {}

    async def worker() -> None:
        while waiting:
            number, item = waiting.pop()
            results[number] = await work(item)

    count = min(most, len(waiting))
    workers = [Deferred.fromCoroutine(worker()) for _ in range(count)]
    try:
        await gatherResults(workers, consumeErrors=True)
    except Exception as error:
        waiting.clear()
        for one in workers:
            one.cancel()
        raise _cause(error) from None
    return [results[number] for number in sorted(results)]


def _cause(error: Exception) -> BaseException:
    """Return the error of a worker."""
    sub = getattr(error, "subFailure", None)
    return error if sub is None else sub.value
