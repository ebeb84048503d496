"""
The channels of a hub.

The log of a durable channel is read from the store when the channel is opened; what
members send about it meanwhile waits. It waits, too, while entries are being stored, if
it depends on where the log ends or is to be seen after them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.channel.idempotency import KeyReused
from relay.cluster.link import Appended, ChannelName, Fenced
from relay.cluster.local.channel import HubChannel
from relay.cluster.local.durable import Histories, History
from relay.cluster.local.messages import (
    Announce,
    Answer,
    Append,
    Committed,
    Follow,
    Granted,
    Reason,
    Refused,
    Resign,
    TakeLead,
    Unfollow,
)
from relay.cluster.local.publications import Publications
from relay.cluster.local.session import Session

UNFOLLOWED_S = 60.0
"""How long an empty log is kept that no member follows, in seconds."""
MOST_UNFOLLOWED_BYTES = 64 * 1024 * 1024
"""How much memory the logs may take that no member follows; the one that has been
without a follower for the longest time is dropped first."""
RETRY_S = 1.0
"""After what time the store is asked again for a history, in seconds."""

ChannelMessage = Announce | Append | Follow | Resign | TakeLead | Unfollow


class HubChannels:
    """
    All channels of a hub.

    :param clock: measures how long nobody has followed a log.
    :param wall_ms: returns the time of day, in milliseconds since the Unix epoch.
    :param histories: those of durable channels; None keeps no history.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        histories: Histories | None,
    ) -> None:
        self._clock = clock
        self._wall_ms = wall_ms
        self._histories = histories
        self._channels: dict[ChannelName, HubChannel] = {}
        self._unfollowed: OrderedDict[ChannelName, float] = OrderedDict()
        """Since when no member has followed a channel, in seconds of the clock."""
        self._publications = Publications(clock.seconds)
        self._waiting: dict[ChannelName, list[tuple[Session, ChannelMessage]]] = {}
        """What is done when a history was read, or when entries were stored."""
        # Tokens of a hub that was started again are larger than the former ones.
        self._fence = wall_ms() * 1000

    def restore(self, follows: list[Follow]) -> None:
        """Restore logs from the newest copies of their followers."""
        # Of several copies of a log, the one with the newest entry comes last.
        for one in sorted(follows, key=_age):
            if not self._is_kept(one):
                self._channels[one.channel] = self._made(one)
                self._unfollowed[one.channel] = self._clock.seconds()

    def take(self, session: Session, message: ChannelMessage) -> None:
        """Take a message of a member, now or later."""
        if session.ended:
            return
        name = message.channel
        if isinstance(message, Follow) and self._is_to_be_read(message):
            self._waiting[name] = [(session, message)]
            self._open(message)
            return
        waiting = self._waiting.get(name)
        if waiting is None and self._must_wait(message):
            waiting = self._waiting[name] = []
        if waiting is not None and not isinstance(message, Unfollow):
            waiting.append((session, message))
            return
        match message:
            case Append():
                self._append(session, message)
            case Follow():
                self._follow(session, message)
            case Unfollow():
                self.unfollow(session, name)
            case TakeLead(request):
                self._lead(session, request, name)
            case Resign(request, _, unless_followed):
                found = self._channels.get(name)
                resigned = found is not None and found.resign(
                    session, unless_followed=unless_followed
                )
                session.send(Answer(request, resigned))
            case Announce(_, fence, state):
                if (found := self._channels.get(name)) is not None:
                    found.announce(session, state, fence)

    def _is_to_be_read(self, message: Follow) -> bool:
        is_known = message.channel in self._channels or message.channel in self._waiting
        return not is_known and self._is_kept(message)

    def _must_wait(self, message: ChannelMessage) -> bool:
        """Whether a message waits for entries that are being stored."""
        channel = self._channels.get(message.channel)
        history = None if channel is None else channel.history
        if history is None or not history.is_busy:
            return False
        if isinstance(message, Append) and message.fence is None:
            return message.key is not None and message.key[0] in history.keys
        return isinstance(message, Append | TakeLead | Resign | Announce)

    def _is_kept(self, message: Follow) -> bool:
        return message.bounds.durable and self._histories is not None

    def _go_on(self, name: ChannelName) -> None:
        """Do what has waited; a part of it may have to wait again."""
        for session, message in self._waiting.pop(name, ()):
            self.take(session, message)

    def _open(self, message: Follow) -> None:
        assert self._histories is not None
        done = self._histories.open(message.channel, message.bounds)
        done.addCallbacks(
            lambda history: self._opened(history, message),
            lambda failure: self._not_opened(failure, message),
        )
        done.addErrback(self._failed)

    def _opened(self, history: History, message: Follow) -> None:
        name = message.channel
        # The copies of followers tell only that the channel was followed before.
        copies = [one.copy for _, one in self._waiting[name] if isinstance(one, Follow)]
        copy = next((one for one in copies if one is not None), None)
        channel = HubChannel(name, message.bounds, copy, history=history)
        self._channels[name] = channel
        self._unfollowed[name] = self._clock.seconds()
        now_s, now_ms = self._clock.seconds(), self._wall_ms()
        for key, appended, at_ms in history.publications():
            at_s = now_s - max(0, now_ms - at_ms) / 1000
            self._publications.remember(name, key, appended, at_s)
        self._go_on(name)
        self._close_unused(channel)

    def _not_opened(self, failure: Failure, message: Follow) -> None:
        name = message.channel
        waiting = self._waiting[name]
        self._log.warn(
            "API {api_id}: the history of a channel cannot be read: {why}",
            api_id=name.api_id,
            why=failure.getErrorMessage(),
        )
        waiting[:] = [one for one in waiting if not one[0].ended]
        if waiting:
            self._clock.callLater(RETRY_S, self._open, message)
        else:
            del self._waiting[name]

    def _failed(self, failure: Failure) -> None:
        self._log.failure("a durable channel has failed", failure)

    def _follow(self, session: Session, message: Follow) -> None:
        name = message.channel
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = self._made(message)
        self._unfollowed.pop(name, None)
        channel.log.evict(self._wall_ms())
        channel.follow(session, message.bounds)

    def _made(self, one: Follow) -> HubChannel:
        return HubChannel(
            one.channel, one.bounds, one.copy, one.opening, self._wall_ms()
        )

    def unfollow(self, session: Session, name: ChannelName) -> None:
        """A member follows a log no more."""
        waiting = self._waiting.get(name)
        if waiting is not None:
            waiting[:] = [
                one
                for one in waiting
                if one[0] is not session or not isinstance(one[1], Follow)
            ]
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.drop(session)
        if not channel.is_followed:
            self._unfollowed[name] = self._clock.seconds()
            self._close_unused(channel)

    def _close_unused(self, channel: HubChannel) -> None:
        """Drop a durable channel that nobody follows: its log is in the store."""
        history = channel.history
        if history is None or channel.is_followed or history.is_busy:
            return
        assert self._histories is not None
        self._histories.close(channel.name)
        del self._channels[channel.name], self._unfollowed[channel.name]

    def evict(self) -> None:
        """Drop old entries, and logs that nobody has followed for long."""
        now_ms = self._wall_ms()
        for channel in self._channels.values():
            channel.log.evict(now_ms)
        held_bytes = 0
        old_s = self._clock.seconds() - UNFOLLOWED_S
        for name, since_s in reversed(list(self._unfollowed.items())):
            channel = self._channels[name]
            log = channel.log
            held_bytes += log.held_bytes
            is_over = log.first_seq == log.next_seq and since_s < old_s
            if channel.history is None and (
                is_over or held_bytes > MOST_UNFOLLOWED_BYTES
            ):
                del self._unfollowed[name], self._channels[name]

    def catch_up(self, session: Session, name: ChannelName) -> None:
        """Send a member what it lacks of a channel that it follows."""
        self._channels[name].catch_up(session)

    def _lead(self, session: Session, request: int, name: ChannelName) -> None:
        channel = self._channels.get(name)
        self._fence += 1
        lead = None if channel is None else channel.lead(session, self._fence)
        if lead is None:
            session.send(Answer(request, None))
        else:
            session.send(Granted(request, *lead))

    def _append(self, session: Session, message: Append) -> None:
        request, name, fence, first_seq, key, items = message
        channel = self._channels.get(name)
        if channel is None:
            reason = Reason.LOST if fence is None else Reason.FENCED
            session.send(Refused(request, reason))
            return
        repeated: Appended | None = None
        try:
            if fence is not None:
                repeated = channel.check(session, fence, first_seq, len(items))
            elif key is not None:
                repeated = self._publications.find(name, key)
        except Fenced:
            session.send(Refused(request, Reason.FENCED))
            return
        except KeyReused:
            session.send(Refused(request, Reason.KEY_REUSED))
            return
        if repeated is not None:
            session.send(Committed(request, repeated, sent=True))
        elif channel.history is not None:
            kept = maybeDeferred(channel.history.keep, items, key)
            kept.addCallbacks(
                lambda at_ms: self._commit(channel, session, message, at_ms),
                lambda failure: self._not_kept(failure, session, request),
            )
            kept.addCallback(lambda _: self._stored(channel))
            kept.addErrback(self._failed)
        else:
            self._commit(channel, session, message, self._wall_ms())

    def _commit(
        self, channel: HubChannel, session: Session, message: Append, at_ms: int
    ) -> None:
        appended, sent = channel.append(session, message.items, at_ms, message.fence)
        if message.key is not None:
            self._publications.remember(channel.name, message.key, appended)
        session.send(Committed(message.request, appended, sent))

    def _not_kept(self, failure: Failure, session: Session, request: int) -> None:
        self._log.warn("an event was not kept: {why}", why=failure.getErrorMessage())
        session.send(Refused(request, Reason.LOST))

    def _stored(self, channel: HubChannel) -> None:
        if channel.history is None or channel.history.is_busy:
            return
        self._go_on(channel.name)
        self._close_unused(channel)


def _age(message: Follow) -> tuple[int, int]:
    """Order the copies of a log: the last one has the newest entry."""
    copy = message.copy
    if copy is None or not copy.entries:
        return 0, 0
    return copy.entries[-1].at_ms, copy.next_seq
