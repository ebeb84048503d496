"""Tests of :mod:`relay.cluster.items`."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.cluster.items import read_item, write_item
from relay.eventstream.event import DEFAULT_TYPE

ANY = st.text(st.characters(codec=None, exclude_categories=()))
PAIRS = st.none() | st.dictionaries(ANY, ANY, min_size=1, max_size=3)
MESSAGES = st.builds(
    Message,
    ANY,
    type=st.just(DEFAULT_TYPE) | ANY,
    id=ANY,
    topic=ANY,
    timestamp_ms=st.none() | st.integers(0, 2**53),
    binary=st.booleans(),
    metadata=PAIRS,
    headers=PAIRS,
)


class ItemTests(SynchronousTestCase):
    """Items as bytes."""

    @given(MESSAGES)
    def test_messages(self, message: Message) -> None:
        """A message is read as it was written, with any text in it."""
        self.assertEqual(read_item(write_item(message)), message)

    def test_gaps(self) -> None:
        """Each kind of gap is read as it was written."""
        for reason in GapReason:
            self.assertIs(read_item(write_item(reason)), reason)

    def test_defaults_take_no_space(self) -> None:
        """A plain event is its data, and little more."""
        self.assertEqual(write_item(Message("é")), '{"data":"é"}'.encode())
