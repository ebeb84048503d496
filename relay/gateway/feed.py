"""The side of an exchange that answers: an upstream call, or a place in a channel."""

from __future__ import annotations

from collections.abc import Mapping

from relay.model.outcome import Outcome
from relay.model.progress import Progress
from relay.model.schema.types.timestamps import timestamp


class Feed:
    """
    Answers one exchange.

    The defaults are right for an answer that is written at once: it cannot be paused,
    and nothing can be added to it.
    """

    __slots__ = ()

    def pause(self) -> None:
        """Write no more until :meth:`resume` is called: the client is full."""

    def resume(self) -> None:
        """Write again: the client takes more."""

    def goodbye(self, outcome: Outcome) -> bytes | None:
        """
        Return the last bytes of a body that ends before its time, between two events.

        :param outcome: why it ends.
        :return: None when such a body can only be cut.
        """
        return None

    def control(self, name: str, content: Mapping[str, object]) -> bytes | None:
        """
        Encode a message of the gateway's own, to be written between two events.

        :param name: its type, such as ``relay.challenge``.
        :param content: its content, as JSON.
        :return: None when the body has no place for it.
        """
        return None

    def challenge(
        self, stream_id: str, reason: str, ends_at_ms: int | None
    ) -> bytes | None:
        """
        Encode a challenge to renew the client's credential.

        :param stream_id: the request id of the stream.
        :param reason: why: ``expiring``, ``expired`` or ``revoked``.
        :param ends_at_ms: when the stream ends; None if it does not.
        :return: as of :meth:`control`.
        """
        content: dict[str, object] = {"reason": reason, "stream": stream_id}
        if ends_at_ms is not None:
            content["endsAt"] = timestamp(ends_at_ms)
        return self.control("relay.challenge", content)

    def clocks(self) -> Mapping[str, float | None]:
        """
        Return the seconds until each timeout expires, by the name of the timeout.

        :return: with None for a timeout that does not run now.
        """
        return {}

    def progress(self) -> Progress | None:
        """Return how far it has read its channel; None if it reads none."""
        return None

    def release(self) -> None:
        """Release connections and timers at once: the exchange is over."""
