"""Tests of :mod:`relay.cluster.local.wire`."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

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
from relay.cluster.local.wire import (
    FrameReader,
    Malformed,
    write_frame,
    write_message,
)

TEXT = st.text(max_size=8)
NUMBER = st.integers(0, 2**53)
CHANNEL = st.builds(ChannelName, TEXT, TEXT)
ITEMS = st.lists(st.binary(max_size=20), max_size=4)
PLACES = st.lists(st.tuples(TEXT, NUMBER), max_size=3)
BOUNDS = st.builds(Bounds, NUMBER, NUMBER, NUMBER, st.booleans())


@st.composite
def _entries(draw: st.DrawFn) -> list[Stored]:
    first_seq = draw(NUMBER)
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["one", "two"]),
                st.integers(0, 2),
                st.binary(max_size=20),
            ),
            max_size=5,
        )
    )
    return [
        Stored(epoch, seq, at_ms, item)
        for seq, (epoch, at_ms, item) in enumerate(rows, first_seq)
    ]


EPOCHS = st.lists(st.tuples(NUMBER, TEXT), max_size=3).map(tuple)
SNAPSHOT = st.builds(Snapshot, TEXT, NUMBER, _entries(), st.binary(max_size=9), EPOCHS)
MESSAGES: dict[type[Any], st.SearchStrategy[Any]] = {
    Added: st.builds(Added, CHANNEL, _entries()),
    Announce: st.builds(Announce, CHANNEL, NUMBER, st.binary(max_size=9)),
    Announced: st.builds(Announced, CHANNEL, st.binary(max_size=9)),
    Answer: st.builds(Answer, NUMBER, st.none() | st.booleans() | NUMBER),
    Append: st.builds(
        Append,
        NUMBER,
        CHANNEL,
        st.none() | NUMBER,
        st.none() | NUMBER,
        st.none() | st.tuples(TEXT, TEXT),
        ITEMS,
    ),
    Beat: st.just(Beat()),
    Committed: st.builds(
        Committed,
        NUMBER,
        st.builds(Appended, TEXT, NUMBER, NUMBER, NUMBER, st.booleans()),
        st.booleans(),
    ),
    Counted: st.builds(Counted, NUMBER, NUMBER, NUMBER),
    Disown: st.builds(Disown, NUMBER, TEXT),
    Ended: st.just(Ended()),
    Enter: st.builds(Enter, NUMBER, PLACES),
    Follow: st.builds(
        Follow, CHANNEL, BOUNDS, st.none() | SNAPSHOT, st.none() | st.binary(max_size=9)
    ),
    Granted: st.builds(Granted, NUMBER, NUMBER, NUMBER, st.booleans()),
    Hello: st.builds(Hello, TEXT, PLACES),
    HitKey: st.builds(HitKey, NUMBER, TEXT, NUMBER),
    Leaderless: st.builds(Leaderless, CHANNEL),
    Leave: st.builds(Leave, st.lists(TEXT, max_size=3)),
    Own: st.builds(Own, NUMBER, TEXT, NUMBER),
    Part: st.builds(Part, CHANNEL, _entries()),
    Refused: st.builds(Refused, NUMBER, st.sampled_from(Reason)),
    Resign: st.builds(Resign, NUMBER, CHANNEL, st.booleans()),
    Restored: st.builds(Restored, CHANNEL, SNAPSHOT),
    TakeLead: st.builds(TakeLead, NUMBER, CHANNEL),
    Unfollow: st.builds(Unfollow, CHANNEL),
    Welcome: st.builds(Welcome, TEXT),
}


def _frame(*messages: Message) -> bytes:
    return write_frame([write_message(one) for one in messages])


class WireTests(SynchronousTestCase):
    """Frames, written and read."""

    def test_each_message_has_a_form(self) -> None:
        """The strategies below cover all messages."""
        self.assertEqual(set(MESSAGES), set(get_args(Message)))

    @given(
        st.lists(
            st.lists(st.one_of(*MESSAGES.values()), min_size=1, max_size=3), max_size=3
        ),
        st.integers(1, 50),
    )
    def test_messages_in_pieces(self, frames: list[list[Message]], size: int) -> None:
        """Messages are read as they were written, in pieces of any size."""
        data = b"".join(_frame(*messages) for messages in frames)
        reader = FrameReader()
        read: list[Message] = []
        for begin in range(0, len(data), size):
            read += reader.feed(data[begin : begin + size])
        self.assertEqual(read, [one for messages in frames for one in messages])
        self.assertEqual(
            [type(one) for one in read],
            [type(one) for messages in frames for one in messages],
        )

    def test_what_is_no_frame(self) -> None:
        """Other bytes are refused."""
        frame = _frame(Append(1, ChannelName("a", "b"), None, None, None, [b"item"]))
        for data in (
            b"\xff" * 8,
            b"\0\0\0\2\0\0\0\3[]",
            b"\0\0\0\3\0\0\0\2[]x",
            b"\0\0\0\2\0\0\0\2{}"[:-2] + b"[[",
            b"\0\0\0\6\0\0\0\6[[99]]",
            b"\0\0\0\5\0\0\0\5[[1]]",
            frame[:-4].replace(b"[4]", b"[9]") + b"item",
        ):
            with self.assertRaises(Malformed, msg=repr(data)):
                list(FrameReader(1000).feed(data))
