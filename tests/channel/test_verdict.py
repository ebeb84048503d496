"""The source's answer to a subscription reaches every client that waits for it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.verdict import SourceRefusal, Verdict
from tests.channel.readers import Moment, Reader, messages

REFUSAL = SourceRefusal(403, "the source answered 403")


class Waiting:
    """A client that waits, and that may raise when the answer comes."""

    def __init__(self, breaks: bool = False) -> None:
        self.told = 0
        self.breaks = breaks

    def known(self) -> None:
        """Count the call, or raise."""
        self.told += 1
        if self.breaks:
            raise RuntimeError("broken")


class VerdictTests(SynchronousTestCase):
    """A verdict, and who waits for it."""

    def test_a_channel_without_a_source_to_ask_has_no_verdict_to_wait_for(self) -> None:
        """Topics and mocks have no answer to wait for."""
        verdict = Verdict()
        self.assertEqual((verdict.pending, verdict.refusal), (False, None))

    def test_who_waits_is_told_once_and_one_that_fails_harms_no_other(self) -> None:
        """
        Each waiting client is called once, despite an error of another; one that has
        left is not called.
        """
        verdict = Verdict()
        verdict.ask()
        gone, broken, last = Waiting(), Waiting(breaks=True), Waiting()
        for one in (gone, broken, last):
            verdict.wait(one)
        verdict.forget(gone)
        verdict.settle()
        verdict.refuse(REFUSAL)
        self.assertEqual((gone.told, broken.told, last.told), (0, 1, 1))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_a_refusal_lasts_until_the_source_gives_events(self) -> None:
        """A refusal is known to later clients until the source sends events."""
        verdict = Verdict()
        verdict.ask()
        verdict.refuse(REFUSAL)
        self.assertEqual((verdict.pending, verdict.refusal), (False, REFUSAL))
        verdict.settle()
        self.assertIsNone(verdict.refusal)


class ChannelTests(SynchronousTestCase):
    """A channel whose source refuses."""

    def test_all_readers_are_told_and_the_channel_stays_open(self) -> None:
        """Live ones and those that lag; events that came before are delivered first."""
        channel = Moment().joining_channel()
        live = Reader(channel).start()
        lagging = Reader(channel, full_after=1).start()
        channel.publish(messages("a"))
        channel.refuse(REFUSAL)
        self.assertEqual((live.seen, live.ended), (["a"], "refused 403"))
        self.assertEqual(lagging.ended, "refused 403")
        again = Reader(channel).start()
        channel.publish(messages("b"))
        channel.flush()
        self.assertEqual((again.seen, again.ended), (["b"], None))
