"""
A hub: what the processes of one machine share.

It holds the logs of their channels, leases, counts and places in memory, and speaks to
each member over a connection. A connection is a session: it ends when the connection is
closed, or when the member was silent for :data:`~relay.cluster.link.SESSION_MS`.

A hub that was started again has no logs. Its members restore them: for
:data:`SETTLE_MS` it collects their copies, and of each log it takes the newest copy.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from secrets import token_hex

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.channel.idempotency import KeyReused
from relay.cluster.link import (
    BEAT_MS,
    SESSION_MS,
    Appended,
    ChannelName,
    Fenced,
    Snapshot,
)
from relay.cluster.local.channel import HubChannel
from relay.cluster.local.messages import (
    Announce,
    Answer,
    Append,
    Beat,
    Committed,
    Counted,
    Disown,
    Ended,
    Enter,
    Follow,
    Granted,
    Hello,
    HitKey,
    Leave,
    Message,
    Own,
    Part,
    Port,
    Reason,
    Refused,
    Resign,
    TakeLead,
    Unfollow,
    Welcome,
)
from relay.cluster.local.publications import Publications
from relay.cluster.local.session import Session
from relay.cluster.local.shares import Leases, Places, Windows

SETTLE_MS = 300
"""How long a hub that was started collects the copies and the places of its
members."""
UNFOLLOWED_S = 60.0
"""How long an empty log is kept that no member follows, in seconds."""
MOST_UNFOLLOWED_BYTES = 64 * 1024 * 1024
"""How much memory the logs may take that no member follows; the one that has been
without a follower for the longest time is dropped first."""
_BEATS = SESSION_MS // BEAT_MS
_EVICT_BEATS = 10
"""After how many beats old entries are dropped."""
_SETTLED_FIRST = (Follow, Unfollow, TakeLead, Resign, Append, Announce, Enter)
"""What waits until the members have told what they hold: copies of logs, and places."""


class Hub:
    """
    The engine of one machine.

    :param clock: measures silence, windows and leases.
    :param wall_ms: returns the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(self, clock: IReactorTime, wall_ms: Callable[[], int]) -> None:
        self._clock = clock
        self._wall_ms = wall_ms
        self._name = token_hex(8)
        self._sessions: set[Session] = set()
        self._channels: dict[ChannelName, HubChannel] = {}
        self._unfollowed: OrderedDict[ChannelName, float] = OrderedDict()
        """Since when no member has followed a channel, in seconds of the clock."""
        self._publications = Publications(clock.seconds)
        self._windows = Windows(clock)
        self._places = Places()
        self._leases = Leases(clock)
        # Tokens of a hub that was started again are larger than the former ones.
        self._fence = wall_ms() * 1000
        self._settling: list[tuple[Session, Message]] | None = []
        """What members have sent before the logs and the places are restored."""
        self._beats = 0
        self._timers: list[IDelayedCall] = []

    def start(self) -> None:
        """Begin to collect copies and places, and to watch the members."""
        self._timers = [
            self._clock.callLater(SETTLE_MS / 1000, self._settle),
            self._clock.callLater(BEAT_MS / 1000, self._beat),
        ]

    def stop(self) -> None:
        """Stop all timers."""
        for timer in self._timers:
            if timer.active():
                timer.cancel()

    def connect(self, port: Port) -> Session:
        """
        Take a connection of a member.

        :return: its session, whose messages go to :meth:`received`.
        """
        session = Session(port)
        self._sessions.add(session)
        return session

    def disconnected(self, session: Session) -> None:
        """End the session of a member whose connection is closed."""
        self._sessions.discard(session)
        self._end(session)

    def paused(self, session: Session) -> None:
        """Send the member no more entries until :meth:`resumed`."""
        session.paused = True

    def resumed(self, session: Session) -> None:
        """Send the member what it lacks."""
        session.paused = False
        while session.behind and not session.paused:
            self._channels[session.behind.pop()].catch_up(session)

    def _end(self, session: Session) -> None:
        if session.ended:
            return
        session.send(Ended())
        session.ended = True
        for name in list(session.channels):
            self._unfollow(session, name)
        session.parts.clear()
        self._places.end(session)
        self._leases.end(session)

    def _beat(self) -> None:
        self._timers[1] = self._clock.callLater(BEAT_MS / 1000, self._beat)
        for session in list(self._sessions):
            # Silence is counted in beats: a hub that was suspended itself, and has not
            # read what its members have sent, does not take them for dead.
            session.missed += 1
            if session.missed > _BEATS and not session.ended:
                self._end(session)
        self._beats += 1
        if self._beats % _EVICT_BEATS == 0:
            self._evict()

    def _evict(self) -> None:
        now_ms = self._wall_ms()
        for channel in self._channels.values():
            channel.log.evict(now_ms)
        held_bytes = 0
        old_s = self._clock.seconds() - UNFOLLOWED_S
        for name, since_s in reversed(list(self._unfollowed.items())):
            log = self._channels[name].log
            held_bytes += log.held_bytes
            is_over = log.first_seq == log.next_seq and since_s < old_s
            if is_over or held_bytes > MOST_UNFOLLOWED_BYTES:
                del self._unfollowed[name], self._channels[name]
        self._leases.forget()

    def received(self, session: Session, message: Message) -> None:
        """Take a message of a member."""
        session.missed = 0
        if isinstance(message, Follow):
            message = message._replace(copy=_whole(session, message))
        if session.ended:
            _refuse(session, message)
        elif self._settling is not None and isinstance(message, _SETTLED_FIRST):
            self._settling.append((session, message))
        else:
            self._take(session, message)

    def _take(self, session: Session, message: Message) -> None:
        match message:
            case Append():
                self._append(session, message)
            case Beat():
                session.send(message)
            case HitKey(request, key, window_ms):
                count = self._windows.hit(key, window_ms)
                session.send(Counted(request, count.hits, count.ends_in_ms))
            case Enter(request, places):
                session.send(Answer(request, self._places.enter(session, places)))
            case Leave(keys):
                self._places.leave(session, keys)
            case Own(request, name, lease_ms):
                owned = self._leases.own(session, name, lease_ms)
                session.send(Answer(request, owned))
            case Disown(request, name):
                self._leases.disown(session, name)
                session.send(Answer(request, None))
            case Part(channel, entries):
                session.add_part(channel, entries)
            case Follow():
                self._follow(session, message)
            case Unfollow(channel):
                self._unfollow(session, channel)
            case TakeLead(request, channel):
                self._lead(session, request, channel)
            case Resign(request, channel, unless_followed):
                found = self._channels.get(channel)
                resigned = found is not None and found.resign(
                    session, unless_followed=unless_followed
                )
                session.send(Answer(request, resigned))
            case Announce(channel, fence, state):
                if (found := self._channels.get(channel)) is not None:
                    found.announce(session, state, fence)
            case Hello(member, places):
                session.member = member
                self._places.claim(session, places)
                session.send(Welcome(self._name))

    def _settle(self) -> None:
        waiting, self._settling = self._settling or [], None
        follows = [message for _, message in waiting if isinstance(message, Follow)]
        # Of several copies of a log, the one with the newest entry comes last.
        for one in sorted(follows, key=_age):
            self._channels[one.channel] = self._made(one)
            self._unfollowed[one.channel] = self._clock.seconds()
        for session, message in waiting:
            if not session.ended:
                self._take(session, message)

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

    def _unfollow(self, session: Session, name: ChannelName) -> None:
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.drop(session)
        if not channel.is_followed:
            self._unfollowed[name] = self._clock.seconds()

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
            return
        appended, sent = channel.append(session, items, self._wall_ms(), fence)
        if key is not None:
            self._publications.remember(name, key, appended)
        session.send(Committed(request, appended, sent))


def _refuse(session: Session, message: Message) -> None:
    """Refuse a request of a session that has ended."""
    match message:
        case Append(request, _, fence):
            reason = Reason.LOST if fence is None else Reason.FENCED
            session.port.send(Refused(request, reason))
        case TakeLead() | Resign() | HitKey() | Enter() | Own() | Disown():
            session.port.send(Refused(message.request, Reason.LOST))


def _whole(session: Session, message: Follow) -> Snapshot | None:
    """Complete the copy of a follower with its parts."""
    parts = session.take_parts(message.channel)
    copy = message.copy
    return copy and copy._replace(entries=[*parts, *copy.entries])


def _age(message: Follow) -> tuple[int, int]:
    """Order the copies of a log: the last one has the newest entry."""
    copy = message.copy
    if copy is None or not copy.entries:
        return 0, 0
    return copy.entries[-1].at_ms, copy.next_seq
