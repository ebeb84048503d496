"""The ids that clients get."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.channel import ids

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")


MINT = ids.Mint(b"a secret", "api", "channel")


class IdTests(SynchronousTestCase):
    """Short, safe for browsers, and read back as they were made."""

    def test_negative(self) -> None:
        """A place that no log has is refused."""
        self.assertRaises(ValueError, ids.place, "epoch", -1)

    def test_round_trip(self) -> None:
        """A made id is parsed to its parts, for every source id."""

        @given(seq=st.integers(0, 2**63), source_id=st.text(max_size=200))
        def check(seq: int, source_id: str) -> None:
            epoch = ids.new_epoch()
            text = MINT.make(epoch, seq, source_id)
            self.assertLessEqual(len(text), ids.LONGEST)
            self.assertLessEqual(set(text), SAFE)
            known = ids.parse(text)
            assert known is not None
            self.assertEqual((known.epoch, known.seq), (epoch, seq))
            self.assertIn(known.source_id, (source_id or None, None))

        check()

    def test_without_a_source_id_it_is_short(self) -> None:
        """An id without a source id has at most 24 bytes."""
        self.assertLessEqual(len(ids.place(ids.new_epoch(), 2**63)), 24)

    def test_a_long_source_id_is_left_out(self) -> None:
        """The place alone is still an id."""
        made = MINT.make(ids.new_epoch(), 5, "x" * 100)
        self.assertNotIn(".", made)

    def test_others_ids_are_not_ours(self) -> None:
        """Anything at all may come in a Last-Event-ID."""

        @given(st.text(max_size=150))
        def check(text: str) -> None:
            known = ids.parse(text)
            if known is not None:
                made = ids.place(known.epoch, known.seq)
                self.assertEqual(ids.parse(made), (known.epoch, known.seq, None, ""))

        check()
        for text in ("", "42", "a-b", "aaaaaaaa-", "aaaaaaaa-b.!!", "AAAAAAAA-b"):
            self.assertIsNone(ids.parse(text), text)


class SealTests(SynchronousTestCase):
    """The seal of an id proves that the channel made the id."""

    def setUp(self) -> None:
        """Make an id that has a source's id in it."""
        self.text = MINT.make("aaaaaaaa", 5, "s1")

    def known_to(self, mint: ids.Mint, text: str) -> bool:
        """Whether a channel has given an id out."""
        known = ids.parse(text)
        assert known is not None
        return mint.has_made(known)

    def test_the_channel_knows_its_own_ids_after_a_restart(self) -> None:
        """The same secret and the same channel make the same seal."""
        again = ids.Mint(b"a secret", "api", "channel")
        self.assertTrue(self.known_to(again, self.text))

    def test_an_id_of_another_channel_api_or_store_is_not_its_own(self) -> None:
        """Each has seals of its own, however the names are cut."""
        for mint in (
            ids.Mint(b"a secret", "api", "another"),
            ids.Mint(b"a secret", "another", "channel"),
            ids.Mint(b"another secret", "api", "channel"),
            ids.Mint(b"a secret", "apichannel"),
            ids.Mint(None, "api", "channel"),
        ):
            self.assertFalse(self.known_to(mint, self.text))

    def test_a_forged_id_is_not_its_own(self) -> None:
        """
        An id without a seal, or with the seal of another source id, is not accepted.
        """
        head, source_id, seal = self.text.split(".")
        other = MINT.make("aaaaaaaa", 5, "s2").split(".")[1]
        for text in (
            f"{head}.{source_id}",
            f"{head}.{source_id}.",
            f"{head}.{source_id}.{seal[:-1]}",
            f"{head}.{other}.{seal}",
            head,
        ):
            self.assertFalse(self.known_to(MINT, text), text)
