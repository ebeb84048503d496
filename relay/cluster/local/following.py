"""The channels of a member of a hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from relay.cluster.link import (
    Appended,
    ChannelName,
    Follower,
    Lead,
    Stored,
)
from relay.cluster.local.channel import PART_BYTES
from relay.cluster.local.messages import (
    Added,
    Announce,
    Announced,
    Append,
    Bounds,
    Committed,
    Follow,
    Granted,
    Leaderless,
    Part,
    Reason,
    Resign,
    Restored,
    TakeLead,
    Unfollow,
)
from relay.cluster.local.requests import Requests
from relay.model.api.messages.channel_options import HistoryOptions


class _Followed:
    """A channel that the member follows."""

    def __init__(
        self, bounds: Bounds, follower: Follower, opening: bytes | None
    ) -> None:
        self.bounds = bounds
        self.opening = opening
        self.follower = follower
        self.parts: list[Stored] = []
        self.next_seq: int | None = None
        """The number of the next entry; None until the log was restored."""
        self.leads = False


class LocalChannels:
    """
    The logs that a member follows in a hub.

    :param requests: the messages of the member.
    """

    _log = Logger()

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._followed: dict[ChannelName, _Followed] = {}
        self._appending: dict[int, Append] = {}
        """By the number of the request, what is being appended."""

    def follow(
        self,
        channel: ChannelName,
        bounds: HistoryOptions,
        follower: Follower,
        opening: bytes | None = None,
    ) -> None:
        """Follow a log; see :class:`~relay.cluster.link.ChannelLink`."""
        followed = _Followed(
            Bounds(
                bounds.max_events, bounds.max_bytes, bounds.max_age_ms, bounds.durable
            ),
            follower,
            opening,
        )
        self._followed[channel] = followed
        self._follow(channel, followed, with_copy=True)

    def _follow(
        self, channel: ChannelName, followed: _Followed, *, with_copy: bool
    ) -> None:
        if not self._requests.is_open:
            return
        followed.parts = []
        copy = followed.follower.held() if with_copy else None
        if copy is not None:
            entries = list(copy.entries)
            while entries and (part := _first_part(entries)) != entries:
                self._requests.send(Part(channel, part))
                del entries[: len(part)]
            copy = copy._replace(entries=entries)
        self._requests.send(Follow(channel, followed.bounds, copy, followed.opening))

    def unfollow(self, channel: ChannelName) -> None:
        """Follow a log no more."""
        if self._followed.pop(channel, None) is not None:
            self._requests.send(Unfollow(channel))

    def lead(self, channel: ChannelName) -> Deferred[Lead | None]:
        """Take the lease of a channel."""
        asked = self._requests.ask(lambda request: TakeLead(request, channel))
        return asked.addCallback(self._led, channel)

    def _led(self, granted: Granted | None, channel: ChannelName) -> Lead | None:
        followed = self._followed.get(channel)
        if granted is None or followed is None:
            return None
        followed.leads = True
        return Lead(granted.fence, granted.next_seq, granted.first)

    def resign(self, channel: ChannelName, *, unless_followed: bool) -> Deferred[bool]:
        """Return the lease of a channel."""
        asked = self._requests.ask(
            lambda request: Resign(request, channel, unless_followed)
        )
        return asked.addCallback(self._resigned, channel)

    def _resigned(self, resigned: bool, channel: ChannelName) -> bool:
        followed = self._followed.get(channel)
        if resigned and followed is not None:
            followed.leads = False
        return resigned

    def append(
        self,
        channel: ChannelName,
        items: Sequence[bytes],
        *,
        fence: int | None = None,
        first_seq: int | None = None,
        key: tuple[str, str] | None = None,
    ) -> Deferred[Appended]:
        """Append items to a log."""

        def make(request: int) -> Append:
            message = Append(request, channel, fence, first_seq, key, items)
            self._appending[request] = message
            return message

        return self._requests.ask(make)

    def announce(self, channel: ChannelName, state: bytes, fence: int) -> None:
        """Pass the state of the source to all followers."""
        self._requests.send(Announce(channel, fence, state))

    def opened(self, *, is_new: bool) -> None:
        """
        Follow all logs in a session that has begun.

        :param is_new: whether it is the first session with this run of the hub.
        """
        for channel, followed in self._followed.items():
            self._follow(channel, followed, with_copy=is_new)

    def closed(self) -> None:
        """The session is over."""
        self._appending = {}
        for followed in list(self._followed.values()):
            was_known = followed.next_seq is not None
            led, followed.leads, followed.next_seq = followed.leads, False, None
            if led:
                self._call(followed.follower.deposed)
            if was_known:
                self._call(followed.follower.lost)

    def ended(self) -> None:
        """
        Fail the appends of a leader whose session has ended.

        The hub answers in order: what it had not answered when it ended the session, it
        has refused.
        """
        for request, message in list(self._appending.items()):
            if message.fence is not None:
                self.refused(request, Reason.FENCED)

    def refused(self, request: int, reason: Reason) -> None:
        """Take a refusal."""
        self._appending.pop(request, None)
        self._requests.refused(request, reason)

    def committed(self, message: Committed) -> None:
        """Take where items were appended; add them if the hub does not send them."""
        append = self._appending.pop(message.request)
        channel, items = append.channel, append.items
        if not message.sent:
            epoch, first_seq, at_ms, _, _ = message.appended
            entries = [
                Stored(epoch, seq, at_ms, item)
                for seq, item in enumerate(items, first_seq)
            ]
            self.received(Added(channel, entries))
        self._requests.answered(message.request, message.appended)

    def received(
        self, message: Added | Announced | Leaderless | Part | Restored
    ) -> None:
        """Take what the hub tells of a log."""
        followed = self._followed.get(message.channel)
        if followed is None:
            return
        follower = followed.follower
        match message:
            case Added(_, entries):
                if followed.next_seq == entries[0].seq:
                    followed.next_seq = entries[-1].seq + 1
                    self._call(lambda: follower.added(entries))
            case Part(_, entries):
                followed.parts += entries
            case Restored(_, snapshot):
                entries = [*followed.parts, *snapshot.entries]
                followed.parts = []
                followed.next_seq = snapshot.next_seq
                whole = snapshot._replace(entries=entries)
                self._call(lambda: follower.restored(whole))
            case Announced(_, state):
                if followed.next_seq is not None:
                    self._call(lambda: follower.announced(state))
            case Leaderless():
                if followed.next_seq is not None:
                    self._call(follower.leaderless)

    def _call(self, callback: Callable[[], object]) -> None:
        """Call a follower; one that fails harms no other."""
        try:
            callback()
        except Exception:
            self._log.failure("a follower of a channel has failed")


def _first_part(entries: list[Stored]) -> list[Stored]:
    """Return the first entries, as many as fit into one message."""
    left = PART_BYTES
    for index, entry in enumerate(entries):
        left -= len(entry.item)
        if left <= 0:
            return entries[: index + 1]
    return entries
