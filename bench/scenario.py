"""
The data of scenarios, which `bench.scenarios` defines and the runners carry out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Moment = Literal["before the head", "during the body"]
MOMENTS: tuple[Moment, ...] = ("before the head", "during the body")

Phase = Literal["opening", "window"]

RELAY = "relay"
"""A PROXY API: one upstream for each client."""
RELAY_KEYED = "relay-keyed"
"""The same behind an API-key plan, with three policies that change headers."""
RELAY_SSE = "relay-sse"
"""A MESSAGE API whose one upstream is an event stream that all clients share."""
RELAY_TOPIC = "relay-topic"
"""A MESSAGE API whose events are published to a topic in memory, by POST."""
RELAY_SCRAPED = "relay-scraped"
"""The PROXY API, with its metrics scraped every five seconds."""
RELAY_UNMETERED = "relay-unmetered"
"""The same without metrics."""
RELAY_SSE_SCRAPED = "relay-sse-scraped"
"""The MESSAGE API of a shared stream, with its metrics scraped every five seconds."""
RELAY_SSE_UNMETERED = "relay-sse-unmetered"
"""The same without metrics."""
RELAY_WORKERS = "relay-workers"
"""The PROXY API, served by two workers."""
RELAY_SSE_WORKERS = "relay-sse-workers"
"""The MESSAGE API of a shared stream, served by two workers."""
RELAY_TOPIC_WORKERS = "relay-topic-workers"
"""The MESSAGE API of topics, served by two workers."""
WORKERS: dict[str, int] = {
    RELAY_WORKERS: 2,
    RELAY_SSE_WORKERS: 2,
    RELAY_TOPIC_WORKERS: 2,
}
"""How many workers a server has, and cores; any other has one."""
NGINX = "nginx"
HAPROXY = "haproxy"
CADDY = "caddy"
NCHAN = "nchan"
NCHAN_AT_ONCE = "nchan-at-once"
"""nchan with each event sent when it is there, whatever was not acknowledged yet."""
DIRECT = "direct"
"""No gateway at all: what the load and the source cost and take by themselves."""


@dataclass(frozen=True)
class Limit:
    """A figure of Relay's that must not be passed, in any round."""

    figure: str
    at_most: float
    from_streams: int = 1
    """With fewer streams it decides nothing: what is held once weighs too much then."""
    timed: bool = False
    """A machine that slows down exceeds it: it is not judged in a noisy row."""


@dataclass(frozen=True)
class Target:
    """
    How good a figure of Relay's ought to be, medians of all rounds.

    A target that is not reached is reported and fails a run only when that is asked
    for; without a bound it is a comparison and nothing else.
    """

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    peer: str | None = None
    """Bounds are multiples of this one's figure; ``None`` for the figure itself."""
    beyond: str | None = None
    """What this server has by itself is first taken off on both sides."""


NOTHING_WRONG = tuple(
    Limit(figure, 0)
    for figure in (
        "failed",
        "refused",
        "cut",
        "malformed",
        "lost",
        "duplicated",
        "out_of_order",
        "misshapen",
        "mixed",
        "unfinished",
    )
)
"""Every stream opens and stays open, every event comes once, in order and whole."""

IN_TIME = (
    *NOTHING_WRONG,
    Limit("late", 0, timed=True),
    Limit("short_percent", 1, timed=True),
)
"""What is more, every event comes in time, and the source is not held up."""

NOTHING_LOST = (*IN_TIME, Limit("left_open", 0))
"""What is more, when the clients are gone no connection to the source is left."""

ONE_FOR_ALL = (
    *NOTHING_WRONG,
    Limit("late", 0, timed=True),
    Limit("left_open", 0),
    Limit("short_percent", 0, timed=True),
    Limit("most_upstreams", 1),
    Limit("memory_kb_per_stream", 10, from_streams=1000),
    Limit("storm_unreturned", 0),
    Limit("storm_unfinished", 0),
    Limit("storm_kb_per_stream", 10, from_streams=1000),
)
"""All that the source published reaches every client, over one connection; and the
storm finds one copy of the history, not one for each client."""


@dataclass(frozen=True)
class Streams:
    """
    Streams that are held open while events are sent on each of them.
    """

    name: str
    title: str
    streams: int
    interval_us: int
    """Between two events of one stream."""
    event_bytes: int
    """The ``data`` line with its blank line."""
    window_s: int
    rounds: int = 3
    relays: tuple[str, ...] = (RELAY,)
    """The ways to run Relay that are measured, and judged."""
    peers: tuple[str, ...] = ()
    """Measured in turn with Relay in every round."""
    fan_out: bool = False
    """One event is for all streams; else each has a source of its own."""
    tls: bool = False
    """Between the clients and the server."""
    post_bytes: int = 0
    """The size of a request's body; 0 makes it a GET."""
    late_ms: int = 1000
    settle_ms: int = 1000
    """Between the last stream's opening and the window."""
    drain_ms: int = 2000
    """How long at most the events of the window may still come, beyond an interval."""
    opening: int = 100
    """How many streams at most are being opened at one moment."""
    load_beside: bool = False
    """The load runs on the cores of the server, and a server of several processes has
    as many cores, so that each core has its share of both."""
    profiled: Phase = "window"
    """Where a profile looks."""
    limits: tuple[Limit, ...] = NOTHING_LOST
    targets: tuple[Target, ...] = ()

    @property
    def servers(self) -> tuple[str, ...]:
        """All that are measured, in their turn."""
        return (*self.relays, *self.peers)


@dataclass(frozen=True)
class Shared(Streams):
    """
    One upstream for all streams, killed again and again; then all clients are cut.
    """

    kills: int = 10
    """In the window: of every two, one in the midst of an event."""
    away_ms: int = 3000
    """How long the clients stay away once they were cut."""
    storm_s: int = 60
    """How long it may take until all of them have everything again."""


@dataclass(frozen=True)
class Leave:
    """
    Clients that leave one after another, and the source's view of it.
    """

    name: str
    title: str
    moment: Moment
    tls: bool
    """On both sides of the gateway."""
    repetitions: int = 200
    limits: tuple[Limit, ...] = (Limit("missed", 0), Limit("p99_ms", 50, timed=True))
    targets: tuple[Target, ...] = ()

    @property
    def relays(self) -> tuple[str, ...]:
        """The servers that are judged."""
        return (RELAY,)


Scenario = Streams | Leave
