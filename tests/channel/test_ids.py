"""The ids that clients get."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.channel import ids

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


class IdTests(SynchronousTestCase):
    """Short, safe for browsers, and read back as they were made."""

    def test_round_trip(self) -> None:
        """Whatever the source's id is, a made id is read back."""

        @given(seq=st.integers(0, 2**63), source_id=st.text(max_size=200))
        def check(seq: int, source_id: str) -> None:
            epoch = ids.new_epoch()
            text = ids.make(epoch, seq, source_id)
            self.assertLessEqual(len(text), ids.LONGEST)
            self.assertLessEqual(set(text), SAFE)
            known = ids.parse(text)
            assert known is not None
            self.assertEqual((known.epoch, known.seq), (epoch, seq))
            self.assertIn(known.source_id, (source_id or None, None))

        check()

    def test_without_a_source_id_it_is_short(self) -> None:
        """At most 24 bytes."""
        self.assertLessEqual(len(ids.make(ids.new_epoch(), 2**63, "")), 24)

    def test_a_long_source_id_is_left_out(self) -> None:
        """The place alone is still an id."""
        made = ids.make(ids.new_epoch(), 5, "x" * 100)
        self.assertNotIn(".", made)

    def test_others_ids_are_not_ours(self) -> None:
        """Anything at all may come in a Last-Event-ID."""

        @given(st.text(max_size=150))
        def check(text: str) -> None:
            known = ids.parse(text)
            if known is not None:
                made = ids.make(known.epoch, known.seq, "")
                self.assertEqual(ids.parse(made), (known.epoch, known.seq, None))

        check()
        for text in ("", "42", "a-b", "aaaaaaaa-", "aaaaaaaa-b.!!", "AAAAAAAA-b"):
            self.assertIsNone(ids.parse(text), text)
