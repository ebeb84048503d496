"""The shorter way from the kernel to what waits for it."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.selectreactor import SelectReactor
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.polling import ENDS_S, lean_iteration, poll_lean


class End(FileDescriptor):
    """One end of a pair of sockets."""

    def __init__(self, reactor: Any, handle: socket.socket) -> None:
        super().__init__(reactor)
        self.handle = handle
        self.read: list[bytes] = []
        self.error: Exception | None = None
        self.then: Any = None
        self.lost: Any = None

    def fileno(self) -> int:
        """The socket's."""
        return self.handle.fileno()

    def doRead(self) -> Exception | None:
        """Read, and do what the test wants done."""
        self.read.append(self.handle.recv(100))
        if not self.read[-1]:
            return CONNECTION_DONE
        if self.error is not None:
            raise self.error
        if self.then is not None:
            self.then()
        return None

    def doWrite(self) -> None:
        """Write a byte, once."""
        self.handle.send(b"w")
        self.stopWriting()

    def connectionLost(self, reason: Any) -> None:
        """Note the end."""
        self.lost = reason.value
        self.stopReading()
        self.handle.close()


class LeanTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A reactor of its own, which does not run."""
        self.reactor: Any = EPollReactor()
        self.addCleanup(self.reactor._poller.close)
        self.iterate = lean_iteration(self.reactor)

    def end(self) -> tuple[End, socket.socket]:
        """A descriptor that is read, and the other end."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        end = End(self.reactor, ours)
        end.startReading()
        return end, theirs

    def test_reads_and_writes(self) -> None:
        """Ready descriptors are read and written."""
        end, theirs = self.end()
        theirs.send(b"abc")
        end.startWriting()
        self.iterate(0)
        self.assertEqual(end.read, [b"abc"])
        self.assertEqual(theirs.recv(10), b"w")
        self.iterate(0)
        self.assertEqual(end.read, [b"abc"])

    def test_waits(self) -> None:
        """Without a timeout an iteration waits until a descriptor is ready."""
        end, theirs = self.end()
        theirs.send(b"abc")
        self.iterate(None)
        self.assertEqual(end.read, [b"abc"])

    def test_the_end(self) -> None:
        """A descriptor whose other end has closed is notified."""
        end, theirs = self.end()
        theirs.close()
        self.iterate(0)
        self.assertEqual(end.read, [b""])
        self.assertIsInstance(end.lost, ConnectionDone)

    def test_an_error(self) -> None:
        """
        An error is logged and closes its descriptor; other descriptors are served.
        """
        (bad, to_bad), (good, to_good) = self.end(), self.end()
        bad.error = RuntimeError("a mistake")
        to_bad.send(b"1")
        to_good.send(b"2")
        self.iterate(0)
        self.assertIs(bad.lost, bad.error)
        self.assertEqual(good.read, [b"2"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_one_that_is_gone(self) -> None:
        """A descriptor that was removed within the iteration is not read."""
        (one, to_one), (two, to_two) = self.end(), self.end()
        one.then, two.then = two.stopReading, one.stopReading
        to_one.send(b"1")
        to_two.send(b"2")
        self.iterate(0)
        self.assertEqual(len(one.read) + len(two.read), 1)

    def test_many_ends_do_not_keep_a_reader_waiting(self) -> None:
        """A turn has time for some that are gone, and serves who has sent something."""
        now_s = iter(range(1_000_000))
        self.reactor.seconds = lambda: next(now_s) * ENDS_S / 10
        iterate = lean_iteration(self.reactor)
        for gone in (self.reset, self.closed):
            ends = [gone() for _ in range(30)]
            end, theirs = self.end()
            theirs.send(b"abc")
            iterate(0)
            self.assertEqual(end.read, [b"abc"])
            over = sum(one.lost is not None for one in ends)
            self.assertTrue(0 < over < 20, over)
            for _ in range(10):
                iterate(None)
                theirs.send(b"abc")
            self.assertTrue(all(one.lost is not None for one in ends))

    def reset(self) -> End:
        """A descriptor that is hung up."""
        end, theirs = self.end()
        theirs.close()
        return end

    def closed(self) -> End:
        """A descriptor that is at its end, and can still be written to."""
        end, theirs = self.end()
        theirs.shutdown(socket.SHUT_WR)
        return end

    def test_one_that_ends_otherwise_meanwhile(self) -> None:
        """A descriptor that has ended within the iteration is not notified twice."""
        now_s = iter(range(1_000_000))
        self.reactor.seconds = lambda: next(now_s) * ENDS_S
        iterate = lean_iteration(self.reactor)
        ends = [self.closed() for _ in range(3)]
        iterate(0)
        for end in ends:
            end.disconnected, end.lost = True, None
        for _ in range(5):
            iterate(0)
        self.assertEqual([end.lost for end in ends], [None] * 3)

    def test_who_takes_it(self) -> None:
        """An epoll reactor does, unless all shortcuts are off; others do not."""
        poll_lean(self.reactor)
        self.assertIn("doIteration", vars(self.reactor))
        other: Any = SelectReactor()
        poll_lean(other)
        self.assertNotIn("doIteration", vars(other))
