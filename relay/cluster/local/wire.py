"""
Messages of a hub and its members as bytes.

A *frame* holds the messages of one turn: its length, the length of its head, the head
(a JSON array of the messages, in ASCII), and the items of the messages one after the
other. A message in the head has the lengths of its items. Lengths are 32 bits wide, in
network order.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from relay.cluster.link import Appended, ChannelName, Snapshot, Stored
from relay.cluster.local.messages import (
    Added,
    Announce,
    Announced,
    Answer,
    Append,
    Beat,
    Bounds,
    Committed,
    Counted,
    Disown,
    Ended,
    Enter,
    Follow,
    Granted,
    Hello,
    HitKey,
    Leaderless,
    Leave,
    Message,
    Own,
    Part,
    Reason,
    Refused,
    Resign,
    Restored,
    TakeLead,
    Unfollow,
    Welcome,
)

_LENGTHS = struct.Struct("!II")
_LONGEST = 2**32 - 1


class Malformed(ValueError):
    """What was received is no frame."""


class Written(NamedTuple):
    """
    A message that can become a part of a frame.

    :param head: its part of the head.
    :param items: its items.
    :param size: of both, in bytes.
    """

    head: str
    items: Sequence[bytes]
    size: int


def write_message(message: Message) -> Written:
    """Write a message."""
    code, write = _WRITERS[type(message)]
    items: list[bytes] = []
    head = json.dumps([code, *write(message, items)], separators=(",", ":"))
    return Written(head, items, len(head) + sum(map(len, items)))


def write_frame(messages: Sequence[Written]) -> bytes:
    """
    Write a frame.

    :param messages: at least one.
    """
    head = f"[{','.join([one.head for one in messages])}]".encode("ascii")
    items = [item for one in messages for item in one.items]
    size = len(head) + sum(map(len, items))
    return b"".join((_LENGTHS.pack(size, len(head)), head, *items))


class FrameReader:
    """
    Reads frames from pieces of any size.

    :param longest: the largest frame that is accepted, in bytes.
    """

    def __init__(self, longest: int = _LONGEST) -> None:
        self._longest = longest
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """
        Take a piece.

        :return: the messages that are complete.
        :raises Malformed: when it is no part of a frame.
        """
        buffer = self._buffer
        buffer += data
        begin = 0
        while len(buffer) - begin >= _LENGTHS.size:
            size, head_size = _LENGTHS.unpack_from(buffer, begin)
            if size > self._longest or head_size > size:
                raise Malformed("the length of a frame is out of bounds")
            end = begin + _LENGTHS.size + size
            if len(buffer) < end:
                break
            frame = bytes(memoryview(buffer)[begin + _LENGTHS.size : end])
            begin = end
            yield from _read(frame, head_size)
        del buffer[:begin]


def _read(frame: bytes, head_size: int) -> Iterator[Message]:
    try:
        items = _Items(frame, head_size)
        for code, *fields in json.loads(frame[:head_size]):
            yield _READERS[code](fields, items)
        if not items.is_empty:
            raise Malformed("a frame has more bytes than its messages")
    except (IndexError, TypeError, ValueError) as error:
        raise Malformed(f"a message is malformed: {error}") from error


class _Items:
    """The items of a frame, in order."""

    def __init__(self, frame: bytes, begin: int) -> None:
        self._frame = frame
        self._begin = begin

    @property
    def is_empty(self) -> bool:
        """Whether all were taken."""
        return self._begin == len(self._frame)

    def take(self, size: int) -> bytes:
        """Take the next item."""
        end = self._begin + size
        if size < 0 or end > len(self._frame):
            raise Malformed("an item is not complete")
        item = self._frame[self._begin : end]
        self._begin = end
        return item


def _write_entries(entries: Sequence[Stored], items: list[bytes]) -> list[Any]:
    """
    Write consecutive entries as runs of one epoch and time.

    :param items: to which the items are appended.
    """
    runs: list[Any] = [entries[0].seq if entries else 0]
    epoch, at_ms = "", -1
    sizes: list[int] = []
    for entry in entries:
        if entry.at_ms != at_ms or entry.epoch != epoch:
            epoch, at_ms, sizes = entry.epoch, entry.at_ms, []
            runs += (epoch, at_ms, sizes)
        sizes.append(len(entry.item))
        items.append(entry.item)
    return runs


def _read_entries(runs: list[Any], items: _Items) -> list[Stored]:
    entries: list[Stored] = []
    seq = runs[0]
    for index in range(1, len(runs), 3):
        epoch, at_ms, sizes = runs[index : index + 3]
        for size in sizes:
            entries.append(Stored(epoch, seq, at_ms, items.take(size)))
            seq += 1
    return entries


def _write_snapshot(copy: Snapshot, items: list[bytes]) -> list[Any]:
    entries = _write_entries(copy.entries, items)
    items.append(copy.state)
    return [copy.epoch, copy.next_seq, entries, len(copy.state), copy.epochs]


def _read_snapshot(fields: list[Any], items: _Items) -> Snapshot:
    epoch, next_seq, runs, size, named = fields
    entries = _read_entries(runs, items)
    epochs = tuple([(first, name) for first, name in named])
    return Snapshot(epoch, next_seq, entries, items.take(size), epochs)


def _write_append(message: Append, items: list[bytes]) -> list[Any]:
    items += message.items
    return [*message[:5], [len(item) for item in message.items]]


def _read_append(fields: list[Any], items: _Items) -> Append:
    request, channel, fence, first_seq, key, sizes = fields
    return Append(
        request,
        ChannelName(*channel),
        fence,
        first_seq,
        key and (key[0], key[1]),
        [items.take(size) for size in sizes],
    )


def _write_entries_of(message: Added | Part, items: list[bytes]) -> list[Any]:
    return [message.channel, _write_entries(message.entries, items)]


def _write_follow(message: Follow, items: list[bytes]) -> list[Any]:
    copy = message.copy and _write_snapshot(message.copy, items)
    opening = message.opening
    if opening is not None:
        items.append(opening)
    size = None if opening is None else len(opening)
    return [message.channel, message.bounds, copy, size]


def _read_follow(fields: list[Any], items: _Items) -> Follow:
    channel, bounds, fields_of_copy, size = fields
    copy = fields_of_copy and _read_snapshot(fields_of_copy, items)
    opening = None if size is None else items.take(size)
    return Follow(ChannelName(*channel), Bounds(*bounds), copy, opening)


def _write_restored(message: Restored, items: list[bytes]) -> list[Any]:
    return [message.channel, _write_snapshot(message.snapshot, items)]


def _write_announce(message: Announce, items: list[bytes]) -> list[Any]:
    items.append(message.state)
    return [message.channel, message.fence, len(message.state)]


def _write_announced(message: Announced, items: list[bytes]) -> list[Any]:
    items.append(message.state)
    return [message.channel, len(message.state)]


def _write_plain(message: Message, items: list[bytes]) -> Sequence[Any]:
    return message


def _pairs(places: list[Any]) -> list[tuple[str, int]]:
    return [(key, number) for key, number in places]


_Write = Callable[[Any, list[bytes]], Sequence[Any]]
_Read = Callable[[list[Any], _Items], Message]
_FORMS: list[tuple[type[Any], _Write, _Read]] = [
    (Hello, _write_plain, lambda f, _: Hello(f[0], _pairs(f[1]))),
    (Welcome, _write_plain, lambda f, _: Welcome(*f)),
    (Beat, _write_plain, lambda f, _: Beat(*f)),
    (Ended, _write_plain, lambda f, _: Ended(*f)),
    (
        Part,
        _write_entries_of,
        lambda f, items: Part(ChannelName(*f[0]), _read_entries(f[1], items)),
    ),
    (Follow, _write_follow, _read_follow),
    (Unfollow, _write_plain, lambda f, _: Unfollow(ChannelName(*f[0]))),
    (TakeLead, _write_plain, lambda f, _: TakeLead(f[0], ChannelName(*f[1]))),
    (Resign, _write_plain, lambda f, _: Resign(f[0], ChannelName(*f[1]), f[2])),
    (Append, _write_append, _read_append),
    (
        Announce,
        _write_announce,
        lambda f, items: Announce(ChannelName(*f[0]), f[1], items.take(f[2])),
    ),
    (
        Restored,
        _write_restored,
        lambda f, items: Restored(ChannelName(*f[0]), _read_snapshot(f[1], items)),
    ),
    (
        Added,
        _write_entries_of,
        lambda f, items: Added(ChannelName(*f[0]), _read_entries(f[1], items)),
    ),
    (
        Announced,
        _write_announced,
        lambda f, items: Announced(ChannelName(*f[0]), items.take(f[1])),
    ),
    (Leaderless, _write_plain, lambda f, _: Leaderless(ChannelName(*f[0]))),
    (HitKey, _write_plain, lambda f, _: HitKey(*f)),
    (Enter, _write_plain, lambda f, _: Enter(f[0], _pairs(f[1]))),
    (Leave, _write_plain, lambda f, _: Leave(*f)),
    (Own, _write_plain, lambda f, _: Own(*f)),
    (Disown, _write_plain, lambda f, _: Disown(*f)),
    (Answer, _write_plain, lambda f, _: Answer(*f)),
    (Granted, _write_plain, lambda f, _: Granted(*f)),
    (Counted, _write_plain, lambda f, _: Counted(*f)),
    (Committed, _write_plain, lambda f, _: Committed(f[0], Appended(*f[1]), f[2])),
    (Refused, _write_plain, lambda f, _: Refused(f[0], Reason(f[1]))),
]
"""How each message is written and read; its number is its place here."""
_WRITERS = {kind: (code, write) for code, (kind, write, _) in enumerate(_FORMS)}
_READERS = [read for _, _, read in _FORMS]
