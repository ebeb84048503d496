"""Tests of :mod:`relay.cluster.replica`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import ChannelState
from relay.cluster.link import SESSION_MS
from tests.channel.readers import GAP
from tests.cluster.direct import Machine
from tests.cluster.shared import Origin, SharingProcess

SESSION_OVER_S = SESSION_MS / 1000 + 1


class SharedCase(SynchronousTestCase):
    """Two processes of one machine."""

    published = False
    with_ids = True

    def setUp(self) -> None:
        """Start a hub and two processes."""
        self.machine = Machine()
        self.machine.start_hub()
        self.machine.settle()
        self.origin = Origin(with_ids=self.with_ids)
        self.first, self.second = self.process("1"), self.process("2")

    def process(self, name: str, **options: object) -> SharingProcess:
        """Start a process."""
        origin = None if self.published else self.origin
        process = SharingProcess(self.machine, name, origin, **options)
        self.machine.turn()
        return process

    def send(self, *texts: str) -> None:
        """Send events, and let them arrive everywhere."""
        self.origin.send(*texts)
        self.machine.turn()

    def restart_hub(self) -> None:
        """End the hub, and start one that has nothing."""
        self.machine.kill_hub()
        self.machine.turn()
        self.machine.start_hub()
        self.machine.settle()


class SourceTests(SharedCase):
    """Channels with a source."""

    def test_one_connection_to_the_source(self) -> None:
        """The process with the first reader reads the source for all."""
        one = self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        self.send("a", "b")
        self.assertEqual((one.seen, two.seen), (["a", "b"], ["a", "b"]))
        self.assertEqual(one.last_event_id, two.last_event_id)
        self.assertEqual(len(self.origin.connections), 1)
        self.assertEqual(self.origin.opened_at, [""])

    def test_readers_that_come_at_once(self) -> None:
        """None has a response before the source has answered: all are refused."""
        channels = []
        for process in (self.first, self.second):
            process.reader()
            channels.append(process.channel())
        self.machine.turn()
        self.assertEqual([one.verdict.pending for one in channels], [True, True])
        (connection,) = self.origin.connections
        connection.refuse()
        self.machine.turn()
        refusals = [one.verdict.refusal for one in channels]
        self.assertEqual([one and one.status for one in refusals], [403, 403])

    def test_received_once(self) -> None:
        """An event counts as received in the process that has read it, once."""
        self.first.reader()
        self.machine.turn()
        self.second.reader()
        self.machine.turn()
        self.send("a", "b")
        self.restart_hub()
        self.send("c")
        counts = [one.channels.counts.events for one in (self.first, self.second)]
        self.assertEqual(counts, [3, 0])

    def test_a_client_goes_on_at_any_process(self) -> None:
        """An id of one process is the place in the log of another."""
        one = self.first.reader()
        self.machine.turn()
        self.send("a", "b")
        event_id = one.last_event_id
        self.send("c")
        back = self.second.reader(event_id)
        self.machine.turn()
        self.send("d")
        self.assertEqual(back.seen, ["c", "d"])

    def test_a_client_that_is_ahead_of_its_process(self) -> None:
        """An id that a process does not have yet is waited for, without a gap."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.send("a")
        self.second.member.stop()
        self.origin.send("b")
        self.machine.turn()
        self.assertEqual((one.seen, two.seen), (["a", "b"], ["a"]))
        back = self.second.reader(one.last_event_id)
        self.second.member.resume()
        self.machine.turn()
        self.send("c")
        self.assertEqual(back.seen, ["c"])
        self.assertEqual(two.seen, ["a", "b", "c"])

    def test_the_leader_dies(self) -> None:
        """Another process goes on after the newest event, and nothing is missing."""
        self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        self.send("a", "b")
        self.first.kill()
        self.origin.send("c")
        self.machine.turn()
        self.assertEqual(self.origin.opened_at, ["", "b"])
        self.send("d")
        self.assertEqual(two.seen, ["a", "b", "c", "d"])
        self.assertEqual(len(self.origin.connections), 1)

    def test_the_leader_is_suspended(self) -> None:
        """What a leader reads after its session is not delivered by it."""
        one = self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        self.send("a")
        (stale,) = self.origin.connections
        self.first.member.stop()
        self.machine.advance(SESSION_OVER_S)
        self.send("b")
        self.assertEqual(two.seen, ["a", "b"])
        self.first.member.resume()
        self.machine.advance(1)
        self.send("c")
        self.assertNotIn(stale, self.origin.connections)
        self.assertEqual(one.seen, ["a", "b", "c"])
        self.assertEqual(two.seen, ["a", "b", "c"])

    def test_the_leader_has_no_reader_any_more(self) -> None:
        """A leader goes on while other processes follow, and stops when none does."""
        one = self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        one.subscriber.leave()
        self.machine.advance(20)
        self.send("a")
        self.assertEqual(two.seen, ["a"])
        self.assertEqual(self.origin.opened_at, [""])
        two.subscriber.leave()
        self.machine.advance(40)
        self.assertEqual(self.origin.connections, [])
        self.assertEqual((len(self.first.channels), len(self.second.channels)), (0, 0))

    def test_the_hub_starts_again(self) -> None:
        """The logs are restored, and neither reader nor source notices."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.send("a", "b")
        before = two.last_event_id
        self.restart_hub()
        self.send("c")
        self.assertEqual((one.seen, two.seen), (["a", "b", "c"], ["a", "b", "c"]))
        back = self.second.reader(before)
        self.machine.turn()
        self.assertEqual(back.seen, ["c"])
        self.assertEqual(len(self.origin.connections), 1)

    def test_events_while_there_is_no_hub(self) -> None:
        """What the leader reads meanwhile is delivered afterwards, once."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.send("a")
        self.machine.kill_hub()
        self.send("b")
        self.send("c")
        self.assertEqual(two.seen, ["a"])
        self.machine.start_hub()
        self.machine.settle()
        self.send("d")
        self.assertEqual(one.seen, ["a", "b", "c", "d"])
        self.assertEqual(two.seen, ["a", "b", "c", "d"])

    def test_the_answer_to_an_append_is_lost(self) -> None:
        """An event whose answer was lost with the connection is added once."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.send("a")
        self.first.member.lose_answers()
        self.send("b")
        self.assertEqual(two.seen, ["a", "b"])
        self.first.member.cut()
        self.machine.turn()
        self.machine.connect()
        self.machine.turn()
        self.send("c")
        self.machine.advance(1)
        self.assertEqual(one.seen, ["a", "b", "c"])
        self.assertEqual(two.seen, ["a", "b", "c"])

    def test_the_source_ends(self) -> None:
        """The end comes to all processes, behind the last event."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        (source,) = self.origin.connections
        self.origin.send("a")
        source.end()
        self.machine.turn()
        self.assertEqual((one.seen, two.seen), (["a"], ["a"]))
        self.assertEqual((one.ended, two.ended), ("finished", "finished"))
        self.assertIs(self.second.channel().state, ChannelState.ENDED)

    def test_a_source_that_has_ended_begins_anew(self) -> None:
        """Readers that come when nobody leads any more are not ended by what was."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.origin.connections[0].end()
        self.machine.turn()
        for reader in (one, two):
            reader.subscriber.leave()
        self.machine.advance(40)
        self.assertEqual((len(self.first.channels), len(self.second.channels)), (0, 0))
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.send("a")
        self.assertEqual((one.seen, one.ended), (["a"], None))
        self.assertEqual((two.seen, two.ended), (["a"], None))

    def test_the_source_refuses(self) -> None:
        """A refusal comes to all processes, and to those that ask later."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        (source,) = self.origin.connections
        source.refuse()
        self.machine.turn()
        self.assertIsNotNone(one.ended)
        self.assertIsNotNone(two.ended)
        (opened,) = self.second.channels.opened
        self.assertEqual(self.second.channels.health(opened), "REFUSED")

    def test_a_leader_dies_before_the_first_event(self) -> None:
        """What it may have read and not appended is told of as a gap."""
        self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        self.first.kill()
        self.origin.send("lost")
        self.machine.turn()
        self.send("a")
        self.assertEqual(two.seen, [GAP, "a"])

    def test_nobody_can_have_missed_anything(self) -> None:
        """The first readers after a while are told of no gap."""
        one = self.first.reader()
        self.machine.turn()
        one.subscriber.leave()
        self.machine.advance(40)
        two = self.second.reader()
        self.machine.turn()
        self.send("a")
        self.assertEqual(two.seen, ["a"])


class VerdictTests(SharedCase):
    """Channels whose clients get the status of a source that refuses."""

    def process(self, name: str, **options: object) -> SharingProcess:
        """Start a process."""
        return super().process(name, sourceRefusal="status", **options)

    def refused(self, process: SharingProcess) -> bool | None:
        """Whether a new reader would be refused; None while it waits."""
        verdict = process.channel().verdict
        return None if verdict.pending else verdict.refusal is not None

    def both(self) -> list[bool | None]:
        """What new readers of both processes would be told."""
        return [self.refused(self.first), self.refused(self.second)]

    def test_all_wait_for_the_verdict(self) -> None:
        """No process answers before the one that runs the source knows the verdict."""
        readers = [self.first.reader(), self.second.reader()]
        self.machine.turn()
        self.assertEqual(self.both(), [None, None])
        self.origin.connections[0].refuse()
        self.machine.turn()
        self.assertEqual(self.both(), [True, True])
        self.assertTrue(all(one.ended for one in readers))

    def test_a_source_that_is_healed(self) -> None:
        """A refusal is over in all processes as soon as the source sends events."""
        self.first.reader()
        self.machine.turn()
        self.second.reader()
        self.machine.turn()
        self.origin.connections[0].refuse()
        self.machine.turn()
        self.origin.connections[0].heal()
        self.machine.turn()
        self.assertEqual(self.both(), [False, False])

    def test_healed_while_nobody_reads(self) -> None:
        """A refusal of the past refuses no reader, wherever it comes first."""
        readers = [self.first.reader(), self.second.reader()]
        self.machine.turn()
        self.origin.connections[0].refuse()
        self.machine.turn()
        for reader in readers:
            reader.subscriber.leave()
        self.machine.advance(60)
        for process in (self.second, self.first):
            reader = process.reader()
            self.machine.turn()
            self.assertIsNone(reader.ended)
            self.origin.connections[0].heal()
            self.machine.turn()
            self.assertEqual(self.refused(process), False)
            reader.subscriber.leave()
            self.machine.advance(60)

    def test_another_leader_asks_anew(self) -> None:
        """A process that takes over does not repeat the refusal of the one before."""
        self.first.reader()
        self.machine.turn()
        self.second.reader()
        self.machine.turn()
        self.origin.connections[0].refuse()
        self.machine.turn()
        self.first.kill()
        self.machine.turn()
        reader = self.second.reader()
        self.machine.turn()
        self.assertIsNone(self.refused(self.second))
        self.origin.connections[0].heal()
        self.machine.turn()
        self.send("a")
        self.assertEqual((reader.seen, self.refused(self.second)), ([GAP, "a"], False))


class WithoutIdsTests(SharedCase):
    """Channels whose source has no ids."""

    with_ids = False

    def test_the_leader_dies(self) -> None:
        """What came meanwhile is lost, and all readers are told of a gap."""
        self.first.reader()
        self.machine.turn()
        two = self.second.reader()
        self.machine.turn()
        self.send("a")
        self.first.kill()
        self.origin.send("lost")
        self.machine.turn()
        self.send("b", "c")
        self.assertEqual(two.seen, ["a", GAP, "b", "c"])


class TopicTests(SharedCase):
    """Topics of publishers."""

    published = True

    def test_any_process_publishes(self) -> None:
        """All processes have one order, and the ids that publishers were given."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        ids = [*self.first.publish("a"), *self.second.publish("b", "c")]
        self.assertEqual((one.seen, two.seen), (["a", "b", "c"], ["a", "b", "c"]))
        self.assertEqual(one.last_event_id, ids[-1])
        self.assertEqual(len(set(ids)), 3)

    def test_responses_wait_for_the_log(self) -> None:
        """Nothing that is published after a reader's response is missing."""
        one = self.first.reader()
        self.assertTrue(self.first.channel().verdict.pending)
        self.machine.turn()
        self.assertFalse(self.first.channel().verdict.pending)
        (event_id,) = self.second.publish("a")
        self.assertEqual((one.seen, one.last_event_id), (["a"], event_id))

    def test_no_hub(self) -> None:
        """A publication is refused while the hub does not answer."""
        one = self.first.reader()
        self.machine.turn()
        self.machine.kill_hub()
        self.assertEqual(self.first.publish("a"), ["the event could not be kept"])
        self.assertEqual((one.seen, one.ended), ([], None))

    def test_a_hub_that_has_lost_events(self) -> None:
        """Readers of all processes are told that answered publications may be lost."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.first.publish("a")
        self.restart_hub()
        self.first.publish("b")
        self.assertEqual((one.seen, two.seen), (["a", GAP, "b"], ["a", GAP, "b"]))

    def test_a_process_that_has_more_than_the_hub(self) -> None:
        """Its readers go back to what all processes have, and are told."""
        one, two = self.first.reader(), self.second.reader()
        self.machine.turn()
        self.first.publish("a")
        self.second.member.stop()
        self.first.publish("b")
        newest = one.last_event_id
        self.assertEqual((one.seen, two.seen), (["a", "b"], ["a"]))
        self.first.member.stop()
        self.second.member.resume()
        self.second.member.cut()
        self.machine.kill_hub()
        self.machine.turn()
        self.machine.start_hub()
        self.machine.settle()
        self.second.publish("c")
        self.first.member.resume()
        self.machine.advance(SESSION_OVER_S)
        self.second.publish("d")
        self.assertEqual(one.seen, ["a", "b", GAP, GAP, "c", "d"])
        self.assertEqual(two.seen[-2:], ["c", "d"])
        back = self.second.reader(newest)
        self.machine.turn()
        self.assertEqual(back.seen[0], GAP)

    def test_a_topic_that_nobody_reads(self) -> None:
        """The hub keeps the history when all processes have closed the topic."""
        (first, second) = self.first.publish("a", "b")
        self.machine.advance(40)
        self.assertEqual(len(self.first.channels), 0)
        back = self.second.reader(first)
        self.machine.turn()
        self.assertEqual(back.seen, ["b"])
        self.assertEqual(back.last_event_id, second)
