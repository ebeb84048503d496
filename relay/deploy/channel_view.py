"""
The open channels of a gateway, as the technical API shows them.

Nothing is kept for it: what channels, subscribers and sources know is put together when
it is asked for. A channel may have thousands of readers, so that they are looked at in
shares of several turns of the reactor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime

from relay.channel.channels import Channels
from relay.channel.source import OpenChannel
from relay.channel.subscribers.subscriber import State, Subscriber
from relay.deploy.shared_channels import SharedChannels
from relay.gateway.exchange import Exchange
from relay.model.schema.types.timestamps import timestamp
from relay.observability.live import LiveExchanges
from relay.reactor.turns import STREAMS, in_turns, turns_of

SLICE = 64
"""How many readers are looked at before the time of the turn is."""
MOST_READERS = 1000
"""How many readers are described of a channel: those that are farthest behind."""
Shown = dict[str, Any]


class ChannelView:
    """
    Looks at the open channels.

    :param shared: the channels of all APIs, by API.
    :param live: the exchanges under way, some of which read channels.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        clock: IReactorTime,
        shared: Mapping[str, SharedChannels],
        live: LiveExchanges,
        wall_ms: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._shared = shared
        self._live = live
        self._wall_ms = wall_ms

    async def all(self, api_ids: Collection[str]) -> list[Shown]:
        """
        Describe channels.

        :param api_ids: of these APIs; empty for all.
        """
        found: list[Shown] = []

        def steps() -> Iterator[None]:
            for api_id, shared in list(self._shared.items()):
                if api_ids and api_id not in api_ids:
                    continue
                for number, opened in enumerate(shared.channels.opened):
                    found.append(self._described(api_id, shared.channels, opened))
                    if number % SLICE == SLICE - 1:
                        yield
                yield

        await in_turns(turns_of(self._clock, STREAMS), steps())
        return found

    async def one(self, api_id: str, digest: str) -> Shown | None:
        """
        Describe a channel with its readers and what has happened to its source.

        :param digest: names the channel among those of its API.
        :return: None when it is not open.
        """
        shared = self._shared.get(api_id)
        if shared is None:
            return None
        for opened in shared.channels.opened:
            if opened.key.digest == digest:
                break
        else:
            return None
        readers: list[Shown] = []
        states: Counter[str] = Counter()
        await in_turns(
            turns_of(self._clock, STREAMS),
            self._read(api_id, opened, readers, states),
        )
        readers.sort(key=lambda one: (one["lag"]["events"], one["lag"]["ms"]))
        readers.reverse()
        shown = self._described(api_id, shared.channels, opened)
        shown["readers"]["states"] = dict(states)
        shown["positions"] = readers[:MOST_READERS]
        shown["moments"] = self._moments(opened)
        return shown

    def _read(
        self,
        api_id: str,
        opened: OpenChannel,
        readers: list[Shown],
        states: Counter[str],
    ) -> Iterator[None]:
        ids = {
            id(one.feed): one.record.request_id
            for one in self._live.of_api(api_id)
            if isinstance(one, Exchange)
        }
        for group in opened.channel.groups:
            for number, subscriber in enumerate([*group.live, *group.lagging]):
                if subscriber.channel is not None:
                    states[subscriber.state] += 1
                    stream_id = ids.get(id(subscriber.reader))
                    readers.append(_reader(opened, subscriber, stream_id))
                if number % SLICE == SLICE - 1:
                    yield
            yield

    def _described(self, api_id: str, channels: Channels, opened: OpenChannel) -> Shown:
        channel, now_ms = opened.channel, self._wall_ms()
        log, history = channel.log, channel.options.history
        oldest, newest = log.find(log.first_seq), log.find(log.next_seq - 1)
        shown: Shown = {
            "apiId": api_id,
            "channel": opened.key.digest,
            "state": channel.state.name,
            "readers": {
                "total": channel.subscribers,
                "lagging": sum([len(group.lagging) for group in channel.groups]),
            },
            "log": {
                "first": log.first_seq,
                "last": log.next_seq - 1,
                "entries": log.next_seq - log.first_seq,
                "bytes": log.held_bytes,
                "oldestMs": None if oldest is None else max(0, now_ms - oldest.at_ms),
                "newestMs": None if newest is None else max(0, now_ms - newest.at_ms),
                "lastEventId": log.last_event_id,
                "maxEvents": history.max_events,
                "maxBytes": history.max_bytes,
                "maxAgeMs": history.max_age_ms,
            },
            "source": self._source(channels, opened),
            "clocks": self._clocks(opened),
        }
        if channels.published:
            shown["topic"] = opened.topic
        return shown

    def _source(self, channels: Channels, opened: OpenChannel) -> Shown:
        source = opened.source
        return {
            "state": channels.health(opened),
            "problem": None if channels.published else opened.health,
            "endpoint": opened.endpoint,
            "url": opened.url,
            "connections": [
                {
                    "endpoint": one.endpoint,
                    "problem": one.problem,
                    "clocks": _milliseconds(one.clocks_s),
                }
                for one in (() if source is None else source.connections())
            ],
        }

    def _clocks(self, opened: OpenChannel) -> dict[str, int]:
        linger = opened.linger
        if linger is None:
            return {}
        return _milliseconds({"lingerMs": linger.getTime() - self._clock.seconds()})

    def _moments(self, opened: OpenChannel) -> list[Shown]:
        now_s, now_ms = self._clock.seconds(), self._wall_ms()
        return [
            {
                "at": timestamp(now_ms - round((now_s - one.at_s) * 1000)),
                "mark": one.mark,
                **one.detail(),
            }
            for one in opened.channel.journal.moments
        ]


def _reader(
    opened: OpenChannel, subscriber: Subscriber, stream_id: str | None
) -> Shown:
    found = opened.channel.progress(subscriber)
    heartbeat = found.heartbeat_s
    return {
        "streamId": stream_id,
        "state": found.state,
        "lagging": subscriber.state is not State.LIVE,
        "place": found.place,
        "eventId": found.event_id,
        "lag": {
            "events": found.behind,
            "ms": found.behind_ms,
            "bytes": found.behind_bytes,
        },
        "clocks": _milliseconds({"heartbeat": heartbeat}),
    }


def _milliseconds(clocks_s: Mapping[str, float | None]) -> dict[str, int]:
    return {
        name: max(0, round(left_s * 1000))
        for name, left_s in clocks_s.items()
        if left_s is not None
    }
