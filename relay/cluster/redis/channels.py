"""The logs of channels in Redis, and who leads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from relay.channel.idempotency import REMEMBERED_S
from relay.cluster.epochs import epochs_of
from relay.cluster.link import (
    Appended,
    ChannelName,
    EngineLost,
    Fenced,
    Follower,
    Lead,
    Snapshot,
)
from relay.cluster.redis.copies import Copy, remember, write_epochs
from relay.cluster.redis.engine import Shard
from relay.cluster.redis.keys import partition
from relay.cluster.redis.scripts import CopyWanted, LogMissing, SessionEnded
from relay.cluster.redis.session import Read
from relay.model.api.messages.channel_options import HistoryOptions

LINEAGE_MS = 2 * 86_400_000
"""How much longer than its events a log is known, so that its numbers go on."""
_REMEMBERED_MS = int(REMEMBERED_S * 1000)


class RedisChannels:
    """
    The logs that this process follows.

    :param shards: the partitions of the engine.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._ports = [_Port(shard) for shard in shards]

    def _port(self, channel: ChannelName) -> _Port:
        name = f"{channel.api_id}:{channel.digest}"
        return self._ports[partition(name, len(self._ports))]

    def follow(
        self,
        channel: ChannelName,
        bounds: HistoryOptions,
        follower: Follower,
        opening: bytes | None = None,
    ) -> None:
        """Follow a log; see :class:`relay.cluster.link.ChannelLink`."""
        self._port(channel).follow(Copy(channel, bounds, follower, opening))

    def unfollow(self, channel: ChannelName) -> None:
        """Follow a log no more, and give up its lease."""
        self._port(channel).unfollow(channel)

    def lead(self, channel: ChannelName) -> Deferred[Lead | None]:
        """Take the lease of a channel, if nobody has it."""
        return self._port(channel).lead(channel)

    def resign(self, channel: ChannelName, *, unless_followed: bool) -> Deferred[bool]:
        """Return the lease of a channel."""
        return self._port(channel).resign(channel, unless_followed)

    def append(
        self,
        channel: ChannelName,
        items: Sequence[bytes],
        *,
        fence: int | None = None,
        first_seq: int | None = None,
        key: tuple[str, str] | None = None,
    ) -> Deferred[Appended]:
        """Append items to a log; see :class:`relay.cluster.link.ChannelLink`."""
        return self._port(channel).append(channel, items, fence, first_seq, key)

    def announce(self, channel: ChannelName, state: bytes, fence: int) -> None:
        """Pass the state of the source to all followers."""
        self._port(channel).announce(channel, state, fence)

    def touch(self) -> None:
        """Keep what is followed from expiring."""
        for port in self._ports:
            port.touch()


class _Port:
    """The logs of one partition."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._copies: dict[bytes, Copy] = {}
        """By the key of the log."""
        self._ended: dict[bytes, None] = {}
        shard.on_attached.append(self._attached)
        shard.on_detached.append(self._detached)
        shard.on_read = self._read

    def _find(self, channel: ChannelName) -> Copy | None:
        return self._copies.get(self._shard.keys.log(channel))

    def _keys(self, channel: ChannelName) -> tuple[bytes, bytes]:
        return self._shard.keys.head(channel), self._shard.keys.log(channel)

    def _attached(self) -> None:
        for copy in list(self._copies.values()):
            self._begin(copy)

    def _detached(self) -> None:
        for copy in list(self._copies.values()):
            copy.lose()

    def _read(self, streams: Read) -> None:
        for key, entries in streams:
            copy = self._copies.get(key)
            if copy is not None and copy.ready and not copy.add(entries, self._ended):
                self._begin(copy)
        for key, entries in streams:
            if key == self._shard.keys.ended:
                for _, fields in entries:
                    self._end(fields[1])

    def _end(self, session: bytes) -> None:
        remember(self._ended, session)
        for copy in list(self._copies.values()):
            if copy.ready and copy.leader == session:
                copy.elect(b"")

    def follow(self, copy: Copy) -> None:
        """Follow a log."""
        self._copies[self._shard.keys.log(copy.name)] = copy
        if self._shard.session is not None:
            self._begin(copy)

    def _begin(self, copy: Copy) -> None:
        """Ask for the log as a whole."""
        copy.ready = False
        copy.attempt += 1
        self._ask(copy, copy.follower.held(), give=False)

    def _ask(self, copy: Copy, held: Snapshot | None, give: bool) -> None:
        """
        Ask for the log as a whole.

        :param held: the follower's copy.
        :param give: whether to give the copy to the engine.
        """
        keys = self._shard.keys
        session = self._shard.session
        assert session is not None
        copy.session = session.encode()
        given: list[bytes | str | int] = [
            "",
            "",
            "",
            "",
            0,
            copy.opening or b"",
            int(copy.known),
        ]
        if held is not None:
            epochs = write_epochs(epochs_of(held))
            given[:5] = held.next_seq, held.epoch, epochs, held.state, int(give)
            for entry in held.entries if give else ():
                given += (entry.epoch, entry.at_ms, entry.item)
        asked = self._shard.request(
            "follow",
            (
                *self._keys(copy.name),
                keys.followers(copy.name),
                keys.wake(session),
            ),
            (*_bounds(copy.bounds), *given),
            log=keys.log(copy.name),
        )
        asked.addCallbacks(
            self._restore,
            self._ask_again,
            callbackArgs=(copy, copy.attempt),
            errbackArgs=(copy, copy.attempt, held),
        )

    def _current(self, copy: Copy, attempt: int) -> bool:
        known = self._copies.get(self._shard.keys.log(copy.name))
        return known is copy and copy.attempt == attempt

    def _restore(self, answer: list[Any], copy: Copy, attempt: int) -> None:
        if not self._current(copy, attempt):
            return
        copy.restore(answer)
        if not copy.leader and self._current(copy, attempt):
            copy.follower.leaderless()

    def _ask_again(
        self, failure: Failure, copy: Copy, attempt: int, held: Snapshot | None
    ) -> None:
        failure.trap(EngineLost)
        if not self._current(copy, attempt):
            return
        if failure.check(CopyWanted):
            self._ask(copy, held, give=True)

    def unfollow(self, channel: ChannelName) -> None:
        """Follow a log no more."""
        log = self._shard.keys.log(channel)
        copy = self._copies.pop(log, None)
        if copy is not None:
            self._shard.later(copy.abandon)
            keys = (*self._keys(channel), self._shard.keys.followers(channel))
            self._shard.order("unfollow", keys, log=log)

    def lead(self, channel: ChannelName) -> Deferred[Lead | None]:
        """Take the lease."""
        copy = self._find(channel)
        if copy is None or self._shard.session is None:
            return self._shard.lost()
        if not copy.ready:
            return copy.when_ready().addCallback(lambda _: self.lead(channel))
        asked = self._shard.request("lead", self._keys(channel), (copy.token,))
        return asked.addCallback(_elected, copy)

    def resign(self, channel: ChannelName, unless_followed: bool) -> Deferred[bool]:
        """Return the lease."""
        keys = (*self._keys(channel), self._shard.keys.followers(channel))
        asked = self._shard.request("resign", keys, (int(unless_followed),))
        return asked.addCallback(_resigned, self._find(channel))

    def append(
        self,
        channel: ChannelName,
        items: Sequence[bytes],
        fence: int | None,
        first_seq: int | None,
        key: tuple[str, str] | None,
    ) -> Deferred[Appended]:
        """Append items."""
        copy = self._find(channel)
        if copy is None or self._shard.session is None:
            return self._shard.lost()
        if not copy.ready:
            return copy.when_ready().addCallback(
                lambda _: self.append(channel, items, fence, first_seq, key)
            )
        keys: tuple[bytes, ...] = self._keys(channel)
        if key is not None:
            keys += (self._shard.keys.once(channel, key[0]),)
        asked = self._shard.request(
            "append",
            keys,
            (
                "" if fence is None else fence,
                "" if first_seq is None else first_seq,
                *_bounds(copy.bounds),
                "" if key is None else key[1],
                _REMEMBERED_MS,
                *items,
            ),
            replicated=True,
        )
        return asked.addCallbacks(_appended, self._refused, errbackArgs=(copy, fence))

    def _refused(self, failure: Failure, copy: Copy, fence: int | None) -> Failure:
        if fence is not None and failure.check(Fenced, SessionEnded):
            if copy.fence == fence:
                copy.depose()
            return Failure(Fenced())
        if failure.check(LogMissing) and self._current(copy, copy.attempt):
            self._begin(copy)
        return failure

    def announce(self, channel: ChannelName, state: bytes, fence: int) -> None:
        """Pass the state of the source."""
        self._shard.order("announce", self._keys(channel), (fence, state))

    def touch(self) -> None:
        """Keep what is followed from expiring."""
        for copy in self._copies.values():
            keys = (*self._keys(copy.name), self._shard.keys.followers(copy.name))
            self._shard.order("touch", keys, (_kept_ms(copy.bounds),))


def _bounds(bounds: HistoryOptions) -> tuple[int, int, int, int]:
    """The bounds of a log as arguments, and how long it is kept."""
    return bounds.max_events, bounds.max_bytes, bounds.max_age_ms, _kept_ms(bounds)


def _kept_ms(bounds: HistoryOptions) -> int:
    return bounds.max_age_ms + LINEAGE_MS


def _elected(answer: list[Any], copy: Copy) -> Lead | None:
    fence, next_seq, first = answer
    if not fence:
        return None
    copy.fence = copy.token = fence
    return Lead(fence, next_seq, bool(first))


def _resigned(answer: list[Any], copy: Copy | None) -> bool:
    if answer[0] and copy is not None:
        copy.fence = None
    return bool(answer[0])


def _appended(answer: list[Any]) -> Appended:
    epoch, first_seq, at_ms, size, repeated = answer
    return Appended(epoch.decode(), first_seq, at_ms, size, bool(repeated))
