"""Many requests of one kind in few transactions."""

from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


class Coalesced(Generic[T]):
    """
    Answers requests in batches, one batch at a time. Requests that arrive during a
    batch are in the next one.

    :param run: answers a batch of keys; it fires with an answer for each key.
    """

    def __init__(self, run: Callable[[list[str]], Deferred[dict[str, T]]]) -> None:
        self._run = run
        self._waiting: dict[str, list[Deferred[T]]] = {}
        self._running: dict[str, list[Deferred[T]]] = {}

    def __contains__(self, key: str) -> bool:
        """Whether a key waits, or is in the batch under way."""
        return key in self._waiting or key in self._running

    def ask(self, key: str) -> Deferred[T]:
        """
        Request an answer.

        :returns: fires with the answer to the key, or fails as its batch does.
        """
        answer: Deferred[T] = Deferred()
        self._waiting.setdefault(key, []).append(answer)
        self._next()
        return answer

    def withdraw(self, key: str) -> list[Deferred[T]]:
        """Withdraw a key that is not in the batch under way.

        :returns: the Deferreds of its requests.
        """
        return self._waiting.pop(key, [])

    def _next(self) -> None:
        if self._running or not self._waiting:
            return
        self._running, self._waiting = self._waiting, {}
        self._run(list(self._running)).addCallbacks(self._answer, self._fail)

    def _answer(self, answers: dict[str, T]) -> None:
        running, self._running = self._running, {}
        self._next()
        for key, waiting in running.items():
            for answer in waiting:
                answer.callback(answers[key])

    def _fail(self, failure: Failure) -> None:
        running, self._running = self._running, {}
        self._next()
        for waiting in running.values():
            for answer in waiting:
                answer.errback(failure)
