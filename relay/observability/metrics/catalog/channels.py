"""The families of MESSAGE APIs: channels, their subscribers, webhooks."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, counter, gauge, histogram

API = ("api",)

CHANNELS_OPEN = gauge(
    "relay_channels_open",
    API,
    "Open channels.",
    "Compare with `relay_channels_limit`: clients choose channels by topic or key.",
)
CHANNELS_LIMIT = gauge(
    "relay_channels_limit",
    API,
    "The option `channel.maxChannels` of the API.",
    "Raise the option, or lower `lingerMs`, before the open channels reach it.",
)
SUBSCRIBERS = gauge(
    "relay_channel_subscribers",
    API,
    "Subscribers of all channels: clients' streams, and webhook deliveries.",
    "A sudden fall is a mass reconnect.",
)
LAGGING = gauge(
    "relay_channel_subscribers_lagging",
    API,
    "Subscribers that have not been given all entries of their channel.",
    "A few are usual (clients that resume, or pause). Many: the event rate exceeds "
    "what the clients or the network take.",
)
BACKLOG_BYTES = gauge(
    "relay_channel_backlog_bytes",
    API,
    "Data that lagging subscribers have still to be given, added up.",
    "Growing: subscribers fall behind, and `slowConsumer` will act on them.",
)
HISTORY_BYTES = gauge(
    "relay_channel_history_bytes",
    API,
    "Memory that the entries of all channels take.",
    "It is bounded by `history.maxBytes` of each channel.",
)
SOURCES = gauge(
    "relay_channel_sources",
    ("api", "state"),
    "Channels that have a source, by the state of the connection to it: `up`, `down` "
    "or `refused`.",
    "`down` or `refused` above 0: `…/apis/<api_id>/channels` has the problem of each.",
)
EVENTS_RECEIVED = counter(
    "relay_events_received_total",
    API,
    "Events that sources and publishers added to channels.",
    "Zero with sources `up`: the source is silent.",
)
EVENTS_RECEIVED_BYTES = counter(
    "relay_events_received_bytes_total",
    API,
    "Data of these events, in characters.",
    "Use it for the mean size of events.",
)
EVENT_GAP = histogram(
    "relay_event_gap_seconds",
    API,
    (0.001, 0.01, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600),
    "Time between two arrivals of events in one channel. Events that arrive together "
    "are one arrival.",
    "Longer than usual: the source has stalled. Compare with `idleTimeout`.",
)
DELIVERY_LAG = histogram(
    "relay_delivery_lag_seconds",
    API,
    (
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        60,
    ),
    "Time from the arrival of events from their source until they were written to the "
    "sockets of subscribers. One observation for each batch and group of subscribers, "
    "and one for each batch that a subscriber is given later because its client took "
    "nothing. What a client that resumes is given of the history is not observed.",
    "The tail grows: clients are slow (`relay_channel_subscribers_lagging`), or the "
    "daemon is (`relay_loop_lag_seconds`).",
)
RESUMES = counter(
    "relay_resumes_total",
    ("api", "result", "reason"),
    "Clients that named the last event that they had. `result` is `exact` if they "
    "continue after it, `gap` if events may be missing, with the `reason`.",
    "`evicted`: the history is too short for how long clients stay away. `unknown_id`: "
    "the history was lost, or the id is of another channel.",
)
GAPS = counter(
    "relay_channel_gaps_total",
    ("api", "reason"),
    "Places where events may be missing: in a channel, or for one slow subscriber.",
    "`upstream_reconnect`: the source does not resume. `slow_consumer`: a subscriber "
    "was too slow. `event_too_long`: raise `maxEventBytes`.",
)
WEBHOOKS = gauge(
    "relay_webhooks",
    API,
    "Subscriptions whose events this daemon delivers to a URL.",
    "Another daemon on the store may deliver those that are missing here.",
)
WEBHOOK_ATTEMPTS = counter(
    "relay_webhook_attempts_total",
    ("api", "result"),
    "Attempts to deliver an event: `delivered`, `retry` (failed, another one follows), "
    "`rejected` (given up) or `stopped` (the delivery has given up).",
    "Many `retry`: the receiver is slow or down; see the `problem` in the access log.",
)
DEAD_LETTERS = counter(
    "relay_webhook_dead_letters_total",
    API,
    "Events that were put onto a dead-letter list.",
    "Look at `…/subscriptions/<id>/deadLetters`, and replay them when the receiver is "
    "repaired.",
)
WEBHOOK_PENDING = gauge(
    "relay_webhook_pending_events",
    API,
    "Events that webhooks have still to be delivered, added up.",
    "Growing: the receiver takes fewer events than are published.",
)
WEBHOOK_OLDEST = gauge(
    "relay_webhook_oldest_pending_seconds",
    API,
    "Age of the oldest event that a webhook has still to be delivered; 0 for none.",
    "Near `history.maxAgeMs` of the channel events are about to be lost.",
    Merge.LARGEST,
)

CHANNELS = (
    CHANNELS_OPEN,
    CHANNELS_LIMIT,
    SUBSCRIBERS,
    LAGGING,
    BACKLOG_BYTES,
    HISTORY_BYTES,
    EVENTS_RECEIVED,
    EVENTS_RECEIVED_BYTES,
    EVENT_GAP,
    DELIVERY_LAG,
    RESUMES,
    GAPS,
    SOURCES,
)
DELIVERIES = (
    WEBHOOKS,
    WEBHOOK_ATTEMPTS,
    DEAD_LETTERS,
    WEBHOOK_PENDING,
    WEBHOOK_OLDEST,
)
