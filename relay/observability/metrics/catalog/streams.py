"""The families of exchanges: streams, calls and refusals."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, counter, gauge, histogram

CALLER = ("api", "plan", "listener")

OPEN = gauge(
    "relay_streams_open",
    CALLER,
    "Event streams and upgraded connections that are open now.",
    "A sudden fall is a mass reconnect: see `relay_streams_ended_total` by outcome.",
)
OPENED = counter(
    "relay_streams_opened_total",
    CALLER,
    "Event streams and upgraded connections whose response head was sent.",
    "A rate far above the usual one is a reconnect storm: see what ends the streams.",
)
ENDED = counter(
    "relay_streams_ended_total",
    ("api", "plan", "outcome", "clock"),
    "Event streams that have ended, by outcome and by the timeout that ended them "
    "(empty for none).",
    "`client_gone` is the usual end. `upstream_gone` and `idle_timeout` point to the "
    "source, `slow_consumer` to clients, `internal_error` to a defect.",
)
STREAM_DURATION = histogram(
    "relay_stream_duration_seconds",
    ("api",),
    (1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400),
    "How long event streams lasted, observed when each one ends.",
    "Many durations near one value show a timeout, of Relay or of a proxy in front.",
)
EXCHANGES_OPEN = gauge(
    "relay_exchanges_open",
    ("listener",),
    "Exchanges under way: event streams and all other calls.",
    "Compare with `relay_exchanges_limit`.",
)
EXCHANGES_LIMIT = gauge(
    "relay_exchanges_limit",
    (),
    "The setting `limits.max_exchanges`; 0 for no limit.",
    "Raise the setting, or add a daemon, before the open exchanges reach it.",
    Merge.LARGEST,
)
EXCHANGES_ENDED = counter(
    "relay_exchanges_ended_total",
    ("api", "outcome", "clock"),
    "Exchanges of all kinds that have ended, by outcome and by the timeout that ended "
    "them (empty for none).",
    "Look the outcome up in the reference of outcomes, and the exchange in the access "
    "log.",
)
EVENTS_SENT = counter(
    "relay_events_sent_total",
    CALLER,
    "Events that were written to clients, each client counted.",
    "Zero with open streams: the source is silent, or the clients take nothing.",
)
SENT_BYTES = counter(
    "relay_sent_bytes_total",
    CALLER,
    "Bytes of response bodies that were written to clients, without framing.",
    "Use it for bandwidth and cost by API and plan.",
)
RECEIVED_BYTES = counter(
    "relay_received_bytes_total",
    CALLER,
    "Bytes of request bodies that were received from clients.",
    "Use it for bandwidth by API and plan.",
)
TIME_TO_HEAD = histogram(
    "relay_time_to_head_seconds",
    ("api",),
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    "Time from the head of a request to the head of its response. The time that a "
    "stream stays open is not part of it. Refusals of Relay are not observed.",
    "The source answers slowly, or calls wait for a connection: see "
    "`relay_pool_waiting`.",
)
CLIENT_PAUSES = counter(
    "relay_client_pauses_total",
    ("api",),
    "Times that a client took no more bytes, so that its feed was paused.",
    "See `relay_client_paused_seconds_total`.",
)
CLIENT_PAUSED_SECONDS = counter(
    "relay_client_paused_seconds_total",
    ("api",),
    "Time for which feeds were paused by their clients, added up when each pause ends.",
    "Divided by `relay_client_pauses_total` it is the mean delay by back-pressure. "
    "Growing: clients or their networks are too slow for the event rate.",
)
CLIENTS_PAUSED = gauge(
    "relay_clients_paused",
    ("api",),
    "Exchanges whose client takes no more bytes now.",
    "A client that takes nothing for `gateway.stall_timeout_ms` is cut.",
)
REFUSALS = counter(
    "relay_refusals_total",
    ("api", "key"),
    "Calls that were answered with an error of Relay, by error key. `api` is empty for "
    "a path that no API has.",
    "Look the key up in the reference of error keys.",
)
HTTP_REQUESTS = counter(
    "relay_http_requests_total",
    ("server", "listener", "status"),
    "Requests that have ended, by the class of their status (`2xx`). `server` is "
    "`gateway`, `management` or `technical`; `listener` is set for the gateway.",
    "`5xx` of the gateway: see `relay_refusals_total`. Of the other servers: see the "
    "daemon's log.",
)
SERIES = gauge(
    "relay_metrics_series",
    ("family",),
    "Label values that have a series of their own.",
    "At `relay_metrics_series_limit` further ones share the series `other`.",
    Merge.LARGEST,
)
SERIES_LIMIT = gauge(
    "relay_metrics_series_limit",
    (),
    "The setting `metrics.max_series`.",
    "Raise the setting if `relay_metrics_series` reaches it.",
    Merge.LARGEST,
)

STREAMS = (
    OPEN,
    OPENED,
    ENDED,
    STREAM_DURATION,
    EVENTS_SENT,
    SENT_BYTES,
    RECEIVED_BYTES,
    TIME_TO_HEAD,
    CLIENT_PAUSES,
    CLIENT_PAUSED_SECONDS,
    CLIENTS_PAUSED,
)
CALLS = (
    EXCHANGES_OPEN,
    EXCHANGES_LIMIT,
    EXCHANGES_ENDED,
    REFUSALS,
    HTTP_REQUESTS,
    SERIES,
    SERIES_LIMIT,
)
