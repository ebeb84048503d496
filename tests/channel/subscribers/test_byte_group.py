"""Subscribers that are written to in one loop, and those that are not."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.channel.readers import Moment, Reader, messages


class SharedTests(SynchronousTestCase):
    """Bytes that are made for many."""

    def setUp(self) -> None:
        """Open a channel."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def test_what_is_counted(self) -> None:
        """Each has its own share, from when it came to when it paused or left."""
        early = Reader(self.channel, shares=True, heartbeat_ms=1000).start()
        self.channel.publish(messages("a", "b"))
        late = Reader(self.channel, shares=True, heartbeat_ms=1000).start()
        self.channel.publish(messages("c"))
        early.subscriber.pause()
        self.assertEqual((early.shared_events, late.shared_events), (3, 0))
        self.channel.publish(messages("d"))
        self.moment.clock.advance(1)
        self.channel.sweep()
        self.channel.detach(late.subscriber)
        self.channel.detach(early.subscriber)
        self.assertEqual((early.shared_events, late.shared_events), (3, 2))
        for reader in (early, late):
            self.assertEqual(reader.shared_bytes, len(b"".join(reader.writes)))
        self.assertEqual(late.writes[-1], b":\n")

    def test_pausing_amid_a_write(self) -> None:
        """The write is counted, and what was read on alone is not."""
        reader = Reader(self.channel, shares=True, full_after=1).start()
        self.channel.publish(messages("a", "b"))
        self.assertEqual((reader.seen, reader.shared_events), (["a", "b"], 2))
        self.channel.publish(messages("c"))
        reader.subscriber.resume()
        self.assertEqual((reader.seen, reader.shared_events), (["a", "b", "c"], 2))
        self.channel.publish(messages("d"))
        self.channel.detach(reader.subscriber)
        self.assertEqual((reader.seen[-1], reader.shared_events), ("d", 3))

    def test_from_the_second_write_on(self) -> None:
        """A reader whose first write is its own shares the writes after it."""
        reader = Reader(self.channel).start()
        self.channel.publish(messages("a"))
        reader.shares = True
        self.channel.publish(messages("b"))
        self.channel.publish(messages("c"))
        self.channel.detach(reader.subscriber)
        self.assertEqual((reader.seen, reader.shared_events), (["a", "b", "c"], 1))

    def test_any_order(self) -> None:
        """Shared and own writes add up to all events, for every order of pauses."""

        @settings(max_examples=300, deadline=None)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(["publish", "pause", "resume", "share", "turn"]),
                    st.integers(0, 2),
                ),
                max_size=40,
            )
        )
        def run(steps: list[tuple[str, int]]) -> None:
            moment = Moment()
            channel = moment.joining_channel()
            readers = [Reader(channel).start() for _ in range(3)]
            published: list[str] = []
            for step, value in steps:
                reader = readers[value]
                if step == "publish":
                    published.append(str(len(published)))
                    channel.publish(messages(published[-1]))
                elif step == "pause":
                    reader.subscriber.pause()
                elif step == "resume":
                    reader.subscriber.resume()
                elif step == "share":
                    reader.shares = True
                else:
                    moment.clock.advance(0)
            moment.clock.advance(0)
            for reader in readers:
                reader.subscriber.resume()
                channel.detach(reader.subscriber)
                self.assertEqual(reader.seen, published)
                self.assertEqual(
                    reader.shared_bytes, sum(map(len, reader.shared_writes))
                )

        run()
