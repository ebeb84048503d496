"""The link of one process to the hub of its machine, apart from the connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.cluster.link import (
    BEAT_MS,
    SESSION_MS,
    ChannelLink,
    Count,
    CountLink,
    LeaseLink,
)
from relay.cluster.local.following import LocalChannels
from relay.cluster.local.messages import (
    Added,
    Announced,
    Answer,
    Beat,
    Committed,
    Counted,
    Disown,
    Ended,
    Enter,
    Granted,
    Hello,
    HitKey,
    Leaderless,
    Leave,
    Message,
    Own,
    Part,
    Port,
    Refused,
    Restored,
    Welcome,
)
from relay.cluster.local.requests import Requests

NO_ANSWER = "the hub of this machine does not answer"
_BEATS = SESSION_MS // BEAT_MS


class LocalCounts:
    """
    What is counted by a hub.

    :param requests: the messages of the member.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._held: Callable[[], Mapping[str, int]] = dict
        self._port: Port | None = None

    def begin(self, member: str, port: Port) -> None:
        """Begin a session, with the places that the process uses."""
        port.send(Hello(member, list(self._held().items())))
        # Places that are left from now on are in the session, even if it is not
        # confirmed yet.
        self._port = port

    def end(self) -> None:
        """The session is over."""
        self._port = None

    def hit(self, key: str, window_ms: int) -> Deferred[Count]:
        """Count one hit."""
        asked = self._requests.ask(lambda request: HitKey(request, key, window_ms))
        return asked.addCallback(lambda one: Count(one.hits, one.ends_in_ms))

    def enter(self, places: Sequence[tuple[str, int]]) -> Deferred[int | None]:
        """Take one place of each key, or none of any."""
        return self._requests.ask(lambda request: Enter(request, places))

    def leave(self, keys: Sequence[str]) -> None:
        """Return one place of each key."""
        if self._port is not None:
            self._port.send(Leave(keys))

    def hold(self, held: Callable[[], Mapping[str, int]]) -> None:
        """Register what counts the places that this process uses."""
        self._held = held


class LocalLeases:
    """
    Leases that a hub gives.

    :param requests: the messages of the member.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def own(self, name: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew a lease."""
        return self._requests.ask(lambda request: Own(request, name, lease_ms))

    def disown(self, name: str) -> Deferred[None]:
        """Return a lease."""
        return self._requests.ask(lambda request: Disown(request, name))


class LocalLink:
    """
    The link to a hub. A connection of another object carries its messages.

    :param member: names this process among all members of the hub.
    :param clock: of the signs of life.
    """

    def __init__(self, member: str, clock: IReactorTime) -> None:
        self.member = member
        self.spans_machines = False
        self._clock = clock
        self._requests = Requests(clock)
        self._channels = LocalChannels(self._requests)
        self._counts = LocalCounts(self._requests)
        self.channels: ChannelLink = self._channels
        self.counts: CountLink = self._counts
        self.leases: LeaseLink = LocalLeases(self._requests)
        self._port: Port | None = None
        self._hub = ""
        """The run of the hub that had the last session."""
        self._missed = 0
        self._timer: IDelayedCall | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def problem(self) -> str | None:
        """Why the engine does not answer; None while it does."""
        return None if self._requests.is_open else NO_ANSWER

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call back whenever :attr:`problem` has changed."""
        self._watchers.append(watcher)

    def connected(self, port: Port) -> None:
        """Begin a session over a new connection."""
        self._port = port
        self._missed = 0
        self._timer = self._clock.callLater(BEAT_MS / 1000, self._beat)
        self._counts.begin(self.member, port)

    def disconnected(self) -> None:
        """Take the end of the connection, and with it of the session."""
        if self._port is None:
            return
        self._port = None
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        was_open = self._requests.is_open
        self._requests.close()
        self._counts.end()
        self._channels.closed()
        if was_open:
            self._changed()

    def _changed(self) -> None:
        for watcher in list(self._watchers):
            watcher()

    def _beat(self) -> None:
        assert self._port is not None
        self._missed += 1
        if self._missed > _BEATS:
            self._close()
            return
        self._timer = self._clock.callLater(BEAT_MS / 1000, self._beat)
        self._port.send(Beat())

    def _close(self) -> None:
        port = self._port
        if port is not None:
            self.disconnected()
            port.close()

    def received(self, message: Message) -> None:
        """Take a message of the hub."""
        if self._port is None:
            return
        self._missed = 0
        match message:
            case Added() | Announced() | Leaderless() | Part() | Restored():
                self._channels.received(message)
            case Committed():
                self._channels.committed(message)
            case Answer(request, value):
                self._requests.answered(request, value)
            case Counted() | Granted():
                self._requests.answered(message.request, message)
            case Refused(request, reason):
                self._channels.refused(request, reason)
            case Welcome(hub):
                is_new = hub != self._hub
                self._hub = hub
                self._requests.open(self._port)
                self._channels.opened(is_new=is_new)
                self._changed()
            case Ended():
                self._channels.ended()
                self._close()
