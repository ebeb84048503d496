"""Forwards the chunks of an upstream to a client as they are."""

from __future__ import annotations

from collections.abc import Callable

from relay.eventstream.boundary import EventCounter
from relay.http.client_stream import Ledger


class ChunkForwarder:
    """
    Sends whole chunks with the framing that they arrived with, and counts their events.

    :param send: sends whole chunks to the client; its second argument is the size of
        their content in bytes.
    :param counter: counts their events; None for a body that is not an event stream.
    :param ledger: where the events are counted.
    """

    __slots__ = ("_counter", "_ledger", "_send")

    def __init__(
        self,
        send: Callable[[bytes, int], None],
        counter: EventCounter | None,
        ledger: Ledger,
    ) -> None:
        self._send = send
        self._counter = counter
        self._ledger = ledger

    def forward(self, framed: bytes, content: bytes) -> None:
        """
        Forward chunks.

        :param framed: the chunks.
        :param content: of the chunks, without framing.
        """
        if self._counter is not None:
            self._ledger.events += self._counter.feed(content)
        self._send(framed, len(content))
