"""Subscribers of a channel for whom the bytes are the same."""

from __future__ import annotations

from relay.channel.entry import Entry
from relay.channel.framing import Framing
from relay.channel.subscriber import Subscriber


class Group:
    """
    Subscribers with one framing.

    :param framing: what entries look like to all of them.
    """

    __slots__ = ("delivered_s", "framing", "lagging", "live")

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.live: set[Subscriber] = set()
        """Those that have everything so far."""
        self.lagging: set[Subscriber] = set()
        """Those that are paused, catch up, or wait for their place to appear."""
        self.delivered_s = 0.0
        """When the live ones were last given something."""

    def deliver(self, entries: list[Entry], now_s: float) -> None:
        """
        Give new entries to those that are live: one write each.

        :param entries: in order.
        :param now_s: the reactor's time.
        """
        if not self.live:
            return
        encode = self.framing.encode
        if len(entries) == 1:
            data = encode(entries[0])
        else:
            data = b"".join([encode(entry) for entry in entries])
        if data:
            self.delivered_s = now_s
            for subscriber in tuple(self.live):
                subscriber.sink.deliver(data)

    def heartbeat(self, now_s: float) -> None:
        """
        Give a heartbeat to those that are live, if they were given nothing lately.

        :param now_s: the reactor's time.
        """
        interval_s = self.framing.heartbeat_s
        if interval_s and self.live and now_s - self.delivered_s >= interval_s:
            self.delivered_s = now_s
            data = self.framing.heartbeat
            for subscriber in tuple(self.live):
                subscriber.sink.deliver(data)
