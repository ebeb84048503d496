"""The delays between attempts to connect to a source."""

from __future__ import annotations

import random

from relay.model.api.messages.channel_options import ReconnectOptions

SHORTEST_RETRY_MS = 100
"""The shortest reconnection time that a source may ask for, in milliseconds."""
MOST_DOUBLINGS = 30


class Backoff:
    """
    Delays that double with every failure, with full jitter.

    The delays that a source asks for are bounded: its ``retry:`` is at least
    :data:`SHORTEST_RETRY_MS`, and neither this nor its ``Retry-After`` exceeds the
    longest delay of the options. The delays of a source that refuses grow to
    ``refusedMaxMs``.

    :param options: the ``reconnect`` options of the channel.
    """

    def __init__(self, options: ReconnectOptions) -> None:
        self._options = options
        self._first_ms = options.initial_ms
        self._failures = 0

    def asked(self, retry_ms: int) -> None:
        """
        Set the reconnection time that the source has sent.

        :param retry_ms: the ``retry`` field (WHATWG HTML, 9.2.6), in milliseconds.
        """
        self._first_ms = min(max(retry_ms, SHORTEST_RETRY_MS), self._options.max_ms)

    def stood(self, for_s: float) -> None:
        """
        Reset the delays if a connection was open for ``healthyAfterMs``.

        :param for_s: how long the connection was open, in seconds.
        """
        if for_s * 1000 >= self._options.healthy_after_ms:
            self._failures = 0

    def next_s(self, refused: bool = False, retry_after_s: float = 0.0) -> float:
        """
        Compute the delay until the next attempt, in seconds.

        :param refused: whether the source has refused.
        :param retry_after_s: the source's ``Retry-After``, 0 for none.
        """
        most_ms = self._options.max_ms
        if refused:
            most_ms = max(most_ms, self._options.refused_max_ms)
        doubled_ms = max(self._first_ms, 1) * 2 ** min(self._failures, MOST_DOUBLINGS)
        longest_ms = min(doubled_ms, most_ms)
        self._failures += 1
        # At least half the delay: an early attempt would be refused again.
        shortest_ms = longest_ms / 2 if refused else 0
        delay_s = random.uniform(shortest_ms, longest_ms) / 1000.0
        return max(delay_s, min(retry_after_s, most_ms / 1000.0))
