"""Reads what the parts of a gateway have counted, and how they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from relay.channel.source import OpenChannel
from relay.deploy.builder import Builder
from relay.gateway.counts import ApiCounts, Counts
from relay.gateway.push import DEAD_LETTER
from relay.observability.metrics.catalog import (
    channels as channel_names,
    upstream as names,
)
from relay.observability.metrics.samples import Samples
from relay.tally import Key
from relay.upstream.group import ConnectorGroup
from relay.webhook.deliveries import Deliveries

STEP_SUBSCRIBERS = 200
"""How many lagging subscribers are looked at in one step."""


class CountsMeter:
    """
    Adds what has happened in each API.

    :param counts: of all APIs.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, one API with each step."""
        for api_id, counts in self._counts:
            _put_channel_counts(into, api_id, counts)
            _put_upstream_counts(into, api_id, counts)
            for result, count in counts.webhooks.items():
                if result == (DEAD_LETTER,):
                    into.put(channel_names.DEAD_LETTERS, count, (api_id,))
                else:
                    into.put(channel_names.WEBHOOK_ATTEMPTS, count, (api_id, *result))
            yield


def _put_channel_counts(into: Samples, api_id: str, counts: ApiCounts) -> None:
    found, key = counts.channels, (api_id,)
    if not (found.events or found.resumes or found.gaps):
        # A PROXY API, or a channel without an event yet.
        return
    into.put(channel_names.EVENTS_RECEIVED, found.events, key)
    into.put(channel_names.EVENTS_RECEIVED_BYTES, found.data, key)
    into.put_histogram(channel_names.DELIVERY_LAG, found.lags, key)
    into.put_histogram(channel_names.EVENT_GAP, found.pauses, key)
    for of_resume, count in found.resumes.items():
        into.put(channel_names.RESUMES, count, (api_id, *of_resume))
    for of_gap, count in found.gaps.items():
        into.put(channel_names.GAPS, count, (api_id, *of_gap))


def _put_upstream_counts(into: Samples, api_id: str, counts: ApiCounts) -> None:
    found = counts.upstream
    for of_attempt, count in found.attempts.items():
        into.put(names.ATTEMPTS, count, (api_id, *of_attempt))
    for of_connection, count in found.connections.items():
        into.put(names.CONNECTIONS, count, (api_id, *of_connection))
    if found.reconnects:
        into.put(names.RECONNECTS, found.reconnects, (api_id,))
    for of_verdict, count in counts.verdicts.items():
        into.put(names.VERDICTS, count, (api_id, *of_verdict))


class ChannelMeter:
    """
    Adds the state of all channels.

    :param builder: of the deployments in force.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, one channel or some of its subscribers with each step."""
        for api_id, shared in list(self._builder.shared.items()):
            channels, key = shared.channels, (api_id,)
            into.put(channel_names.CHANNELS_OPEN, len(channels), key)
            limit = channels.options.max_channels
            into.put(channel_names.CHANNELS_LIMIT, limit, key)
            states: Counter[str] = Counter()
            for opened in channels.opened:
                yield from _put_channel(into, key, opened)
                if not channels.published:
                    states[_state(opened)] += 1
                yield
            for state, count in states.items():
                into.put(channel_names.SOURCES, count, (api_id, state))


def _put_channel(into: Samples, key: Key, opened: OpenChannel) -> Iterator[None]:
    channel, log = opened.channel, opened.channel.log
    into.put(channel_names.SUBSCRIBERS, channel.subscribers, key)
    into.put(channel_names.HISTORY_BYTES, log.held_bytes, key)
    lagging = [one for group in channel.groups for one in group.lagging]
    into.put(channel_names.LAGGING, len(lagging), key)
    behind = 0
    for number, subscriber in enumerate(lagging):
        if number % STEP_SUBSCRIBERS == STEP_SUBSCRIBERS - 1:
            yield
        if subscriber.awaited is None:
            behind += log.bytes_behind(subscriber.position)
    into.put(channel_names.BACKLOG_BYTES, behind, key)


def _state(opened: OpenChannel) -> str:
    if opened.refused:
        return "refused"
    return "up" if opened.health is None else "down"


class EndpointMeter:
    """
    Adds the state of all endpoints and of their connections.

    :param builder: of the deployments in force.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, one API with each step."""
        for api_id, destinations in list(self._builder.destinations.items()):
            for group in destinations.groups:
                _put_group(into, api_id, group)
                for one in group.connectors:
                    key = (api_id, one.name)
                    into.put(names.ENDPOINT_EXCHANGES, one.exchanges, key)
                    if one.health is not None:
                        into.put(names.ENDPOINT_AVAILABLE, one.available, key)
            yield
        for api_id, shared in list(self._builder.shared.items()):
            for group in getattr(shared.sources, "groups", ()):
                _put_group(into, api_id, group)
            yield


def _put_group(into: Samples, api_id: str, group: ConnectorGroup) -> None:
    key = (api_id, group.name)
    for pool in group.pools:
        into.put(names.POOL_IN_USE, pool.taken, key)
        into.put(names.POOL_LIMIT, pool.limit, key)
        into.put(names.POOL_WAITING, pool.waiting, key)
        into.put(names.POOL_IDLE, pool.kept, key)


class WebhookMeter:
    """
    Adds the state of the deliveries to consumers.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(self, deliveries: Deliveries, wall_ms: Callable[[], int]) -> None:
        self._deliveries = deliveries
        self._wall_ms = wall_ms

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, one delivery with each step."""
        now_ms = self._wall_ms()
        oldest: dict[Key, float] = {}
        for delivery in self._deliveries.under_way:
            key, reader = (delivery.assignment.api.id,), delivery.reader
            into.put(channel_names.WEBHOOKS, 1, key)
            into.put(channel_names.WEBHOOK_PENDING, reader.pending, key)
            at_ms = reader.oldest_ms
            age_s = 0.0 if at_ms is None else max(now_ms - at_ms, 0) / 1000
            oldest[key] = max(oldest.get(key, 0.0), age_s)
            yield
        into.put_all(channel_names.WEBHOOK_OLDEST, oldest)
        yield
