"""The checks of an event stream: its response, its proxies, and the clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from relay.cli.doctor.buffering import Arrivals, judge
from relay.cli.doctor.clock import check_skew
from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.cli.errors import Failed
from relay.cli.streams.credentials import Header
from relay.cli.streams.follower import Ending, Follower, Source
from relay.eventstream.event import Event
from relay.upstream.connection.stream import UpstreamResponse

_PROXIES = ("via", "server", "x-cache", "cf-ray", "x-served-by")
"""Headers of responses by which proxies can be recognised."""


class Listener:
    """Notes when the bytes of one response arrive."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self.opened_s = 0.0
        self.headers: dict[str, str] = {}
        self.received_at_s = 0.0
        self.problem = ""

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """Note the head of the response."""
        self.opened_s = time.monotonic()
        self.received_at_s = time.time()
        self.headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1")
            for name, values in response.headers.getAllRawHeaders()
        }

    def received(self, data: bytes) -> None:
        """Note bytes."""
        self.arrivals.add(time.monotonic(), data)

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Ignore the parsed events; their bytes are counted."""

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """Note why the stream is over."""
        self.problem = reason


async def listen(
    reactor: Any, url: str, headers: Sequence[Header], ca: str, seconds: float
) -> Listener:
    """Listen to a stream for some seconds, without a reconnect."""
    listener = Listener()
    source = Source(reactor, url, headers, ca)
    follower = Follower(source, listener, reconnects=False)
    timer = reactor.callLater(seconds, follower.stop, "time")
    try:
        await follower.start()
    except Failed as problem:
        listener.problem = problem.message
    finally:
        if timer.active():
            timer.cancel()
        source.close()
    return listener


async def check_stream(
    reactor: Any,
    url: str,
    direct: str | None,
    headers: Sequence[Header],
    ca: str,
    seconds: float,
) -> list[Finding]:
    """
    Listen to a stream, and perhaps to the same one without its proxies.

    :param direct: the URL without the proxies.
    :param headers: are sent to both.
    :param ca: the path of a PEM file of authorities; empty for those of the system.
    """
    work = Deferred.fromCoroutine(listen(reactor, url, headers, ca, seconds))
    other: Listener | None = None
    if direct is not None:
        other = await listen(reactor, direct, headers, ca, seconds)
    listener = await work
    return list(_findings(url, listener, other))


def _findings(
    url: str, listener: Listener, direct: Listener | None
) -> Iterator[Finding]:
    host = urlsplit(url).hostname or ""
    if not listener.opened_s:
        reason = listener.problem or "no response head: a proxy may wait for the body"
        advice = "see whether the URL answers a GET with an event stream"
        yield error("stream", f"{host}: {reason}", advice)
        return
    yield from _response(host, listener)
    skew = check_skew(host, listener.headers.get("date"), listener.received_at_s)
    if skew is not None:
        yield skew
    yield judge(
        listener.arrivals,
        listener.opened_s,
        time.monotonic(),
        direct.arrivals if direct is not None and direct.opened_s else None,
    )


def _response(host: str, listener: Listener) -> Iterator[Finding]:
    headers = listener.headers
    named = [f"{name}: {headers[name]}" for name in _PROXIES if name in headers]
    through = f" ({', '.join(named)})" if named else ""
    if "content-encoding" in headers:
        found = f"{host} compresses the stream with {headers['content-encoding']}"
        advice = "switch compression off for text/event-stream: it collects events"
        yield warning("stream", found, advice)
    elif "content-length" in headers:
        found = f"{host} sends Content-Length: a proxy has collected the whole response"
        yield error("stream", found, "switch the buffer and the cache of the proxy off")
    else:
        yield ok("stream", f"{host} sends an event stream{through}")
