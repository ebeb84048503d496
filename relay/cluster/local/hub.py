"""
A hub: what the processes of one machine share.

It holds the logs of their channels, leases, counts and places in memory, and speaks to
each member over a connection. A connection is a session: it ends when the connection is
closed, or when the member was silent for :data:`~relay.cluster.link.SESSION_MS`.

A hub that was started again has no logs. Its members restore them: for
:data:`SETTLE_MS` it collects their copies, and of each log it takes the newest copy.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.cluster.link import (
    BEAT_MS,
    SESSION_MS,
    Snapshot,
)
from relay.cluster.local.channels import HubChannels
from relay.cluster.local.durable import Histories
from relay.cluster.local.messages import (
    Announce,
    Answer,
    Append,
    Beat,
    Counted,
    Disown,
    Ended,
    Enter,
    Follow,
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
from relay.cluster.local.session import Session
from relay.cluster.local.shares import Leases, Places, Windows

SETTLE_MS = 300
"""How long a hub that was started collects the copies and the places of its
members."""
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
    :param histories: those of durable channels; None keeps none.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        histories: Histories | None = None,
    ) -> None:
        self._clock = clock
        self._name = token_hex(8)
        self._sessions: set[Session] = set()
        self._channels = HubChannels(clock, wall_ms, histories)
        self._windows = Windows(clock)
        self._places = Places()
        self._leases = Leases(clock)
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
            self._channels.catch_up(session, session.behind.pop())

    def _end(self, session: Session) -> None:
        if session.ended:
            return
        session.send(Ended())
        session.ended = True
        for name in list(session.channels):
            self._channels.unfollow(session, name)
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
            self._channels.evict()
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
            case Append() | Follow() | Unfollow() | TakeLead() | Resign() | Announce():
                self._channels.take(session, message)
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
            case Hello(member, places):
                session.member = member
                self._places.claim(session, places)
                session.send(Welcome(self._name))

    def _settle(self) -> None:
        waiting, self._settling = self._settling or [], None
        follows = [message for _, message in waiting if isinstance(message, Follow)]
        self._channels.restore(follows)
        for session, message in waiting:
            if not session.ended:
                self._take(session, message)


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
