"""
Encoded copies of a log's entries, kept for clients that reconnect soon.

A copy is made for all subscribers of one group, and dies with the group. The groups of
a channel share one room for them, which is what its entries leave of the bound of the
history: however many clients come with filters of their own, they take no more, and no
event is dropped for a copy. The newest copies are kept, for most clients lack only
those; copies are made anew for a subscriber that lacks more.
"""

from __future__ import annotations

from collections.abc import Callable

COPY_BYTES = 160
"""The memory of a copy beside its bytes, roughly."""


class Room:
    """
    How much all copies of a channel may take.

    :param free_bytes: gives how much the entries leave just now.
    """

    __slots__ = ("_free_bytes", "taken_bytes")

    def __init__(self, free_bytes: Callable[[], int]) -> None:
        self._free_bytes = free_bytes
        self.taken_bytes = 0

    @property
    def left_bytes(self) -> int:
        """How much is left; less than nothing when entries need the room."""
        return self._free_bytes() - self.taken_bytes


class Copies:
    """
    The copies of one group.

    :param room: shared with the other groups of the channel.
    """

    __slots__ = ("_by_seq", "_bytes", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._by_seq: dict[int, bytes] = {}
        self._bytes = 0

    def get(self, seq: int) -> bytes | None:
        """
        Find the copy of an entry.

        :param seq: the entry's place.
        """
        return self._by_seq.get(seq)

    def keep(self, seq: int, data: bytes, is_new: bool) -> None:
        """
        Keep a copy, if there is room for it.

        :param seq: the entry's place.
        :param data: the entry's bytes.
        :param is_new: whether it was just added to the log; then older copies of the
            group make room for it.
        """
        if seq in self._by_seq:
            return
        size, room = len(data) + COPY_BYTES, self._room
        while is_new and size > room.left_bytes and self._by_seq:
            self._drop(next(iter(self._by_seq)))
        if size <= room.left_bytes:
            room.taken_bytes += size
            self._bytes += size
            self._by_seq[seq] = data

    def forget(self, before_seq: int) -> None:
        """
        Drop the copies of entries that the log has dropped.

        :param before_seq: the place of the log's oldest entry.
        """
        for seq in [one for one in self._by_seq if one < before_seq]:
            self._drop(seq)

    def make_room(self) -> None:
        """Drop the oldest, until the entries have the room that they need."""
        while self._by_seq and self._room.left_bytes < 0:
            self._drop(next(iter(self._by_seq)))

    def clear(self) -> None:
        """Drop all: the group is gone."""
        self._by_seq.clear()
        self._room.taken_bytes -= self._bytes
        self._bytes = 0

    def _drop(self, seq: int) -> None:
        size = len(self._by_seq.pop(seq)) + COPY_BYTES
        self._room.taken_bytes -= size
        self._bytes -= size
