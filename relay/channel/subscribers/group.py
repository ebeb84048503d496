"""
Subscribers of a channel that get the same: the same bytes, or the same entries.

A group is at a position of the log, too: its live subscribers have been given every
entry before it. What is new is given to all of them, a part of them at a time; one that
leaves meanwhile has its own position, before or after the new entries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Generic, TypeVar

from twisted.logger import Logger

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.log import Log
from relay.channel.subscribers.filter import TooManyFilters
from relay.channel.subscribers.subscriber import Subscriber
from relay.json_text import JsonTooLarge
from relay.model.api.messages.channel_options import ChannelOptions

MOST_GROUPS = 1024
"""How many groups a channel may have: each costs an encoding of every event."""
MOST_OF_CLIENT = 128
"""The most groups that one client may have opened."""
PIECE_BYTES = 65536
"""About how much of the log a subscriber that catches up reads at once."""

S = TypeVar("S", bound=Subscriber)


class Group(Generic[S]):
    """
    Subscribers with one :attr:`~relay.channel.subscribers.subscriber.Subscriber.key`.

    :param first: the first of them.
    :param position: the place of the first entry that the group will be given.
    """

    _log = Logger()

    def __init__(self, first: S, position: int) -> None:
        self.selection = first.selection
        self.opened_by = first.client
        """The client whose share of the channel's groups this group counts for."""
        self.position = position
        self.lagging: set[S] = set()
        """Subscribers that are attached and not live."""
        self._reported = False
        """Whether an event that cannot be encoded was logged."""

    @property
    def live(self) -> Collection[S]:
        """Subscribers that have been given every entry before the position."""
        raise NotImplementedError

    def admit(self, subscriber: S) -> bool:
        """
        Make a subscriber live, unless the group is behind it.

        :param subscriber: one that has read the log to its end.
        :return: False when it has read entries which the group has not been given; then
            :meth:`wake` returns it once they are.
        """
        raise NotImplementedError

    @property
    def joining(self) -> Collection[S]:
        """Subscribers that :meth:`admit` has put off; they are lagging, too."""
        return ()

    def place(self, subscriber: S) -> int:
        """Return the place of the first entry that a live subscriber lacks."""
        raise NotImplementedError

    def withdraw(self, subscriber: S) -> None:
        """
        Let a live subscriber, or one that is to become live, be one that lags.

        :param subscriber: its position is set to the first entry that it was not given.
        """
        raise NotImplementedError

    def remove(self, subscriber: S) -> None:
        """Remove a subscriber, in any state."""
        self.withdraw(subscriber)
        self.lagging.discard(subscriber)

    def write(self, entries: list[Entry], now_s: float) -> Iterator[Collection[S]]:
        """
        Move the position past new entries, and give them to the live subscribers.

        :param entries: in order, from the position on; without any, a heartbeat is
            written if its time has come.
        :return: gives them to a part of the subscribers with each step, which returns
            the subscribers that failed.
        :raises TooCostly: when the filter takes too many steps.
        """
        raise NotImplementedError

    def wake(self) -> Collection[S]:
        """Return those that are to read on in the log, now that entries are written."""
        raise NotImplementedError

    def read(self, subscriber: S, log: Log) -> Sequence[Entry]:
        """
        Deliver a part of the log to a subscriber, and set its position after it.

        :param subscriber: one that catches up, and has not reached the end.
        :return: the entries that were looked at.
        :raises TooCostly: when the filter takes too many steps.
        """
        raise NotImplementedError

    def give(
        self, subscriber: S, gaps: Sequence[Gap], entries: Sequence[Entry]
    ) -> None:
        """
        Deliver gaps and entries to a subscriber, without reading the log.

        :param gaps: they come first.
        :raises TooCostly: when the filter takes too many steps.
        """
        raise NotImplementedError

    def is_quiet(self, now_s: float) -> bool:
        """Whether the live subscribers have to be sent a heartbeat."""
        return False

    def heartbeat_s(self, now_s: float) -> float | None:
        """Return the seconds until the next heartbeat; None for none."""
        return None

    def forget(self, before_seq: int) -> None:
        """
        Drop copies of entries that the log has dropped.

        :param before_seq: the place of the log's oldest entry.
        """

    def rewind(self, seq: int) -> None:
        """
        Go back to a place of the log; no subscriber is live.

        :param seq: the place of the next entry that the group will be given.
        """
        self.position = min(self.position, seq)

    def make_room(self) -> None:
        """Drop copies until the entries of the log have the room that they need."""

    def close(self) -> None:
        """Drop all copies: the group has no subscriber any more."""

    def _undeliverable(self, entry: Entry, error: Exception) -> Gap:
        """Return the gap in place of an event that cannot be made ready."""
        if not self._reported and not isinstance(error, JsonTooLarge):
            self._log.failure("event {id} cannot be encoded", id=entry.id)
            self._reported = True
        return Gap(GapReason.UNDELIVERABLE, None)


def check_room(
    groups: Collection[Group[Any]], subscriber: Subscriber, options: ChannelOptions
) -> None:
    """
    Check whether a channel can have one more group.

    A client without a filter is never refused because of the filters of others. Each
    client may open a limited number of groups.

    :param groups: the groups of the channel.
    :param subscriber: the first subscriber of the new group.
    :param options: the channel options, with the most filters.
    :raises TooManyFilters: when the channel, or the client, has its most filters.
    """
    selection, client = subscriber.selection, subscriber.client
    if selection.filtered:
        kin = [
            one
            for one in groups
            if one.selection.filtered and one.selection.family == selection.family
        ]
        own = sum([one.opened_by == client for one in kin])
        if own >= options.max_filters_per_address:
            most = options.max_filters_per_address
            raise TooManyFilters(f"this address has {most} filters already")
        if len(kin) >= options.max_filters:
            most = options.max_filters
            raise TooManyFilters(f"the channel has {most} filters already")
    if len(groups) >= MOST_GROUPS:
        raise TooManyFilters(f"the channel has {MOST_GROUPS} kinds of readers already")
    if len(groups) >= MOST_OF_CLIENT:
        own = sum([one.opened_by == client for one in groups])
        if own >= MOST_OF_CLIENT:
            raise TooManyFilters(
                f"this address has {MOST_OF_CLIENT} kinds of readers already"
            )
