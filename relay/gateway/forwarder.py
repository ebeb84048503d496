"""Forwards the chunks of an upstream to a client as they are."""

from __future__ import annotations

from collections.abc import Callable

from relay.gateway.sent_events import SentEvents


class ChunkForwarder:
    """
    Sends whole chunks with the framing that they arrived with, and counts their events.

    :param send: sends whole chunks to the client; its second argument is the size of
        their content in bytes.
    :param events: counts their events.
    """

    __slots__ = ("_events", "_send")

    def __init__(
        self,
        send: Callable[[bytes, int], None],
        events: SentEvents,
    ) -> None:
        self._send = send
        self._events = events

    def forward(self, framed: bytes, content: bytes) -> None:
        """
        Forward chunks.

        :param framed: the chunks.
        :param content: of the chunks, without framing.
        """
        self._events.feed(content)
        self._send(framed, len(content))
