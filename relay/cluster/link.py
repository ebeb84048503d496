"""
The interface of a link: what a process shares with the others of its cluster.

An *engine* holds what is shared: a process of this machine (link ``local``), or Redis
(link ``redis``). It keeps for each channel one log, with an epoch and numbers, and the
lease of the channel's leader; it knows which members live; it counts.

What every engine guarantees:

* The entries of a log have consecutive numbers. An entry that was appended is never
  changed; every follower gets the entries in order, each once.
* A leader appends only while its fencing token is the newest one of the channel, and
  states the number that its first item is to have. That number is the next one of the
  log; or the same token has appended the same number of items there before, and they
  are the newest of the log: then the answer was lost, and is given again. Anything else
  is refused.
* An engine that has lost what it held, or may have lost the newest part of it, gives
  the entries from then on another epoch, in the same step as the first of them is
  appended. The numbers go on; an id with the former epoch is known up to the last
  number that the engine has under it. A follower that has seen more than that has seen
  entries that no other process knows: it reports a gap. The first entry of the other
  epoch is the ``opening`` that a follower has given, if it has: publications that were
  answered may be lost, and all followers report that.
* Such a loss ends all leases of leaders; ``deposed`` precedes ``restored``. A token is
  larger than any that was given before, also than those that were lost.
* Leases, tokens and places of open streams are those of a member's session. A session
  ends when its member has closed it, or has not been heard of for
  :data:`SESSION_MS`; whatever the member still sends is refused then.

All methods are called, and all callbacks and Deferreds fire, in the reactor's thread.
No callback of a follower is called, and no Deferred fires, within a call of a method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from relay.model.api.messages.channel_options import HistoryOptions

SESSION_MS = 2_000
"""After how long without a sign of life a member's session ends."""
BEAT_MS = 500
"""The interval of a member's signs of life, and of its checks of the others'."""


class EngineLost(Exception):
    """The engine does not answer; whether it has done what was asked is not known."""

    def __init__(self) -> None:
        super().__init__("the engine of the cluster does not answer")


class Fenced(Exception):
    """Another member leads the channel now; nothing was appended."""

    def __init__(self) -> None:
        super().__init__("another process leads the channel")


class ChannelName(NamedTuple):
    """
    The name of a channel among all processes.

    :param digest: of the channel's key.
    """

    api_id: str
    digest: str


class Stored(NamedTuple):
    """
    An entry of a log, as the engine has it.

    :param at_ms: when it was appended, on the clock of the engine, in milliseconds
        since the Unix epoch.
    :param item: the event or the gap; see :mod:`relay.cluster.items`.
    """

    epoch: str
    seq: int
    at_ms: int
    item: bytes


class Snapshot(NamedTuple):
    """
    A log as a whole.

    :param epoch: of the next entry.
    :param next_seq: the number of the next entry.
    :param entries: consecutive, up to the newest; none of an empty log.
    :param state: what the leader has announced last; empty for nothing, and when nobody
        leads.
    :param epochs: the epochs, each with its first number, that of the next entry last:
        at most the newest 64. None for what the entries and ``epoch`` say.
    """

    epoch: str
    next_seq: int
    entries: Sequence[Stored]
    state: bytes = b""
    epochs: Sequence[tuple[int, str]] = ()


class Appended(NamedTuple):
    """
    Where items were appended.

    :param first_seq: the number of the first; the others follow.
    :param size: how many items; those of the first publication when it is repeated.
    :param repeated: whether the publication was made before, under the same
        idempotency key.
    """

    epoch: str
    first_seq: int
    at_ms: int
    size: int
    repeated: bool = False


class Lead(NamedTuple):
    """
    The lease of a channel.

    :param fence: the fencing token: larger than any that was given for the channel.
    :param next_seq: the number of the next entry when the lease was given. A leader
        whose copy of the log is shorter waits for the rest before it appends.
    :param first: whether nobody has led the channel since it is followed without a
        break, so that no follower can have missed events of its source.
    """

    fence: int
    next_seq: int
    first: bool = False


class Follower(Protocol):
    """A process's copy of a channel's log."""

    def held(self) -> Snapshot | None:
        """
        Return the copy, from which an engine that has lost the log restores it; None
        when there is no copy yet.
        """

    def restored(self, snapshot: Snapshot) -> None:
        """Take the engine's log: at first, and each time the engine was lost."""

    def added(self, entries: Sequence[Stored]) -> None:
        """Take entries, the next of the log, in order."""

    def announced(self, state: bytes) -> None:
        """Take what the leader says of the channel's source, in order with the entries
        that it has appended."""

    def leaderless(self) -> None:
        """Nobody leads the channel: :meth:`ChannelLink.lead` may succeed."""

    def deposed(self) -> None:
        """This process does not lead the channel any more, or cannot be sure of it."""

    def lost(self) -> None:
        """The engine does not answer; ``restored`` follows when it does."""


class ChannelLink(Protocol):
    """The logs of channels, and who leads them."""

    def follow(
        self,
        channel: ChannelName,
        bounds: HistoryOptions,
        follower: Follower,
        opening: bytes | None = None,
    ) -> None:
        """
        Follow a log; it is created when there is none.

        ``follower.restored`` is called first, in a later turn of the reactor, and as
        soon as the engine answers.

        :param bounds: by which the engine trims the log. A log that nobody follows is
            dropped when its last entry is too old.
        :param opening: the item that the engine appends as the first one of an epoch
            which continues another; None for none.
        """

    def unfollow(self, channel: ChannelName) -> None:
        """Follow a log no more, and give up its lease."""

    def lead(self, channel: ChannelName) -> Deferred[Lead | None]:
        """
        Take the lease of a channel that is followed, if nobody has it.

        :return: fires with the lease, a new one each time; with None when another
            member leads. Fails with :class:`EngineLost`.
        """

    def resign(self, channel: ChannelName, *, unless_followed: bool) -> Deferred[bool]:
        """
        Return the lease of a channel.

        :param unless_followed: keep it while another member follows the channel.
        :return: fires with whether the lease was returned.
        """

    def append(
        self,
        channel: ChannelName,
        items: Sequence[bytes],
        *,
        fence: int | None = None,
        first_seq: int | None = None,
        key: tuple[str, str] | None = None,
    ) -> Deferred[Appended]:
        """
        Append items to a log, all or none.

        :param fence: the leader's token; None for publications, which any member makes.
        :param first_seq: the number that the first item is to have; only with a
            token.
        :param key: the idempotency key of a publication, and the digest of its content.
        :return: fires when the engine has committed them. Fails with
            :class:`EngineLost`, with :class:`Fenced`, or with
            :class:`relay.channel.idempotency.KeyReused`.
        """

    def announce(self, channel: ChannelName, state: bytes, fence: int) -> None:
        """Pass the state of the source to all followers; that of a leader that was
        deposed is dropped."""


class Count(NamedTuple):
    """
    The count of a fixed window.

    :param hits: how many there were in the window, the newest included.
    :param ends_in_ms: the time until the window ends.
    """

    hits: int
    ends_in_ms: int


class CountLink(Protocol):
    """What is counted over all members."""

    def hit(self, key: str, window_ms: int) -> Deferred[Count]:
        """
        Count one hit; a window begins with its first hit.

        :return: fails with :class:`EngineLost`.
        """

    def enter(self, places: Sequence[tuple[str, int]]) -> Deferred[int | None]:
        """
        Take one place of each key, or none of any.

        :param places: keys, and how many places each of them has.
        :return: fires with None when all were taken, else with the index of the first
            key that is full. Fails with :class:`EngineLost`: no place is taken then.
        """

    def leave(self, keys: Sequence[str]) -> None:
        """Return one place of each key; those of a session that has ended are returned
        by the engine."""

    def hold(self, held: Callable[[], Mapping[str, int]]) -> None:
        """
        Register what counts the places that this process uses.

        A new session of the member begins with them, even if they are more than the
        keys have: their streams go on while the engine is lost.

        :param held: returns the number of places by key. It is called once for each
            session, when it begins: the engine knows these places from then on.
        """


class LeaseLink(Protocol):
    """Leases of anything but channels, by name."""

    def own(self, name: str, lease_ms: int) -> Deferred[bool]:
        """
        Take or renew a lease.

        :return: fires with whether this member has it. Fails with :class:`EngineLost`.
        """

    def disown(self, name: str) -> Deferred[None]:
        """Return a lease."""


class Link(Protocol):
    """A link of one process to its cluster."""

    member: str
    """Names the process among all of the cluster."""
    spans_machines: bool
    """Whether it links processes of several machines."""
    channels: ChannelLink
    counts: CountLink
    leases: LeaseLink

    @property
    def problem(self) -> str | None:
        """Why the engine does not answer; None while it does."""

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call back whenever :attr:`problem` has changed."""
