"""
The state of exchanges under way, for the list of streams.

Nothing is counted for it: what an exchange and its parts know is put together when it
is asked for, so that an event costs nothing more.
"""

from __future__ import annotations

from relay.gateway.exchange import Exchange
from relay.http.listener.peer import bytes_unacknowledged
from relay.model.progress import NO_PROGRESS, Progress
from relay.observability.live import LiveExchange
from relay.observability.stream_facts import Phase, StreamFacts


class LiveView:
    """Looks at the exchanges of a gateway that are not over."""

    def is_full(self, exchange: LiveExchange) -> bool:
        """Whether the client takes no more for now."""
        assert isinstance(exchange, Exchange)
        return exchange.full

    def phase(self, exchange: LiveExchange) -> Phase:
        """Return how far an exchange has come."""
        if exchange.record.ttfb_ms is None:
            return Phase.REQUEST
        return Phase.STREAM if exchange.streams else Phase.RESPONSE

    def progress(self, exchange: LiveExchange) -> Progress:
        """Return how far the client has read its channel."""
        assert isinstance(exchange, Exchange)
        feed = exchange.feed
        return (None if feed is None else feed.progress()) or NO_PROGRESS

    def unsent_bytes(self, exchange: LiveExchange) -> int:
        """Count the output that waits in this process for the client."""
        assert isinstance(exchange, Exchange)
        return exchange.stream.unsent_bytes

    def facts(self, exchange: LiveExchange) -> StreamFacts:
        """Find out the whole state of an exchange."""
        assert isinstance(exchange, Exchange)
        stream, services, pace = exchange.stream, exchange.services, exchange.pace
        bytes_in, bytes_out, events = exchange.transferred
        request_id = exchange.record.request_id
        ends_at_ms, challenged = services.grants.state(request_id)
        clocks = _clocks(exchange)
        progress = self.progress(exchange)
        if progress.heartbeat_s is not None:
            clocks["heartbeat"] = round(progress.heartbeat_s * 1000)
        if ends_at_ms is not None:
            clocks["grant"] = max(0, ends_at_ms - services.wall_ms())
        # Streams of HTTP/2 share the queue of their connection in the kernel.
        unacknowledged = None
        if exchange.request.version != b"HTTP/2":
            unacknowledged = bytes_unacknowledged(stream.peer.transport)
        return StreamFacts(
            self.phase(exchange),
            events,
            bytes_in,
            bytes_out,
            exchange.full,
            pace is not None and pace.holds,
            challenged,
            stream.unsent_bytes,
            unacknowledged,
            clocks,
            progress,
        )


def _clocks(exchange: Exchange) -> dict[str, int]:
    """Return the milliseconds until each timeout that runs expires."""
    feed, stall = exchange.feed, exchange.stream.stall
    clocks = {} if feed is None else dict(feed.clocks())
    if stall is not None:
        clocks["stallTimeout"] = stall.left_s
    limit_s = None
    if exchange.duration_limit is not None:
        limit_s = exchange.duration_limit.left_s
    if limit_s is not None:
        # An entrypoint may have a maximum duration, too: the nearer one counts.
        of_feed_s = clocks.get("maxDurationMs")
        clocks["maxDurationMs"] = min(limit_s, of_feed_s or limit_s)
    return {
        name: round(left_s * 1000)
        for name, left_s in clocks.items()
        if left_s is not None
    }
