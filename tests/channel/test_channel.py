"""Every reader sees each event that was published after its start, or a gap."""

from __future__ import annotations

import base64

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.subscribers.filter import Filter, TooManyFilters
from relay.channel.subscribers.group import MOST_OF_CLIENT
from relay.eventstream.encoder import HEARTBEAT
from tests.channel.readers import GAP, Moment, Reader, messages


class ProgressTests(SynchronousTestCase):
    """How far readers have come."""

    def setUp(self) -> None:
        """Make a channel."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def test_a_live_reader(self) -> None:
        """It has the head, and its next heartbeat is known."""
        reader = Reader(self.channel, heartbeat_ms=1000).start()
        self.channel.publish(messages("a", "b"))
        progress = reader.subscriber.progress()
        assert progress is not None
        self.assertEqual(
            (progress.state, progress.place, progress.head), ("live", 2, 2)
        )
        self.assertEqual(progress.event_id, self.channel.log.last_event_id)
        self.assertEqual(
            (progress.behind, progress.behind_bytes, progress.behind_ms), (0, 0, 0)
        )
        self.assertEqual(progress.heartbeat_s, 1.0)
        self.moment.clock.advance(0.25)
        progress = reader.subscriber.progress()
        assert progress is not None
        self.assertEqual(progress.heartbeat_s, 0.75)

    def test_a_full_reader(self) -> None:
        """It is behind by events, by bytes, and by the age of the first it lacks."""
        reader = Reader(self.channel, full_after=1).start()
        self.channel.publish(messages("a"))
        self.channel.publish(messages("bb"))
        self.moment.clock.advance(3)
        self.channel.publish(messages("cc"))
        progress = reader.subscriber.progress()
        assert progress is not None
        self.assertEqual(
            (progress.state, progress.place, progress.head), ("paused", 1, 3)
        )
        self.assertEqual((progress.behind, progress.behind_ms), (2, 3000))
        self.assertEqual(progress.behind_bytes, self.channel.log.bytes_behind(2))
        self.assertIsNone(progress.heartbeat_s)
        resumed = Reader(self.channel, progress.event_id or "").start()
        self.assertEqual(resumed.seen, ["bb", "cc"])

    def test_a_place_that_is_no_longer_kept(self) -> None:
        """The lag counts what was dropped, too."""
        channel = self.moment.channel(history={"maxEvents": 2})
        reader = Reader(channel, slow={"policy": "latest"})
        channel.publish(messages(*"abcde"))
        progress = reader.subscriber.progress()
        assert progress is not None
        self.assertEqual((progress.place, progress.behind), (0, 5))

    def test_a_reader_that_has_left(self) -> None:
        """It has no place."""
        reader = Reader(self.channel).start()
        reader.subscriber.leave()
        self.assertIsNone(reader.subscriber.progress())


class LiveTests(SynchronousTestCase):
    """Readers that keep up."""

    def setUp(self) -> None:
        """Make a channel."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def test_a_new_reader_sees_what_is_new(self) -> None:
        """A reader without a place receives only events that are published after it."""
        self.channel.publish(messages("old"))
        reader = Reader(self.channel).start()
        self.channel.publish(messages("a", "b"))
        self.assertEqual(reader.seen, ["a", "b"])

    def test_one_call_is_one_write(self) -> None:
        """Events that are published in one call are sent in one write."""
        reader = Reader(self.channel).start()
        self.channel.publish(messages("a", "b", "c"))
        self.assertEqual(len(reader.writes), 1)

    def test_the_bytes_are_made_once(self) -> None:
        """Readers that look alike are given the very same object."""
        readers = [Reader(self.channel).start() for _ in range(3)]
        self.channel.publish(messages("a", "b"))
        self.assertEqual(len({id(reader.writes[0]) for reader in readers}), 1)

    def test_nothing_comes_before_the_start(self) -> None:
        """
        Events that are published between attaching and starting are delivered at the
        start.
        """
        reader = Reader(self.channel)
        self.channel.publish(messages("a"))
        self.assertEqual(reader.seen, [])
        reader.start()
        self.channel.publish(messages("b"))
        self.assertEqual(reader.seen, ["a", "b"])

    def test_a_full_reader_loses_nothing(self) -> None:
        """A full reader continues from the log at its position."""
        reader = Reader(self.channel, full_after=1).start()
        for text in "abcd":
            self.channel.publish(messages(text))
        self.assertEqual(reader.seen, ["a"])
        reader.subscriber.resume()
        self.channel.publish(messages("e"))
        self.assertEqual(reader.seen, list("abcde"))

    def test_a_detached_reader_gets_nothing(self) -> None:
        """Detaching twice is harmless."""
        reader = Reader(self.channel).start()
        self.channel.detach(reader.subscriber)
        self.channel.detach(reader.subscriber)
        self.channel.publish(messages("a"))
        self.assertEqual((reader.seen, self.channel.subscribers), ([], 0))

    def test_a_gap_stands_in_its_place(self) -> None:
        """Live and lagging readers meet it alike, and it names the event before."""
        live = Reader(self.channel).start()
        lagging = Reader(self.channel, full_after=1).start()
        self.channel.publish(messages("a"))
        self.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.channel.publish(messages("b"))
        lagging.subscriber.resume()
        for reader in (live, lagging):
            self.assertEqual(reader.seen, ["a", GAP, "b"])
            self.assertEqual(reader.gaps[0]["reason"], "upstream_reconnect")
        after = live.gaps[0]["after"]
        again = Reader(self.channel, str(after)).start()
        self.assertEqual(again.seen, [GAP, "b"])

    def test_heartbeats_only_when_quiet(self) -> None:
        """An event puts the next one off; a reader that is full gets none."""
        reader = Reader(self.channel, heartbeat_ms=1000).start()
        full = Reader(self.channel, heartbeat_ms=1000).start()
        full.subscriber.pause()
        for _ in range(4):
            self.moment.clock.advance(0.5)
            self.channel.publish(messages("x"))
            self.channel.sweep()
        self.assertNotIn(HEARTBEAT, reader.writes)
        self.moment.clock.advance(1.0)
        self.channel.sweep()
        self.assertEqual(reader.writes[-1], HEARTBEAT)
        self.assertEqual(full.writes, [])

    def filtered(self, name: str, client: str = "") -> Reader:
        """Read as a client with a filter of its own."""
        wanted = Filter.read(frozenset([name]), "")
        return Reader(self.channel, wanted=wanted, client=client)

    def test_many_filters_are_too_many(self) -> None:
        """Each makes an encoding of its own of every event."""
        options = self.channel.options
        for number in range(options.max_filters):
            self.filtered(str(number), f"192.0.2.{number}")
        with self.assertRaises(TooManyFilters):
            self.filtered("more", "198.51.100.1")
        self.assertEqual(self.channel.subscribers, options.max_filters)
        self.filtered("0", "198.51.100.1")
        self.assertEqual(len(self.channel.groups), options.max_filters)

    def test_a_client_has_a_share_of_the_filters(self) -> None:
        """
        A client with too many filters is refused; other clients, and readers without a
        filter, are not.
        """
        readers = [self.filtered(str(number), "a") for number in range(8)]
        with self.assertRaises(TooManyFilters):
            self.filtered("more", "a")
        self.filtered("0", "a")
        self.filtered("more", "b")
        for client in ("a", "b", "c"):
            Reader(self.channel, client=client)
        self.channel.detach(readers[1].subscriber)
        self.filtered("again", "a")

    def test_a_client_has_a_share_of_the_groups(self) -> None:
        """A client with too many groups is refused; other clients are not."""
        for number in range(MOST_OF_CLIENT):
            Reader(self.channel, heartbeat_ms=number + 1, client="a")
        with self.assertRaises(TooManyFilters):
            Reader(self.channel, client="a")
        Reader(self.channel, client="b")

    def test_a_filter_moves_the_position_on(self) -> None:
        """A filtered reader comes back with its last id and misses nothing."""
        wanted = Filter.read(frozenset(), "n > `1`")
        reader = Reader(self.channel, wanted=wanted).start()
        self.channel.publish(messages('{"n": 1}', '{"n": 2}', "no json", '{"n": 0}'))
        self.assertEqual(reader.seen, ['{"n": 2}'])
        self.channel.detach(reader.subscriber)
        self.channel.publish(messages('{"n": 3}'))
        again = Reader(self.channel, reader.last_event_id, wanted=wanted).start()
        self.assertEqual(again.seen, ['{"n": 3}'])


class ResumeTests(SynchronousTestCase):
    """Readers that come back."""

    def setUp(self) -> None:
        """Publish three events to a reader."""
        self.moment = Moment()
        self.channel = self.moment.channel(history={"maxEvents": 3})
        self.reader = Reader(self.channel).start()
        self.channel.publish(messages("a", "b", "c", source_ids=True))
        self.ids = self.reader.last_event_id

    def test_it_goes_on_right_after(self) -> None:
        """A reader continues after its last event, without a loss or a repetition."""
        self.channel.publish(messages("d"))
        again = Reader(self.channel, self.ids).start()
        self.channel.publish(messages("e"))
        self.assertEqual(again.seen, ["d", "e"])
        self.assertIsNone(again.attached.gap)

    def test_evicted(self) -> None:
        """A place that has left the history is a gap, followed by the oldest event."""
        self.channel.publish(messages("d", "e", "f", "g"))
        again = Reader(self.channel, self.ids).start()
        self.assertEqual(again.seen, [GAP, "e", "f", "g"])
        self.assertEqual(again.gaps[0], {"reason": "evicted", "after": self.ids})

    def test_evicted_by_age(self) -> None:
        """The age of the history is also checked when a reader reconnects."""
        self.channel.publish(messages("d"))
        self.moment.clock.advance(121)
        again = Reader(self.channel, self.ids).start()
        self.assertEqual(again.seen, [GAP])

    def test_an_unknown_id(self) -> None:
        """An unknown id is a gap, followed by the oldest event or by new events."""
        again = Reader(self.channel, "42").start()
        self.assertEqual(again.seen, [GAP, "a", "b", "c"])
        channel = self.moment.channel(onUnknownId="live")
        channel.publish(messages("a"))
        again = Reader(channel, "42").start()
        channel.publish(messages("b"))
        self.assertEqual(again.seen, [GAP, "b"])

    def test_an_id_of_the_source(self) -> None:
        """An id of the source names its event while it is unique."""
        channel = self.moment.channel()
        channel.publish(messages("1", "2", "3", source_ids=True))
        self.assertEqual(Reader(channel, "2").start().seen, ["3"])
        channel.publish(messages("2", source_ids=True))
        again = Reader(channel, "2").start()
        self.assertEqual(again.seen, [GAP, "1", "2", "3", "2"])
        self.assertEqual(channel.resume_source_id, "")

    def test_an_id_of_the_source_opens_no_source(self) -> None:
        """The source is not read from a place that Relay has not signed."""
        channel = self.moment.channel()
        Reader(channel, "2").start()
        self.assertEqual(channel.resume_source_id, "")

    def test_an_id_of_the_future(self) -> None:
        """A place that the log has not reached is unknown."""
        epoch = self.channel.log.epoch
        again = Reader(self.channel, f"{epoch}-zz").start()
        self.assertEqual(again.seen[0], GAP)

    def test_another_epoch_with_a_known_source_id(self) -> None:
        """The source's own id finds the place in another epoch."""
        other = self.moment.channel()
        other.publish(messages("b", "c", "d", source_ids=True))
        again = Reader(other, self.ids).start()
        self.assertEqual(again.seen, ["d"])


class RestartTests(SynchronousTestCase):
    """A channel that opens for readers of the one before it."""

    def setUp(self) -> None:
        """Take the ids that an earlier process gave."""
        self.moment = Moment()
        before = self.moment.channel()
        readers = [Reader(before).start() for _ in range(1)]
        self.ids = {}
        for text in "abc":
            before.publish(messages(text, source_ids=True))
            self.ids[text] = readers[0].last_event_id
        self.opened = 0
        self.channel = self.moment.channel()
        self.channel.on_first = self._open

    def _open(self) -> None:
        self.opened += 1

    def test_the_upstream_opens_at_the_first_ones_id(self) -> None:
        """
        The upstream resumes at the first reader's id, and the new log begins without a
        gap.
        """
        reader = Reader(self.channel, self.ids["b"]).start()
        self.assertEqual((self.opened, self.channel.resume_source_id), (1, "b"))
        self.channel.publish(messages("c", "d", source_ids=True))
        self.assertEqual(reader.seen, ["c", "d"])

    def test_others_with_the_same_id_go_on_as_well(self) -> None:
        """Also when they come after the first events."""
        Reader(self.channel, self.ids["b"]).start()
        self.channel.publish(messages("c", source_ids=True))
        late = Reader(self.channel, self.ids["b"]).start()
        self.assertEqual(late.seen, ["c"])

    def test_one_that_is_further_waits_for_its_place(self) -> None:
        """Where its id appears it goes on; the first one is not disturbed."""
        first = Reader(self.channel, self.ids["a"]).start()
        further = Reader(self.channel, self.ids["c"]).start()
        self.channel.publish(messages("b", "c", "d", source_ids=True))
        self.assertEqual(first.seen, ["b", "c", "d"])
        self.assertEqual(further.seen, ["d"])

    def test_one_that_is_behind_is_told_a_gap(self) -> None:
        """Once the window is over; nothing of what came meanwhile is lost."""
        Reader(self.channel, self.ids["b"]).start()
        behind = Reader(self.channel, self.ids["a"]).start()
        self.channel.publish(messages("c", "d", source_ids=True))
        self.assertEqual(behind.seen, [])
        self.moment.clock.advance(5)
        self.channel.publish(messages("e", source_ids=True))
        self.assertEqual(behind.seen, [GAP, "c", "d", "e"])

    def test_after_the_window_nobody_waits(self) -> None:
        """After the waiting time a reader with an older id receives a gap at once."""
        Reader(self.channel, self.ids["b"]).start()
        self.moment.clock.advance(5)
        late = Reader(self.channel, self.ids["a"]).start()
        self.assertEqual(late.seen, [GAP])


class ForgedPlaceTests(SynchronousTestCase):
    """Ids that no channel has given out."""

    def setUp(self) -> None:
        """Make a channel whose upstream was never opened."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def test_a_forged_id_never_becomes_the_place_of_the_upstream(self) -> None:
        """
        A forged id is unknown: its reader receives a gap, and the upstream does not
        resume there.
        """
        forged = base64.urlsafe_b64encode(b'["\\ud800"]').decode().rstrip("=")
        reader = Reader(self.channel, f"aaaaaaaa-b.{forged}").start()
        self.assertEqual(self.channel.resume_source_id, "")
        self.channel.publish(messages("a"))
        self.assertEqual(reader.seen, [GAP, "a"])

    def test_nobody_waits_for_a_forged_id(self) -> None:
        """A place that a client invents will not appear."""
        Reader(self.channel).start()
        forged = base64.urlsafe_b64encode(b"x").decode().rstrip("=")
        late = Reader(self.channel, f"aaaaaaaa-b.{forged}").start()
        self.assertEqual(late.seen, [GAP])


class FailingSourceTests(SynchronousTestCase):
    """A source that cannot even be started."""

    def test_an_attach_that_fails_leaves_nothing_behind(self) -> None:
        """No subscriber, no place, no timer; the next subscriber starts the source."""
        moment = Moment()
        channel = moment.channel()
        earlier = moment.channel()
        earlier.publish(messages("a", source_ids=True))
        held = earlier.log.last_event_id
        started: list[str] = []
        left: list[str] = []

        def fail() -> None:
            raise RuntimeError("no source")

        channel.on_first = fail
        channel.on_last = lambda: left.append("last")
        self.assertRaises(RuntimeError, Reader, channel, held)
        self.assertEqual(
            (channel.subscribers, channel.groups, channel.resume_source_id, left),
            (0, [], "", ["last"]),
        )
        self.assertEqual(moment.clock.getDelayedCalls(), [])
        channel.on_first = lambda: started.append(channel.resume_source_id)
        Reader(channel, held).start()
        self.assertEqual((started, channel.subscribers), (["a"], 1))


class SlowTests(SynchronousTestCase):
    """Readers that do not keep up."""

    def setUp(self) -> None:
        """Make a channel that keeps three events."""
        self.moment = Moment()
        self.channel = self.moment.channel(history={"maxEvents": 3})

    def slow(self, **options: object) -> Reader:
        """Make a reader that is full after its first event."""
        reader = Reader(self.channel, slow=options, full_after=1).start()
        self.channel.publish(messages("a"))
        return reader

    def test_disconnect(self) -> None:
        """A reader whose next event has left the history is cut."""
        reader = self.slow()
        for text in "bcd":
            self.channel.publish(messages(text))
        self.assertIsNone(reader.ended)
        self.channel.publish(messages("e"))
        self.assertEqual(reader.ended, "slow_consumer")

    def test_skip(self) -> None:
        """A reader that is too slow continues at the newest event, after a gap."""
        reader = self.slow(policy="skip")
        for text in "bcdef":
            self.channel.publish(messages(text))
        reader.subscriber.resume()
        self.channel.publish(messages("g"))
        self.assertEqual(reader.seen, ["a", GAP, "g"])
        self.assertEqual(reader.gaps[0]["reason"], "slow_consumer")

    def test_latest(self) -> None:
        """A reader that is too slow receives the newest event of each key, in order."""
        self.channel = self.moment.channel()
        reader = self.slow(policy="latest", latestKey="k", maxBehindMs=1000)
        for key, number in (("x", 1), ("y", 1), ("x", 2), ("z", 1), ("y", 2)):
            self.channel.publish(messages(f'{{"k": "{key}", "n": {number}}}'))
        self.moment.clock.advance(2)
        self.channel.sweep()
        reader.subscriber.resume()
        self.assertEqual(reader.seen[1], GAP)
        self.assertEqual(
            reader.seen[2:],
            ['{"k": "x", "n": 2}', '{"k": "z", "n": 1}', '{"k": "y", "n": 2}'],
        )

    def test_bounds_of_its_own(self) -> None:
        """Bytes and time behind may be bounded below the history."""
        self.channel = self.moment.channel()
        by_bytes = self.slow(maxBehindBytes=2000)
        self.channel.publish(messages("x" * 1500))
        self.assertIsNone(by_bytes.ended)
        self.channel.publish(messages("x" * 1500))
        self.assertEqual(by_bytes.ended, "slow_consumer")
        by_time = self.slow(maxBehindMs=1000)
        self.channel.publish(messages("b"))
        self.moment.clock.advance(1.5)
        self.channel.sweep()
        self.assertEqual(by_time.ended, "slow_consumer")


class EndTests(SynchronousTestCase):
    """A source that has nothing more to give."""

    def test_what_is_left_is_read(self) -> None:
        """A lagging reader ends after it has read the rest of the log."""
        channel = Moment().channel()
        live = Reader(channel).start()
        lagging = Reader(channel, full_after=1).start()
        channel.publish(messages("a"))
        channel.publish(messages("b"))
        ids = live.last_event_id
        channel.end()
        self.assertEqual((live.seen, live.ended), (["a", "b"], "finished"))
        self.assertIsNone(lagging.ended)
        lagging.subscriber.resume()
        self.assertEqual((lagging.seen, lagging.ended), (["a", "b"], "finished"))
        again = Reader(channel, ids)
        self.assertTrue(again.attached.nothing_left)
        self.assertTrue(Reader(channel).attached.nothing_left)
        first = Reader(channel, "unknown")
        self.assertFalse(first.attached.nothing_left)
        self.assertEqual(
            (first.start().seen, first.ended), ([GAP, "a", "b"], "finished")
        )

    def test_closing_sends_readers_away(self) -> None:
        """Closing a channel ends its readers at once."""
        channel = Moment().channel()
        readers = [Reader(channel).start(), Reader(channel, full_after=1).start()]
        channel.publish(messages("a"))
        channel.close()
        self.assertEqual([reader.ended for reader in readers], ["left", "left"])


class SharedLogTests(SynchronousTestCase):
    """A channel whose log several processes share."""

    def setUp(self) -> None:
        """Make a channel that waits for its log."""
        self.moment = Moment()
        self.channel = self.moment.channel()
        self.begun: list[str] = []
        self.channel.on_first = lambda: self.begun.append("first")

    def filled(self, *texts: str) -> list[str]:
        """Add events, and return their ids."""
        return [one.id for one in self.channel.publish(messages(*texts))]

    def test_subscribers_wait_for_the_log(self) -> None:
        """A subscriber that comes before the log gets what follows its id in it."""
        other = self.moment.channel()
        ids = [one.id for one in other.publish(messages("a", "b", "c"))]
        self.channel.wait_for_log()
        self.channel.log.begin(1, other.log.epochs)
        back = Reader(self.channel, ids[0]).start()
        new = Reader(self.channel).start()
        stranger = Reader(self.channel, "unknown").start()
        gone = Reader(self.channel, ids[0]).start()
        self.channel.detach(gone.subscriber)
        self.filled("a", "b", "c")
        self.assertEqual((back.seen, self.begun), ([], ["first"]))
        self.channel.settle_places(may_open=True)
        self.filled("d")
        self.assertEqual(back.seen, ["b", "c", "d"])
        self.assertEqual(new.seen, ["d"])
        self.assertEqual(stranger.seen, [GAP, "a", "b", "c", "d"])
        self.assertEqual(gone.seen, [])

    def test_where_the_source_is_opened(self) -> None:
        """The id of a client decides where the source is opened only if it may."""
        for may_open in (False, True):
            before = self.moment.channel()
            (entry,) = before.publish([Message("a", id="7")])
            channel = self.moment.channel()
            channel.log.mint = before.log.mint
            channel.wait_for_log()
            reader = Reader(channel, entry.id).start()
            channel.settle_places(may_open)
            self.assertEqual(channel.resume_source_id, "7" if may_open else "")
            self.assertEqual(reader.seen, [] if may_open else [GAP])

    def test_rewind(self) -> None:
        """Those that were given dropped entries are told; the others notice nothing."""
        live = Reader(self.channel).start()
        paused = Reader(self.channel).start()
        ids = self.filled("a", "b")
        paused.subscriber.pause()
        self.filled("c", "d")
        self.channel.rewind(3)
        self.channel.log.turn("other")
        self.filled("C", "D")
        paused.subscriber.resume()
        self.assertEqual(live.seen, ["a", "b", "c", "d", GAP, "C", "D"])
        self.assertEqual(paused.seen, ["a", "b", "C", "D"])
        self.assertEqual(self.channel.counts.gaps, {("upstream_reconnect",): 1})
        late = Reader(self.channel, ids[1]).start()
        self.assertEqual(late.seen, ["C", "D"])
        self.filled("E")
        self.assertEqual([one.seen[-1] for one in (live, paused, late)], ["E"] * 3)
