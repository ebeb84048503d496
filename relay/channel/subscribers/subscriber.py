"""
One reader of a channel: a position in the log, and a state.

A subscriber holds no queue. While it keeps up it is *live*: its group gives it each new
entry. When its client takes no more, it stays at its position, and reads on from the
log later. :data:`TRANSITIONS` is all that can happen to it.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum
from typing import Any, Protocol

from relay.channel.entry import Entry, Gap
from relay.channel.subscribers.filter import Selection
from relay.channel.subscribers.framing import Framing
from relay.channel.verdict import SourceRefusal
from relay.model.api.messages.channel_options import SlowConsumerOptions
from relay.model.outcome import Outcome
from relay.model.progress import Progress

THE_LOG = "\0"
"""What a subscriber awaits until the log is filled; no id of a source has this
character (WHATWG HTML, 9.2.6)."""


class State(StrEnum):
    """The states of a subscriber."""

    DETACHED = "detached"
    """It reads no channel: not yet, or no more."""
    PAUSED = "paused"
    """Its client takes nothing: before the start, too."""
    CATCHING_UP = "catching up"
    """It reads the log from its position on, now or in a later turn of the reactor."""
    WAITING_FOR_PLACE = "waiting for its place"
    """Its position is not known: the event that it continues after has not come yet."""
    LIVE = "live"
    """It has all entries that were delivered to its group."""
    SKIPPING = "skipping"
    """It is paused and too far behind; it continues at the newest entry."""


class Event(StrEnum):
    """The events that change the state of a subscriber."""

    ATTACH = "attach"
    PAUSE = "pause"
    """The client takes no more."""
    RESUME = "resume"
    """The client takes more."""
    MISS_PLACE = "miss place"
    """It would read on, and its position is not known."""
    FIND_PLACE = "find place"
    """Its position is known now."""
    CATCH_UP = "catch up"
    """It has reached the end of the log."""
    READ_ON = "read on"
    """It reads new entries by itself."""
    FALL_BEHIND = "fall behind"
    """It skips the entries that it has missed."""
    DETACH = "detach"


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.DETACHED: {
        Event.ATTACH: State.PAUSED,
    },
    State.PAUSED: {
        Event.PAUSE: State.PAUSED,
        Event.RESUME: State.CATCHING_UP,
        Event.FIND_PLACE: State.PAUSED,
        Event.FALL_BEHIND: State.SKIPPING,
        Event.DETACH: State.DETACHED,
    },
    State.CATCHING_UP: {
        Event.PAUSE: State.PAUSED,
        Event.RESUME: State.CATCHING_UP,
        Event.MISS_PLACE: State.WAITING_FOR_PLACE,
        Event.CATCH_UP: State.LIVE,
        Event.DETACH: State.DETACHED,
    },
    State.WAITING_FOR_PLACE: {
        Event.PAUSE: State.PAUSED,
        Event.RESUME: State.WAITING_FOR_PLACE,
        Event.FIND_PLACE: State.CATCHING_UP,
        Event.DETACH: State.DETACHED,
    },
    State.LIVE: {
        Event.PAUSE: State.PAUSED,
        Event.RESUME: State.LIVE,
        Event.READ_ON: State.CATCHING_UP,
        Event.DETACH: State.DETACHED,
    },
    State.SKIPPING: {
        Event.PAUSE: State.SKIPPING,
        Event.RESUME: State.CATCHING_UP,
        Event.DETACH: State.DETACHED,
    },
}
"""The state after each event that is possible in a state; any other is a defect."""


class Reader(Protocol):
    """Takes the entries of a subscriber: a client's stream, or a webhook delivery."""

    def cut(self, outcome: Outcome, key: str) -> None:
        """End the client's connection: it is too slow."""

    def fail(self, outcome: Outcome) -> None:
        """
        End the client's connection, since delivery to the client has failed.

        :param outcome: ``internal_error``, or ``limit_reached`` when the client's
            filter takes too many steps.
        """

    def refused(self, refusal: SourceRefusal) -> None:
        """The source of the channel refuses to be read."""

    def finish(self) -> None:
        """The channel has ended, and all of it was delivered."""

    def leave(self) -> None:
        """The channel is closed before its end."""


class ByteReader(Reader, Protocol):
    """Takes entries as bytes, which are encoded once for all subscribers of a group."""

    def deliver(self, data: bytes) -> None:
        """
        Write to the client.

        :param data: whole events, or a heartbeat; not empty.
        """

    def target(self) -> Any:
        """
        Return the connection that the group's writer may write to directly.

        :return: None while it may not, or never may.
        """

    def missed(self, gap: Gap) -> None:
        """Note a gap of this subscriber alone, which is written in its place."""


class EntryReader(Reader, Protocol):
    """Takes entries one by one."""

    def take(self, entry: Entry) -> None:
        """
        Take an event; the next one follows unless the subscriber is paused.

        :param entry: as filter and flows let it through.
        """

    def missed(self, gap: Gap) -> None:
        """Events may be missing before the next one that is taken."""


class Nobody:
    """The reader of a subscriber that has left: it takes all, and does nothing."""

    def deliver(self, data: bytes) -> None:
        """Drop the bytes."""

    def target(self) -> None:
        """There is no connection."""

    def take(self, entry: Entry) -> None:
        """Drop the entry."""

    def missed(self, gap: Gap) -> None:
        """Drop the gap."""

    def cut(self, outcome: Outcome, key: str) -> None:
        """Ignore the end of the subscription."""

    def fail(self, outcome: Outcome) -> None:
        """Ignore the failure."""

    def refused(self, refusal: SourceRefusal) -> None:
        """Ignore the refusal."""

    def finish(self) -> None:
        """Ignore the end of the source."""

    def leave(self) -> None:
        """Ignore the end of the subscription."""


NOBODY = Nobody()


class Attachment(Protocol):
    """The channel of a subscriber, as the subscriber sees it."""

    def pause(self, subscriber: Subscriber) -> None:
        """The client takes no more."""

    def resume(self, subscriber: Subscriber) -> None:
        """The client takes more."""

    def settle(self, subscriber: Subscriber) -> None:
        """Deliver the entries so far to a subscriber that keeps up."""

    def progress(self, subscriber: Subscriber) -> Progress:
        """Find out how far the subscriber has read."""

    def detach(self, subscriber: Subscriber) -> None:
        """The subscriber leaves."""


class Subscriber:
    """
    Reads a channel at its reader's pace.

    :param selection: which entries it gets.
    :param reader: takes them.
    :param slow: what to do when it falls too far behind.
    :param client: whose share of the channel's groups it counts for.
    """

    __slots__ = (
        "awaited",
        "behind_since_s",
        "channel",
        "client",
        "gap",
        "position",
        "reader",
        "selection",
        "slow",
        "state",
    )

    def __init__(
        self,
        selection: Selection,
        reader: Reader,
        slow: SlowConsumerOptions,
        client: str,
    ) -> None:
        self.selection = selection
        self.reader = reader
        self.slow = slow
        self.client = client
        self.channel: Attachment | None = None
        self.state = State.DETACHED
        self.position = 0
        """The place that it reads next; while it is live, its group knows that."""
        self.awaited: str | None = None
        """The source's id of the event that it continues after, while this event has
        not come; None when its position is known."""
        self.gap: Gap | None = None
        """A gap to report before anything else."""
        self.behind_since_s = 0.0
        """Since when it has not been live, on the reactor's clock."""

    def __repr__(self) -> str:
        place = f"at {self.position}"
        if self.awaited is not None:
            place = f"after {self.awaited!r}"
        return f"<{type(self).__name__} {self.state} {place}>"

    @property
    def key(self) -> Hashable:
        """What is equal for subscribers of one group."""
        raise NotImplementedError

    def change(self, event: Event) -> State:
        """
        Change the state.

        :param event: an event of the row of its state in :data:`TRANSITIONS`.
        :return: the new state.
        """
        self.state = TRANSITIONS[self.state][event]
        return self.state

    def leave(self) -> None:
        """Detach, and drop the references to the client; may be called again."""
        if self.channel is not None:
            self.channel.detach(self)
        self.reader = NOBODY

    def pause(self) -> None:
        """The client takes no more for now."""
        if self.channel is not None:
            self.channel.pause(self)

    def resume(self) -> None:
        """The client takes more; the first time, delivery begins."""
        if self.channel is not None:
            self.channel.resume(self)

    def settle(self) -> None:
        """Deliver the entries so far at once, unless the client has to catch up."""
        if self.channel is not None:
            self.channel.settle(self)

    def progress(self) -> Progress | None:
        """Return how far it has read; None while it reads no channel."""
        return None if self.channel is None else self.channel.progress(self)


class ByteSubscriber(Subscriber):
    """
    A subscriber whose entries are encoded.

    :param framing: how.
    """

    __slots__ = ("framing",)
    reader: ByteReader

    def __init__(
        self,
        selection: Selection,
        framing: Framing,
        reader: ByteReader,
        slow: SlowConsumerOptions,
        client: str = "",
    ) -> None:
        super().__init__(selection, reader, slow, client)
        self.framing = framing

    @property
    def key(self) -> Hashable:
        """The entries that it gets, and how they are encoded."""
        return (self.selection.key, self.framing.key)


class EntrySubscriber(Subscriber):
    """A subscriber that takes entries as they are, and has no bounds of its own."""

    __slots__ = ()
    reader: EntryReader

    def __init__(
        self, selection: Selection, reader: EntryReader, client: str = ""
    ) -> None:
        super().__init__(selection, reader, SlowConsumerOptions(), client)

    @property
    def key(self) -> Hashable:
        """The entries that it gets."""
        return (self.selection.key, None)
