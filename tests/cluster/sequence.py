"""
What the clients of a channel are owed, and whether they got it.

The model knows no process, link or engine. Publications are numbered in the order in
which they were made. A client that begins without an id is owed every number from then
on, whatever process it is connected to, and wherever it comes back. What it sees must
be just that, in order and once, but for places where it was told of a gap, after which
it may go on with any later number.

A publication whose answer was lost may appear once, at any place after it was made, or
never.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.channel.readers import GAP


class Violation(AssertionError):
    """A client lost an event and was not told, or saw one twice or too late."""


class Sequence:
    """The publications of one channel."""

    def __init__(self) -> None:
        self.next = 0
        """The number of the next publication."""
        self.uncertain: set[int] = set()
        """Those whose answer was lost."""
        self._named: dict[str, int] = {}

    def take(self, size: int) -> range:
        """Number some publications."""
        numbers = range(self.next, self.next + size)
        self.next += size
        return numbers

    def lost_answer(self, numbers: Iterable[int]) -> None:
        """Note that nobody knows whether some publications were made."""
        self.uncertain.update(numbers)

    def certain(self, first: int, end: int) -> list[int]:
        """Return the numbers in a range that were certainly published."""
        return [one for one in range(first, end) if one not in self.uncertain]

    def named(self, event_id: str, number: int) -> None:
        """
        Note the id under which some process delivered an event.

        :raises Violation: when the id names another event, too.
        """
        known = self._named.setdefault(event_id, number)
        if known != number:
            raise Violation(f"{event_id} names both {known} and {number}")


class Witness:
    """
    One client, over all its connections.

    :param sequence: what is published to its channel.
    :param owed: the first number that it must see; None until :meth:`begins`.
    """

    def __init__(self, sequence: Sequence, owed: int | None = None) -> None:
        self._sequence = sequence
        self.has_begun = owed is not None
        """Whether it is owed anything."""
        self._expected = owed
        """None after a gap, until the next event."""
        self._highest = -1
        self._numbers: set[int] = set()
        self.seen: list[str] = []
        self.gaps = 0

    def begins(self, owed: int) -> None:
        """
        Owe everything from a number on, unless it is owed something already.

        :param owed: the first number that it must see.
        """
        if not self.has_begun:
            self.has_begun = True
            if self._highest < owed:
                self._expected = owed

    def owe_later_events(self) -> None:
        """Owe some later event, and all that follow it."""
        self._expected = None

    def saw(self, texts: Iterable[str]) -> None:
        """
        Take what the client was sent.

        :param texts: numbers, and :data:`GAP` for each gap that it was told of.
        :raises Violation: when it is not what was owed.
        """
        for text in texts:
            self.seen.append(text)
            if text == GAP:
                self.gaps += 1
                self._expected = None
            else:
                self._saw(int(text))

    def _saw(self, number: int) -> None:
        if number in self._numbers:
            raise self._violation(number, "doubled")
        self._numbers.add(number)
        if number in self._sequence.uncertain:
            return
        if number < self._highest:
            raise self._violation(number, "out of order")
        if self._expected is not None:
            missed = self._sequence.certain(self._expected, number)
            if missed:
                raise self._violation(number, f"without {missed} and without a gap")
        self._highest, self._expected = number, number + 1

    def _violation(self, number: int, what: str) -> Violation:
        return Violation(f"{number} came {what}; seen: {' '.join(self.seen)}")

    def has(self, number: int) -> bool:
        """Whether an event was seen."""
        return number in self._numbers

    def check_complete(self) -> None:
        """
        Check that nothing more is due.

        :raises Violation: when the client lacks events, and no gap covers them.
        """
        first = self._expected
        if first is None:
            # Whatever is missing was reported, but the channel must go on behind it.
            first = max(self._highest + 1, self._sequence.next - 1)
        missed = self._sequence.certain(first, self._sequence.next)
        if missed:
            raise Violation(f"{missed} never came; seen: {' '.join(self.seen)}")
