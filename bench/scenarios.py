"""The scenarios. A new scenario of an existing kind is a new entry here."""

from __future__ import annotations

from bench.scenario import (
    CADDY,
    DIRECT,
    HAPROXY,
    IN_TIME,
    MOMENTS,
    NCHAN,
    NCHAN_AT_ONCE,
    NGINX,
    NOTHING_WRONG,
    ONE_FOR_ALL,
    RELAY,
    RELAY_KEYED,
    RELAY_SCRAPED,
    RELAY_SSE,
    RELAY_SSE_SCRAPED,
    RELAY_SSE_UNMETERED,
    RELAY_SSE_WORKERS,
    RELAY_TOPIC,
    RELAY_TOPIC_WORKERS,
    RELAY_UNMETERED,
    RELAY_WORKERS,
    Leave,
    Limit,
    Scenario,
    Shared,
    Streams,
    Target,
)

PASSTHROUGH = (
    Streams(
        name="quiet",
        title="many quiet streams: one event a second each",
        streams=5000,
        interval_us=1_000_000,
        event_bytes=120,
        window_s=10,
        peers=(NGINX,),
        targets=(
            Target("memory_kb_per_stream", at_most=25),
            Target("cpu_us_per_event", peer=NGINX),
        ),
    ),
    Streams(
        name="passthrough",
        title="500 streams of 10 events a second",
        streams=500,
        interval_us=100_000,
        event_bytes=120,
        window_s=8,
        peers=(NGINX, HAPROXY, CADDY, DIRECT),
        targets=(
            Target("cpu_us_per_event", peer=NGINX, at_most=1.5),
            Target("cpu_us_per_event", peer=CADDY, at_most=1),
            Target("latency_p99_us", peer=NGINX, beyond=DIRECT, at_most=2),
            Target("memory_kb_per_stream", at_most=25),
        ),
    ),
    Streams(
        name="keyed",
        title="the same 500 streams behind an API key and three header policies",
        streams=500,
        interval_us=100_000,
        event_bytes=120,
        window_s=8,
        relays=(RELAY_KEYED,),
        peers=(RELAY,),
        targets=(
            Target("cpu_us_per_event", peer=RELAY, at_most=1.05),
            Target("cpu_us_per_open", peer=RELAY),
        ),
    ),
    Streams(
        name="large",
        title="100 streams of 10 events of 16 KB a second",
        streams=100,
        interval_us=100_000,
        event_bytes=16_384,
        window_s=6,
        peers=(NGINX, CADDY),
        targets=(
            Target("cpu_us_per_event", peer=NGINX),
            Target("cpu_us_per_event", peer=CADDY),
        ),
    ),
    Streams(
        name="tokens",
        title="100 POSTs, each answered with 50 tokens of 20 bytes a second",
        streams=100,
        interval_us=20_000,
        event_bytes=66,
        window_s=6,
        post_bytes=1024,
        peers=(NGINX, CADDY),
        targets=(
            Target("cpu_us_per_event", peer=NGINX),
            Target("cpu_us_per_event", peer=CADDY),
        ),
    ),
    Streams(
        name="open",
        title="2,000 streams are opened at once",
        streams=2000,
        interval_us=1_000_000,
        event_bytes=120,
        window_s=2,
        opening=2000,
        profiled="opening",
        peers=(NGINX, HAPROXY, CADDY),
        targets=(
            Target("cpu_us_per_open", peer=CADDY, at_most=1.3),
            Target("cpu_us_per_open", peer=NGINX),
        ),
    ),
)

LEAVING = tuple(
    Leave(
        name=f"leave-{'tls' if tls else 'tcp'}-{moment.split()[-1]}",
        title=f"a client leaves {moment}, {'TLS' if tls else 'TCP'} on both sides",
        moment=moment,
        tls=tls,
    )
    for tls in (False, True)
    for moment in MOMENTS
)

ANSWERED = Limit("turned_down", 0)
"""Every event that is published is accepted."""


def fan_out(
    streams: int,
    rate: int,
    *targets: Target,
    peers: tuple[str, ...] = (NCHAN,),
    tls: bool = False,
    saturated: bool = False,
) -> Streams:
    """
    Describe a fan-out.

    :param rate: events a second, each for every stream.
    :param saturated: it is more than a server need be up to: nothing may be lost, but
        it may come late.
    """
    return Streams(
        name=f"fanout{'-tls' * tls}-{streams}x{rate}",
        title=f"{rate:,} event{'s' * (rate > 1)} a second to {streams:,} clients"
        + " over TLS" * tls,
        streams=streams,
        interval_us=1_000_000 // rate,
        event_bytes=120,
        window_s=5,
        relays=(RELAY_SSE,) if tls else (RELAY_SSE, RELAY_TOPIC),
        peers=peers,
        fan_out=True,
        tls=tls,
        drain_ms=20_000 if saturated else 2000,
        limits=(*(NOTHING_WRONG if saturated else IN_TIME), ANSWERED),
        targets=targets,
    )


FAN_OUT = (
    fan_out(1000, 10, Target("cpu_us_per_event", peer=NCHAN, at_most=0.9)),
    fan_out(
        1000,
        100,
        Target("cpu_us_per_event", peer=NCHAN, at_most=0.75),
        Target("cpu_us_per_event", peer=NCHAN_AT_ONCE, at_most=0.75),
        peers=(NCHAN, NCHAN_AT_ONCE),
    ),
    fan_out(
        1000,
        1000,
        Target("events_per_s", at_least=800_000),
        Target("events_per_s", peer=NCHAN, at_least=8),
        Target("cpu_us_per_event", peer=NCHAN),
        saturated=True,
    ),
    fan_out(
        5000,
        5,
        Target("memory_kb_per_stream", at_most=10),
        Target("cpu_us_per_event", peer=NCHAN, at_most=0.9),
    ),
    *(
        fan_out(
            streams,
            rate,
            Target("cpu_us_per_event", peer=NCHAN, at_most=1.4),
            tls=True,
            saturated=rate == 1000,
        )
        for streams, rate in ((1000, 10), (1000, 100), (1000, 1000), (5000, 5))
    ),
)

SHARED = Shared(
    name="shared",
    title="one upstream for many clients, killed again and again",
    streams=5000,
    interval_us=100_000,
    event_bytes=120,
    window_s=60,
    rounds=1,
    relays=(RELAY_SSE,),
    late_ms=2000,
    settle_ms=2000,
    limits=ONE_FOR_ALL,
)

METRICS = (
    Streams(
        name="metrics-passthrough",
        title="500 streams of 10 events a second, with metrics that are scraped",
        streams=500,
        interval_us=100_000,
        event_bytes=120,
        window_s=20,
        rounds=5,
        relays=(RELAY_SCRAPED,),
        peers=(RELAY_UNMETERED,),
        targets=(Target("cpu_us_per_event", peer=RELAY_UNMETERED, at_most=1.01),),
    ),
    Streams(
        name="metrics-fanout-1000x100",
        title="100 events a second to 1,000 clients, with metrics that are scraped",
        streams=1000,
        interval_us=10_000,
        event_bytes=120,
        window_s=20,
        rounds=5,
        relays=(RELAY_SSE_SCRAPED,),
        peers=(RELAY_SSE_UNMETERED,),
        fan_out=True,
        limits=(*IN_TIME, ANSWERED),
        targets=(Target("cpu_us_per_event", peer=RELAY_SSE_UNMETERED, at_most=1.01),),
    ),
)
"""What metrics cost: scraped every five seconds, against a daemon without them."""


def beside(
    name: str,
    title: str,
    streams: int,
    interval_us: int,
    one: str,
    workers: str,
    *figures: tuple[str, float],
    fan_out: bool = True,
) -> Streams:
    """
    Describe a comparison of two workers on two cores with one process on one core, with
    the load on the same cores.

    :param one: the server of one process.
    :param workers: the server of two workers.
    :param figures: that workers are to have, as multiples of the other's: of events a
        second at least so many, of anything else at most.
    """
    targets = [
        Target(figure, peer=one, at_least=bound)
        if figure == "events_per_s"
        else Target(figure, peer=one, at_most=bound)
        for figure, bound in figures
    ]
    return Streams(
        name=f"workers-{name}",
        title=title,
        streams=streams,
        interval_us=interval_us,
        event_bytes=120,
        window_s=5,
        relays=(workers,),
        peers=(one,),
        fan_out=fan_out,
        load_beside=True,
        drain_ms=20_000,
        limits=(*NOTHING_WRONG, ANSWERED if fan_out else Limit("left_open", 0)),
        targets=tuple(targets),
    )


CPU = ("cpu_us_per_event", 1.1)
TWO_WORKERS = (
    beside(
        "passthrough",
        "500 streams of 100 events a second",
        500,
        10_000,
        RELAY,
        RELAY_WORKERS,
        ("latency_p50_us", 0.6),
        CPU,
        fan_out=False,
    ),
    beside(
        "fanout-1000x2000",
        "2,000 events a second to 1,000 clients, more than two cores are up to",
        1000,
        500,
        RELAY_SSE,
        RELAY_SSE_WORKERS,
        ("events_per_s", 1.7),
        CPU,
    ),
    beside(
        "fanout-1000x10",
        "10 events a second to 1,000 clients",
        1000,
        100_000,
        RELAY_SSE,
        RELAY_SSE_WORKERS,
        ("latency_p50_us", 0.5),
        CPU,
    ),
    beside(
        "topic-1000x10",
        "10 publications a second to 1,000 clients",
        1000,
        100_000,
        RELAY_TOPIC,
        RELAY_TOPIC_WORKERS,
        ("latency_p50_us", 0.5),
        CPU,
    ),
)

SCENARIOS: tuple[Scenario, ...] = (
    *PASSTHROUGH,
    *LEAVING,
    *FAN_OUT,
    *METRICS,
    *TWO_WORKERS,
    SHARED,
)
