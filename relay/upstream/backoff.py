"""When a source that gives no events is called again."""

from __future__ import annotations

import random

from relay.model.channel_options import ReconnectOptions

SHORTEST_RETRY_MS = 100
"""The shortest reconnection time that a source may ask for, in milliseconds."""
MOST_DOUBLINGS = 30


class Backoff:
    """
    Delays that double with every failure, with full jitter.

    Whatever a source asks for is bounded: its ``retry:`` below by
    :data:`SHORTEST_RETRY_MS`, and that and its ``Retry-After`` above by the longest
    delay of the options. A source that refuses, which time does not mend, is called
    after delays that grow to ``refusedMaxMs``.

    :param options: the bounds.
    """

    def __init__(self, options: ReconnectOptions) -> None:
        self._options = options
        self._first_ms = options.initial_ms
        self._failures = 0

    def asked(self, retry_ms: int) -> None:
        """
        Take over a reconnection time of the source.

        :param retry_ms: the ``retry`` field (WHATWG HTML, 9.2.6), in milliseconds.
        """
        self._first_ms = min(max(retry_ms, SHORTEST_RETRY_MS), self._options.max_ms)

    def stood(self, for_s: float) -> None:
        """
        Note that a connection has stood, which may begin the delays anew.

        :param for_s: for how long, in seconds.
        """
        if for_s * 1000 >= self._options.healthy_after_ms:
            self._failures = 0

    def next_s(self, refused: bool = False, retry_after_s: float = 0.0) -> float:
        """
        Give the delay until the next call, in seconds.

        :param refused: whether the source has refused.
        :param retry_after_s: the source's ``Retry-After``, 0 for none.
        """
        most_ms = self._options.max_ms
        if refused:
            most_ms = max(most_ms, self._options.refused_max_ms)
        doubled_ms = max(self._first_ms, 1) * 2 ** min(self._failures, MOST_DOUBLINGS)
        longest_ms = min(doubled_ms, most_ms)
        self._failures += 1
        # A source that refuses is not called sooner by chance.
        shortest_ms = longest_ms / 2 if refused else 0
        delay_s = random.uniform(shortest_ms, longest_ms) / 1000.0
        return max(delay_s, min(retry_after_s, most_ms / 1000.0))
