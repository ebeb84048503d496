"""A gap is reported if and only if events may be missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.continuity import Continuity, ResumeMode
from relay.eventstream.event import Event


def events(*ids: str) -> list[Event]:
    """Make events; their data go with their ids."""
    return [Event("message", f"data of {one}", one) for one in ids]


def shown(taken: list[tuple[Event, str] | None]) -> list[str]:
    """Return the own id of each event, ``-`` for one without, and ``GAP``."""
    return ["GAP" if one is None else one[1] or "-" for one in taken]


class VerifyTests(SynchronousTestCase):
    """The default: the source is put to the proof."""

    def setUp(self) -> None:
        """Read three events over a first connection."""
        self.continuity = Continuity(ResumeMode.VERIFY)
        self.assertEqual(self.continuity.last_event_id, "")
        self.assertFalse(self.continuity.connected())
        self.continuity.take(events("a", "b", "c"))

    def test_the_id_before_the_last_is_asked_for(self) -> None:
        """The last event itself is the proof."""
        self.assertEqual(self.continuity.last_event_id, "b")

    def test_the_proof_is_swallowed(self) -> None:
        """The event that proves continuity is not delivered again."""
        self.assertFalse(self.continuity.connected())
        self.assertEqual(shown(self.continuity.take(events("c", "d"))), ["d"])
        self.assertEqual(self.continuity.last_event_id, "c")

    def test_another_event_first_is_a_gap(self) -> None:
        """The source ignored the header, or forgot."""
        self.assertFalse(self.continuity.connected())
        taken = shown(self.continuity.take(events("e", "f")))
        self.assertEqual(taken, ["GAP", "e", "f"])

    def test_another_event_with_the_same_id_is_a_gap(self) -> None:
        """Some sources restate an id for several events."""
        self.continuity.connected()
        taken = self.continuity.take([Event("message", "something new", "c")])
        self.assertEqual(shown(taken)[0], "GAP")

    def test_a_connection_without_events_proves_nothing(self) -> None:
        """The proof is asked of the next one."""
        self.assertFalse(self.continuity.connected())
        self.assertEqual(self.continuity.last_event_id, "b")
        self.assertFalse(self.continuity.connected())
        self.assertEqual(shown(self.continuity.take(events("c"))), [])

    def test_an_event_without_an_id_cannot_be_resumed(self) -> None:
        """An event without an id of its own cannot prove continuity."""
        taken = self.continuity.take(events("c"))
        self.assertEqual(shown(taken), ["-"])
        self.assertTrue(self.continuity.connected())
        self.assertFalse(self.continuity.connected())

    def test_one_id_proves_nothing(self) -> None:
        """There is no id before it to ask for."""
        continuity = Continuity(ResumeMode.VERIFY)
        continuity.connected()
        continuity.take(events("a"))
        self.assertEqual(continuity.last_event_id, "a")
        self.assertTrue(continuity.connected())

    def test_no_ids_at_all(self) -> None:
        """Each reconnect is a gap, even where nothing had come yet."""
        continuity = Continuity(ResumeMode.VERIFY)
        self.assertFalse(continuity.connected())
        self.assertTrue(continuity.connected())
        continuity.take(events("", ""))
        self.assertEqual(continuity.last_event_id, "")
        self.assertTrue(continuity.connected())

    def test_a_returning_client_opens_at_its_id(self) -> None:
        """The source's word is taken, also when the first try brought nothing."""
        continuity = Continuity(ResumeMode.VERIFY, "s")
        self.assertEqual(continuity.last_event_id, "s")
        self.assertFalse(continuity.connected())
        self.assertFalse(continuity.connected())
        self.assertEqual(shown(continuity.take(events("t"))), ["t"])
        self.assertEqual(continuity.last_event_id, "s")
        self.assertFalse(continuity.connected())
        self.assertEqual(shown(continuity.take(events("t", "u"))), ["u"])


class OtherModeTests(SynchronousTestCase):
    """The modes that trust the ids, or ignore them."""

    def test_trust(self) -> None:
        """The last id is sent, and continuity is assumed."""
        continuity = Continuity(ResumeMode.TRUST)
        continuity.connected()
        continuity.take(events("a", "b"))
        self.assertEqual(continuity.last_event_id, "b")
        self.assertFalse(continuity.connected())
        self.assertEqual(shown(continuity.take(events("c", "c"))), ["c", "-"])
        self.assertTrue(continuity.connected())

    def test_none(self) -> None:
        """No id is sent, and every reconnect is a gap."""
        continuity = Continuity(ResumeMode.NONE)
        continuity.connected()
        continuity.take(events("a", "b"))
        self.assertEqual(continuity.last_event_id, "")
        self.assertTrue(continuity.connected())

    def test_none_after_a_restart(self) -> None:
        """The place of a returning client is not trusted either."""
        self.assertTrue(Continuity(ResumeMode.NONE, "a").connected())
        self.assertFalse(Continuity(ResumeMode.NONE).connected())


class IdTests(SynchronousTestCase):
    """Ids that a source takes back, and ids that cannot be sent back to it."""

    def test_an_id_that_the_source_takes_back_is_not_sent_any_more(self) -> None:
        """An empty id resets the id that is sent."""
        for mode in (ResumeMode.VERIFY, ResumeMode.TRUST):
            by_event = Continuity(mode)
            by_event.connected()
            by_event.take(events("1", "2", ""))
            self.assertEqual(by_event.last_event_id, "")
            self.assertTrue(by_event.connected())
            by_block = Continuity(mode)
            by_block.connected()
            by_block.take(events("1", "2"))
            by_block.reach("")
            self.assertEqual(by_block.last_event_id, "")
            self.assertTrue(by_block.connected())

    def test_a_block_without_data_moves_the_place_of_a_trusted_source(self) -> None:
        """A source that is put to the proof is still asked for what proves it."""
        trusted = Continuity(ResumeMode.TRUST)
        trusted.connected()
        trusted.take(events("1", "2"))
        trusted.reach("9")
        self.assertEqual(trusted.last_event_id, "9")
        verified = Continuity(ResumeMode.VERIFY)
        verified.connected()
        verified.take(events("1", "2"))
        verified.reach("9")
        self.assertEqual(verified.last_event_id, "1")

    def test_an_id_that_no_header_can_hold_is_never_sent(self) -> None:
        """Ids with control characters or surrogates, and long ones, are not sent."""
        for bad in ("a\x01", "\x00", "a\x7f", "a\ud800", "x" * 5000, "\u00e9" * 3000):
            first = Continuity(ResumeMode.TRUST, bad)
            self.assertEqual(first.last_event_id, "")
            continuity = Continuity(ResumeMode.TRUST)
            continuity.connected()
            self.assertEqual(shown(continuity.take(events("1"))), ["1"])
            (taken,) = continuity.take(events(bad))
            assert taken is not None
            self.assertEqual(taken[1], "")
            self.assertEqual(continuity.last_event_id, "1")
            self.assertTrue(continuity.connected())

    def test_after_an_event_that_was_passed_over_its_id_is_sent(self) -> None:
        """
        The id of an event that was too long is sent, since its gap is already reported.
        """
        for mode in (ResumeMode.VERIFY, ResumeMode.TRUST):
            continuity = Continuity(mode)
            continuity.connected()
            continuity.take(events("1", "2"))
            continuity.pass_over()
            continuity.reach("3")
            self.assertEqual(continuity.last_event_id, "3")
            self.assertFalse(continuity.connected())
            self.assertEqual(shown(continuity.take(events("4"))), ["4"])


@dataclass
class Source:
    """
    A source with a log, which may forget its oldest events or ignore the header.

    Events without an id of their own carry the one before.
    """

    honours: bool
    log: list[str] = field(default_factory=list)
    forgotten: int = 0

    def ids(self) -> list[str]:
        """The id in force at each event."""
        ids, in_force = [], ""
        for own in self.log:
            in_force = own or in_force
            ids.append(in_force)
        return ids

    def place(self, last_event_id: str) -> int:
        """Where a connection with this header begins."""
        if self.honours and last_event_id:
            places = [at for at, own in enumerate(self.log) if own == last_event_id]
            if places and places[-1] >= self.forgotten:
                return places[-1] + 1
        return len(self.log)


@given(
    honours=st.booleans(),
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("publish"), st.booleans()),
            st.tuples(st.just("cut"), st.integers(0, 5)),
            st.tuples(st.just("forget"), st.integers(0, 3)),
        ),
        max_size=40,
    ),
)
def _no_third_case(honours: bool, steps: list[tuple[str, int]]) -> None:
    """
    Assert that each published event is seen once and in order, or that a gap is
    reported.
    """
    source = Source(honours)
    continuity = Continuity(ResumeMode.VERIFY)
    continuity.connected()
    at, seen = 0, 0

    def read(upto: int) -> None:
        """Pass on what the connection has, and hold it against the log."""
        nonlocal at, seen
        ids = source.ids()
        sent = [Event("message", str(n), ids[n]) for n in range(at, upto)]
        at = upto
        for one in continuity.take(sent):
            if one is None:
                seen = -1
                continue
            place = int(one[0].data)
            assert seen in (-1, place), (seen, place)
            seen = place + 1

    for kind, value in steps:
        if kind == "publish":
            source.log.append(f"id{len(source.log)}" if value else "")
            read(len(source.log))
        elif kind == "forget":
            source.forgotten = max(source.forgotten, len(source.log) - value)
        else:
            for _ in range(value):
                source.log.append(f"id{len(source.log)}")
            at = source.place(continuity.last_event_id)
            if continuity.connected():
                seen = -1
            read(len(source.log))


class PropertyTests(SynchronousTestCase):
    """Any source, any schedule."""

    def test_no_third_case(self) -> None:
        """See :func:`_no_third_case`."""
        _no_third_case()
