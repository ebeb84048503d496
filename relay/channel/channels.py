"""The channels of one API, opened as clients ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.web.http_headers import Headers

from relay.channel import ids
from relay.channel.archive import Archive
from relay.channel.channel import Channel, ChannelState
from relay.channel.counts import ChannelCounts
from relay.channel.idempotency import Idempotency
from relay.channel.key import ChannelKey
from relay.channel.source import OpenChannel, Source
from relay.channel.subscribers.byte_group import SharedWriter
from relay.channel.writer import Member, Receiver
from relay.model.api.messages.channel_options import ChannelOptions, KeyOptions
from relay.model.schema.types.request_target import RequestTarget

NOTHING_ELSE = KeyOptions(query=(), headers=())
SWEEP_S = 0.25
"""How exact heartbeats, ages and the bounds of slow clients are."""


Join = Callable[[OpenChannel, Callable[[OpenChannel], None]], Member]
"""Takes part in a channel, whose source the second argument starts."""


class ChannelRefused(Exception):
    """
    There are as many channels as there may be.

    :param of_address: whether it is the client's address that has too many.
    """

    def __init__(self, of_address: bool) -> None:
        super().__init__("too many channels")
        self.of_address = of_address


class ChannelElsewhere(ChannelRefused):
    """Another process serves the channels of the API."""

    def __init__(self) -> None:
        super().__init__(of_address=False)


class Channels:
    """
    Finds, opens and closes the channels of one API.

    :param options: the group's channel options.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param source: makes the source of a channel.
    :param new_writer: makes what writes to the connections of a group of subscribers.
    :param published: whether the events come from publishers. Then a topic is its path
        alone, and stays while it holds an event, whether or not anybody reads it.
    :param archive: the store of durable histories, loaded; None without.
    :param api_id: the API's id, which event ids are bound to.
    :param secret: the key that signs event ids; see :class:`relay.channel.ids.Mint`.
    :param counts: of all channels of the API; None for counts of their own.
    :param join: makes this process's part in a channel that several processes share;
        None if each has channels of its own.
    """

    _log = Logger()

    def __init__(
        self,
        options: ChannelOptions,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        source: Callable[[OpenChannel], Source],
        new_writer: Callable[[], SharedWriter],
        published: bool = False,
        archive: Archive | None = None,
        api_id: str = "",
        secret: bytes | None = None,
        counts: ChannelCounts | None = None,
        join: Join | None = None,
    ) -> None:
        self.options = options
        self._join = join
        self.counts = counts or ChannelCounts()
        self.api = api_id
        """The API's name in the log."""
        self._api_id = api_id
        self._secret = secret
        self._archive = archive
        self.publications = Idempotency(clock.seconds)
        """What was answered under an ``Idempotency-Key``."""
        self.is_here: Callable[[], bool] | None = None
        """Whether the channels are this process's; None when every process has its
        own."""
        self.receiver: Receiver | None = None
        """What takes publications in the place of the channels; None for nothing."""
        self.published = published
        self._key = NOTHING_ELSE if published else options.key
        self._clock = clock
        self._wall_ms = wall_ms
        self._make_source = source
        self._new_writer = new_writer
        self._open: dict[ChannelKey, OpenChannel] = {}
        self._of_address: Counter[str] = Counter()
        self._closed = False
        self._sweep = LoopingCall(self._look_after)
        self._sweep.clock = clock
        self._sweep.start(SWEEP_S, now=False)

    @property
    def closed(self) -> bool:
        """Whether another deployment has channels of its own, or none."""
        return self._closed

    @property
    def durable(self) -> bool:
        """Whether published events are stored."""
        return self.options.history.durable

    def as_json(self) -> list[dict[str, Any]]:
        """
        Describe the open channels for the management API.

        A channel is named by the digest of its key, which may hold secrets; the topic
        of a publisher is named as it is.
        """
        return [self._shown(opened) for opened in self._open.values()]

    def _shown(self, opened: OpenChannel) -> dict[str, Any]:
        log = opened.channel.log
        shown: dict[str, Any] = {
            "channel": opened.key.digest,
            "state": opened.channel.state.name,
            "subscribers": opened.channel.subscribers,
            "events": log.next_seq - log.first_seq,
            "lastEventId": log.last_event_id,
            "health": self.health(opened),
            "problem": None if self.published else opened.health,
        }
        if self.published:
            shown["topic"] = opened.topic
        if opened.endpoint is not None:
            shown |= {"endpoint": opened.endpoint, "url": opened.url}
        return shown

    def health(self, opened: OpenChannel) -> str:
        """Return the state of a source: UP, DOWN, REFUSED, or NO_SOURCE."""
        if self.published:
            return "NO_SOURCE"
        if opened.refused:
            return "REFUSED"
        return "UP" if opened.health is None else "DOWN"

    def load(self) -> Deferred[None]:
        """Get ready to open channels: read what earlier processes kept."""
        if self._archive is None:
            return succeed(None)
        return self._archive.load().addCallback(self._recall)

    def _recall(self, _: None) -> None:
        if self._archive is not None:
            for one in self._archive.publications:
                age_s = (self._wall_ms() - one.at_ms) / 1000.0
                self.publications.remember(one.topic, one.key, list(one.ids), age_s)

    def reset(self) -> None:
        """Close all channels: another process serves them."""
        if self._archive is not None:
            self._archive.reset()
        for opened in list(self._open.values()):
            try:
                self._close(opened)
            except Exception:
                self._log.failure(
                    "API {api}, channel {channel}: its end", **opened.log_names
                )

    def reopen(self) -> None:
        """Call sources again that have ended or refused: the deployment may differ."""
        for opened in list(self._open.values()):
            channel = opened.channel
            if (
                channel.state is ChannelState.ENDED
                or channel.verdict.refusal is not None
            ):
                self._close(opened)

    def _close(self, opened: OpenChannel) -> None:
        """Remove a channel, then end it: its readers open a new one next."""
        del self._open[opened.key]
        self._of_address[opened.address] -= 1
        if not self._of_address[opened.address]:
            del self._of_address[opened.address]
        opened.close()

    def _look_after(self) -> None:
        """Check all channels, with one timer instead of a timer for each stream."""
        for opened in list(self._open.values()):
            try:
                opened.channel.sweep()
            except Exception:
                self._log.failure(
                    "API {api}, channel {channel}: its sweep", **opened.log_names
                )

    @property
    def opened(self) -> list[OpenChannel]:
        """The open channels, with their sources."""
        return list(self._open.values())

    def __iter__(self) -> Iterator[Channel]:
        return (one.channel for one in self._open.values())

    def __len__(self) -> int:
        return len(self._open)

    def open(self, target: RequestTarget, headers: Headers, address: str) -> Channel:
        """
        Find the channel of a call, or open it.

        :param target: what follows the context-path.
        :param headers: the request's headers.
        :param address: the client's address.
        :raises ChannelRefused: when ``maxChannels`` or its like is reached.
        :raises ChannelElsewhere: when another process owns the channels.
        """
        # A body may have come slowly, and the channels gone meanwhile.
        if self.is_here is not None and not self.is_here():
            raise ChannelElsewhere()
        key = ChannelKey.of(self._key, target, headers, self.published)
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = self._create(key, address)
        return found.channel

    def _create(self, key: ChannelKey, address: str) -> OpenChannel:
        if self._closed or len(self._open) >= self.options.max_channels:
            raise ChannelRefused(of_address=False)
        if self._of_address[address] >= self.options.max_channels_per_address:
            raise ChannelRefused(of_address=True)
        self._of_address[address] += 1
        kept = None
        if self._archive is not None:
            kept = self._archive.kept(key.digest)
        epoch = kept[0] if kept is not None else None
        mint = ids.Mint(self._secret, self._api_id, key.digest)
        channel = Channel(
            self.options,
            self._clock,
            self._wall_ms,
            self._new_writer,
            epoch,
            mint,
            self.counts,
        )
        channel.writer, channel.digest = self._archive, key.digest
        channel.is_here, channel.receiver = self.is_here, self.receiver
        if kept is not None:
            channel.log.restore(kept[1])
            if not self.published:
                # The source is asked for what came meanwhile, if it can be.
                channel.gap_due = channel.places.go_on()
        opened = OpenChannel(key, channel, address, self._api_id, self.api)
        if self._join is not None:
            opened.member = channel.writer = self._join(opened, self._open_source)
        channel.on_first = lambda: self._first(opened)
        channel.on_last = lambda: self._last(opened)
        # A client that is refused after all leaves it without a reader.
        self._last(opened)
        return opened

    def _first(self, opened: OpenChannel) -> None:
        opened.stop_lingering()
        if opened.member is not None:
            opened.member.read()
        else:
            self._start(opened)

    def _open_source(self, opened: OpenChannel) -> None:
        opened.channel.places.open(partial(self._start, opened))

    def _start(self, opened: OpenChannel) -> None:
        if opened.source is None:
            source = self._make_source(opened)
            try:
                source.start()
            except BaseException:
                source.stop()
                raise
            opened.source = source

    def _last(self, opened: OpenChannel, wait_s: float = 0.0) -> None:
        if not self._closed:
            opened.linger = self._clock.callLater(
                max(self.options.linger_ms / 1000.0, wait_s), self._forget, opened
            )

    def _forget(self, opened: OpenChannel) -> None:
        opened.linger = None
        ended = opened.channel.state is ChannelState.ENDED
        needed = (self.published or ended) and opened.channel.log.holds_any
        if opened.member is not None:
            # The engine that the processes share keeps the log.
            needed = False
        if self._archive is not None and self._archive.holds(opened.channel):
            needed = True
        if needed:
            # Nothing is open upstream, and clients may still read the history.
            self._last(opened, SWEEP_S)
            return
        if opened.member is None:
            self._close(opened)
        else:
            opened.member.may_close().addCallback(self._close_unread, opened)

    def _close_unread(self, may_close: bool, opened: OpenChannel) -> None:
        """Close a channel that other processes read, too, or may read."""
        if opened.channel.subscribers or self._open.get(opened.key) is not opened:
            return
        if may_close:
            self._close(opened)
        else:
            self._last(opened, SWEEP_S)

    def close(self) -> None:
        """Stop all sources; the subscribers are ended by their exchanges."""
        self._closed = True
        self._sweep.stop()
        if self._archive is not None:
            self._archive.close()
        self.reset()
