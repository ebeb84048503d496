"""A limit on actions of a client that cost the gateway more than the client."""

from __future__ import annotations

from collections.abc import Callable


class Budget:
    """
    A token bucket: a burst of tokens, refilled at a constant rate.

    :param seconds: the time of a monotonic clock, in seconds.
    :param burst: the most tokens that the bucket holds; at least 1.
    :param per_second: how many tokens are added in each second.
    """

    __slots__ = ("_burst", "_per_second", "_seconds", "_tokens", "_tokens_s")

    def __init__(
        self, seconds: Callable[[], float], burst: float, per_second: float
    ) -> None:
        self._seconds = seconds
        self._burst = burst
        self._per_second = per_second
        self._tokens = float(burst)
        self._tokens_s = seconds()

    def lessen(self, share: float) -> None:
        """
        Reduce the burst, the tokens and the rate.

        :param share: the factor for all three, above 0 and at most 1.
        """
        self._burst *= share
        self._per_second *= share
        self._tokens *= share

    def earn(self, tokens: float) -> None:
        """
        Add tokens, up to the burst.

        :param tokens: the number of tokens.
        """
        self._tokens = min(self._burst, self._tokens + tokens)

    def spend(self) -> bool:
        """
        Take one token.

        :return: False when no token is left.
        """
        if self._tokens < 1:
            now_s = self._seconds()
            self.earn((now_s - self._tokens_s) * self._per_second)
            self._tokens_s = now_s
            if self._tokens < 1:
                return False
        self._tokens -= 1
        return True
