"""The calls that users make at one time: how many, and whose they are."""

from __future__ import annotations

from collections import Counter

from relay.management.http.errors import Unavailable

MOST_CALLS = 64
"""How many calls the process makes at one time."""
MOST_CALLS_OF_USER = 8


class RunningCalls:
    """All calls of the process that are under way."""

    def __init__(self) -> None:
        self._all: set[RunningCall] = set()

    def check(self, user: str) -> None:
        """
        :raises Unavailable: when the user, or the process, makes as many calls as it
            may.
        """
        if Counter(one.user for one in self._all)[user] >= MOST_CALLS_OF_USER:
            raise Unavailable(
                f"{user} makes {MOST_CALLS_OF_USER} calls already; end one first",
                "try.tooManyOfUser",
            )
        if len(self._all) >= MOST_CALLS:
            raise Unavailable(f"{MOST_CALLS} calls are made already", "try.tooMany")

    def has(self, user: str, api_id: str, request_id: str) -> bool:
        """Whether a user makes a call to an API that was answered."""
        return any(
            (one.user, one.api_id, one.request_id) == (user, api_id, request_id)
            for one in self._all
        )

    def add(self, call: RunningCall) -> None:
        """Count a call that begins."""
        self._all.add(call)

    def remove(self, call: RunningCall) -> None:
        """Count a call no more."""
        self._all.discard(call)


class RunningCall:
    """
    One call of a user; counted from its begin to its end.

    :param calls: all calls of the process.
    """

    def __init__(self, calls: RunningCalls, user: str, api_id: str) -> None:
        self._calls = calls
        self.user = user
        self.api_id = api_id
        self.request_id: str | None = None
        """Of the exchange in the gateway; None before the head of the response."""

    def begun(self) -> None:
        """The call begins."""
        self._calls.add(self)

    def answered(self, request_id: str) -> None:
        """
        The head of the response has come.

        :param request_id: of the exchange in the gateway.
        """
        self.request_id = request_id

    def over(self) -> None:
        """The call is over."""
        self._calls.remove(self)
