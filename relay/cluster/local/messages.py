"""What a hub and its members send each other; both sides keep the order."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from relay.cluster.link import Appended, ChannelName, Snapshot, Stored


class Port(Protocol):
    """The way to the other side of a connection."""

    def send(self, message: Message) -> None:
        """Send a message; nothing happens when the connection is closed."""

    def close(self) -> None:
        """Close the connection."""


class Hello(NamedTuple):
    """
    The first message of a member.

    :param places: the keys of the places that the member uses, and how many of each.
    """

    member: str
    places: Sequence[tuple[str, int]]


class Welcome(NamedTuple):
    """
    The answer to :class:`Hello`: the session has begun.

    :param hub: names this run of the hub.
    """

    hub: str


class Beat(NamedTuple):
    """A sign of life; the hub answers it with one of its own."""


class Ended(NamedTuple):
    """The session of the member has ended: it was silent for too long."""


class Bounds(NamedTuple):
    """By which a log is trimmed; see ``HistoryOptions``."""

    max_events: int
    max_bytes: int
    max_age_ms: int
    durable: bool


class Part(NamedTuple):
    """
    Some entries of a log that :class:`Follow` or :class:`Restored` completes.

    :param entries: consecutive; those of the next message about the channel follow.
    """

    channel: ChannelName
    entries: Sequence[Stored]


class Follow(NamedTuple):
    """
    The member follows a log.

    :param copy: the member's copy of the log, without the entries in :class:`Part`;
        None when it has none, or has it from this run of the hub.
    :param opening: the first item of a log that is restored; None for none.
    """

    channel: ChannelName
    bounds: Bounds
    copy: Snapshot | None
    opening: bytes | None = None


class Unfollow(NamedTuple):
    """The member follows a log no more."""

    channel: ChannelName


class TakeLead(NamedTuple):
    """The member asks for the lease of a channel; the answer is a :class:`Granted`."""

    request: int
    channel: ChannelName


class Resign(NamedTuple):
    """The member returns the lease of a channel."""

    request: int
    channel: ChannelName
    unless_followed: bool


class Append(NamedTuple):
    """The member appends to a log; see :class:`~relay.cluster.link.ChannelLink`."""

    request: int
    channel: ChannelName
    fence: int | None
    first_seq: int | None
    key: tuple[str, str] | None
    items: Sequence[bytes]


class Announce(NamedTuple):
    """The leader announces the state of the source."""

    channel: ChannelName
    fence: int
    state: bytes


class Restored(NamedTuple):
    """A log as a whole, without the entries in :class:`Part`."""

    channel: ChannelName
    snapshot: Snapshot


class Added(NamedTuple):
    """The next entries of a log."""

    channel: ChannelName
    entries: Sequence[Stored]


class Announced(NamedTuple):
    """What the leader announced."""

    channel: ChannelName
    state: bytes


class Leaderless(NamedTuple):
    """Nobody leads the channel."""

    channel: ChannelName


class HitKey(NamedTuple):
    """The member counts a hit; the answer is a :class:`Counted`."""

    request: int
    key: str
    window_ms: int


class Enter(NamedTuple):
    """The member takes places; the answer is the index of a full key, or None."""

    request: int
    places: Sequence[tuple[str, int]]


class Leave(NamedTuple):
    """The member returns places."""

    keys: Sequence[str]


class Own(NamedTuple):
    """The member takes or renews a lease; the answer is whether it has it."""

    request: int
    name: str
    lease_ms: int


class Disown(NamedTuple):
    """The member returns a lease."""

    request: int
    name: str


class Answer(NamedTuple):
    """The result of a request."""

    request: int
    value: int | bool | None


class Granted(NamedTuple):
    """The lease of a channel was given; see :class:`~relay.cluster.link.Lead`."""

    request: int
    fence: int
    next_seq: int
    first: bool


class Counted(NamedTuple):
    """A hit was counted; see :class:`~relay.cluster.link.Count`."""

    request: int
    hits: int
    ends_in_ms: int


class Committed(NamedTuple):
    """
    Items were appended.

    :param sent: whether the entries were or will be sent to the member as
        :class:`Added`; otherwise the member, which has the items, adds them to its copy
        with this message.
    """

    request: int
    appended: Appended
    sent: bool


class Reason(StrEnum):
    """Why a request was refused."""

    FENCED = "fenced"
    KEY_REUSED = "key_reused"
    LOST = "lost"
    """The engine cannot do it now."""


class Refused(NamedTuple):
    """A request was refused."""

    request: int
    reason: Reason


Message = (
    Added
    | Announce
    | Announced
    | Answer
    | Append
    | Beat
    | Committed
    | Counted
    | Disown
    | Ended
    | Enter
    | Follow
    | Granted
    | Hello
    | HitKey
    | Leaderless
    | Leave
    | Own
    | Part
    | Refused
    | Resign
    | Restored
    | TakeLead
    | Unfollow
    | Welcome
)
