"""
What is measured, as data: the runners know how, `SCENARIOS` says what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Moment = Literal["before the head", "during the body"]
MOMENTS: tuple[Moment, ...] = ("before the head", "during the body")

RELAY = "relay"
NGINX = "nginx"
DIRECT = "direct"
"""No gateway at all: what the load and the source cost and take by themselves."""


@dataclass(frozen=True)
class Limit:
    """A figure of Relay's that must not be passed, in any round."""

    figure: str
    at_most: float
    from_streams: int = 1
    """With fewer streams it decides nothing: what is held once weighs too much then."""


@dataclass(frozen=True)
class Ratio:
    """A figure of Relay's beside the same figure of a peer, medians of all rounds."""

    figure: str
    peer: str
    at_most: float | None = None
    """``None`` where the ratio is reported and decides nothing."""


ALL_WELL = tuple(
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
        "late",
        "left_open",
    )
)
"""Every stream opens and stays open, every event comes once, in order, whole and in
time, and when the clients are gone no connection to the source is left."""
NOTHING_LOST = (Limit("short_percent", 1), *ALL_WELL)
"""The source is not held up, either."""
ONE_FOR_ALL = (
    *ALL_WELL,
    Limit("short_percent", 0),
    Limit("most_upstreams", 1),
    Limit("memory_kib_per_stream", 10, from_streams=1000),
    Limit("storm_unreturned", 0),
    Limit("storm_unfinished", 0),
    Limit("storm_kib_per_stream", 10, from_streams=1000),
)
"""All that the source published reaches every client, over one connection; and the
storm finds one copy of the history, not one for each client."""


@dataclass(frozen=True)
class Streams:
    """
    Streams that are held open while a source sends on each of them.
    """

    name: str
    title: str
    streams: int
    interval_us: int
    """Between two events of one stream."""
    event_bytes: int
    """The ``data`` line with its blank line."""
    window_s: int
    rounds: int = 1
    peers: tuple[str, ...] = ()
    """Measured in turn with Relay in every round."""
    late_ms: int = 1000
    settle_ms: int = 2000
    """Between the last stream's opening and the window."""
    opening: int = 100
    """How many streams at most are being opened at one moment."""
    limits: tuple[Limit, ...] = NOTHING_LOST
    ratios: tuple[Ratio, ...] = ()


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
    limits: tuple[Limit, ...] = (Limit("missed", 0), Limit("p99_ms", 50))


Scenario = Streams | Leave

SCENARIOS: tuple[Scenario, ...] = (
    Streams(
        name="quiet",
        title="many quiet streams: one event a second each",
        streams=5000,
        interval_us=1_000_000,
        event_bytes=120,
        window_s=60,
    ),
    *(
        Leave(
            name=f"leave-{'tls' if tls else 'tcp'}-{moment.split()[-1]}",
            title=f"a client leaves {moment}, {'TLS' if tls else 'TCP'} on both sides",
            moment=moment,
            tls=tls,
        )
        for tls in (False, True)
        for moment in MOMENTS
    ),
    Streams(
        name="passthrough",
        title="500 streams of 10 events a second",
        streams=500,
        interval_us=100_000,
        event_bytes=120,
        window_s=15,
        rounds=3,
        peers=(NGINX, DIRECT),
        ratios=(
            Ratio("cpu_us_per_event", NGINX),
            Ratio("latency_p99_us", NGINX),
            Ratio("cpu_us_per_open", NGINX),
            Ratio("memory_kib_per_stream", NGINX),
        ),
    ),
    Shared(
        name="shared",
        title="one upstream for many clients, killed again and again",
        streams=5000,
        interval_us=100_000,
        event_bytes=120,
        window_s=60,
        late_ms=2000,
        limits=ONE_FOR_ALL,
    ),
)
