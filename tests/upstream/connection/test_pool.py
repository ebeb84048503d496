"""How many connections there are, who waits for one, and which are kept."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.http_proxy import HttpOptions
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.pool import REST_S, Pool, PoolSlot
from relay.upstream.dial.dialer import Origin
from relay.upstream.errors import UpstreamError
from tests.upstream.memory import called, closed, connected, gone

ORIGIN = Origin(False, "h", 80)
OTHER = Origin(True, "h", 80)


class PoolCase(SynchronousTestCase):
    def pool(self, **options: Any) -> Pool:
        """A pool with these ``http`` options, whose connections open at once."""
        self.clock = Clock()
        self.dialled: list[Origin] = []
        return Pool(self.clock, HttpOptions.read(options), self.dial)

    def dial(self, origin: Origin, on_idle: Any) -> UpstreamConnection:
        """Open a connection."""
        self.dialled.append(origin)
        return connected(self.clock, on_idle)

    def slot(self, pool: Pool) -> PoolSlot:
        """Take a slot that is free."""
        slot = pool.slot()
        assert isinstance(slot, PoolSlot)
        return slot

    def wait(self, pool: Pool) -> Deferred[PoolSlot]:
        """Wait for a slot."""
        waiting = pool.slot()
        assert isinstance(waiting, Deferred)
        return waiting

    def connect(
        self, pool: Pool, slot: PoolSlot, origin: Origin = ORIGIN, fresh: bool = False
    ) -> UpstreamConnection:
        """Get a connection for a slot."""
        connection = pool.connect(slot, origin, fresh)
        assert isinstance(connection, UpstreamConnection)
        return connection

    def connection(
        self, pool: Pool, origin: Origin = ORIGIN, fresh: bool = False
    ) -> UpstreamConnection:
        """Get a connection."""
        return self.connect(pool, self.slot(pool), origin, fresh)

    def use(
        self, connection: UpstreamConnection, head: bytes = b"", body: bytes = b""
    ) -> None:
        """Complete a call on a connection."""
        called(connection)
        connection.dataReceived(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + head + b"\r\n" + body
        )

    def kept(
        self, pool: Pool, head: bytes = b"", origin: Origin = ORIGIN
    ) -> UpstreamConnection:
        """A connection that has carried one call."""
        connection = self.connection(pool, origin, fresh=True)
        self.use(connection, head)
        return connection


class SlotTests(PoolCase):
    def test_bounded(self) -> None:
        """A bounded number of calls has a slot; the next ones wait in order."""
        pool = self.pool(maxConcurrentConnections=2)
        first, second = self.slot(pool), self.slot(pool)
        third, fourth = self.wait(pool), self.wait(pool)
        self.assertEqual((pool.taken, pool.waiting), (2, 2))
        self.assertNoResult(third)
        first.release()
        self.successResultOf(third)
        self.assertNoResult(fourth)
        self.assertEqual((pool.taken, pool.waiting), (2, 1))
        second.release()
        self.successResultOf(fourth).release()
        self.assertEqual((pool.taken, pool.waiting), (1, 0))

    def test_released_twice(self) -> None:
        """Giving a slot back a second time gives nothing."""
        pool = self.pool(maxConcurrentConnections=2)
        slot = self.slot(pool)
        self.slot(pool)
        slot.release()
        slot.release()
        self.assertEqual(pool.taken, 1)

    def test_full_queue(self) -> None:
        """The queue is bounded, too."""
        pool = self.pool(maxConcurrentConnections=1, maxWaitQueueSize=1)
        self.slot(pool)
        waiting = self.wait(pool)
        error = self.failureResultOf(self.wait(pool), UpstreamError).value
        self.assertEqual(error.key, "GATEWAY_CLIENT_CONNECTION_POOL_EXHAUSTED")
        self.assertEqual((error.status, pool.waiting), (503, 1))
        self.assertNoResult(waiting)

    def test_no_queue(self) -> None:
        """With a queue of 0 no call waits."""
        pool = self.pool(maxConcurrentConnections=1, maxWaitQueueSize=0)
        self.slot(pool).release()
        self.slot(pool)
        self.failureResultOf(self.wait(pool), UpstreamError)

    def test_endless_queue(self) -> None:
        """-1 lets any number wait."""
        pool = self.pool(maxConcurrentConnections=1, maxWaitQueueSize=-1)
        self.slot(pool)
        waiting = [self.wait(pool) for _ in range(1000)]
        self.assertEqual(pool.waiting, 1000)
        self.assertNoResult(waiting[-1])

    def test_leaving_the_queue(self) -> None:
        """A cancelled wait frees its place in the queue, and takes no slot."""
        pool = self.pool(maxConcurrentConnections=1, maxWaitQueueSize=2)
        slot = self.slot(pool)
        waiting, other = self.wait(pool), self.wait(pool)
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        self.assertEqual(pool.waiting, 1)
        slot.release()
        self.successResultOf(other).release()
        self.assertEqual((pool.taken, pool.waiting), (0, 0))


class ReuseTests(PoolCase):
    def test_reused(self) -> None:
        """A connection that has done its work carries the next call."""
        pool = self.pool()
        connection = self.kept(pool)
        self.assertEqual(pool.kept, 1)
        self.assertIs(self.connection(pool), connection)
        self.assertEqual((pool.kept, connection.used, len(self.dialled)), (0, 2, 1))

    def test_the_newest_first(self) -> None:
        """The connection that was used last is the likeliest to be alive."""
        pool = self.pool()
        first, second = self.kept(pool), self.kept(pool)
        self.assertIs(self.connection(pool), second)
        self.assertIs(self.connection(pool), first)
        self.connection(pool)
        self.assertEqual(len(self.dialled), 3)

    def test_never_for_another_origin(self) -> None:
        """Scheme, host and port all count."""
        pool = self.pool()
        connection = self.kept(pool)
        for origin in (OTHER, Origin(False, "h", 81), Origin(False, "i", 80)):
            self.assertIsNot(self.connection(pool, origin), connection)
        self.assertIs(self.connection(pool, ORIGIN), connection)

    def test_fresh(self) -> None:
        """Asked for a fresh connection, the pool opens one."""
        pool = self.pool()
        connection = self.kept(pool)
        self.assertIsNot(self.connection(pool, fresh=True), connection)
        self.assertEqual(pool.kept, 1)

    def test_lost(self) -> None:
        """A kept connection that ends is forgotten, with its timer."""
        pool = self.pool()
        connection = self.kept(pool)
        closed(connection)
        self.assertEqual((pool.kept, self.clock.getDelayedCalls()), (0, []))
        self.assertIsNot(self.connection(pool), connection)

    def test_a_lost_connection_that_is_used(self) -> None:
        """The end of a connection in use does not affect the pool."""
        pool = self.pool()
        self.kept(pool)
        connection = self.connection(pool)
        closed(connection)
        self.assertEqual(pool.kept, 0)

    def test_what_the_source_says_is_closing(self) -> None:
        """A connection with ``Connection: close`` in the response is not kept."""
        for head in (
            b"Connection: close\r\n",
            b"Connection: Close\r\n",
            b"Connection: X-Foo, close\r\n",
            b"Connection: x-foo\r\nConnection: close\r\n",
        ):
            pool = self.pool()
            connection = self.kept(pool, head)
            self.assertEqual(pool.kept, 0, head)
            self.assertTrue(gone(connection), head)

    def test_http_1_0(self) -> None:
        """A connection of HTTP/1.0 is kept only with ``Connection: keep-alive``."""
        for head, kept in ((b"", 0), (b"Connection: keep-alive\r\n", 1)):
            pool = self.pool()
            connection = self.connection(pool)
            called(connection)
            connection.dataReceived(
                b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n" + head + b"\r\n"
            )
            self.assertEqual(pool.kept, kept, head)

    def test_more_than_a_response(self) -> None:
        """A source that has sent too much would answer the next call with it."""
        pool = self.pool()
        connection = self.connection(pool)
        self.use(connection, body=b"HTTP/1.1 200 OK\r\n")
        self.assertEqual(pool.kept, 0)
        self.assertTrue(gone(connection))

    def test_bytes_between_calls(self) -> None:
        """An idle connection that receives bytes is closed."""
        pool = self.pool()
        connection = self.kept(pool)
        connection.dataReceived(b"HTTP/1.1 200 OK\r\n\r\n")
        self.assertEqual(pool.kept, 0)
        self.assertTrue(gone(connection))
        self.assertIsNot(self.connection(pool), connection)
        self.assertEqual(self.flushLoggedErrors(), [])

    def unread(self, connection: UpstreamConnection) -> socket.socket:
        """Put a connection on a socket, and give the source's end of it."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        connection.transport.socket = ours
        return theirs

    def test_a_connection_with_unread_bytes_is_not_reused(self) -> None:
        """A connection with unread bytes in its socket is closed instead of reused."""
        pool = self.pool()
        connection, other = self.kept(pool), self.kept(pool)
        self.unread(other).send(b"HTTP/1.1 200 OK\r\n")
        self.assertIs(self.connection(pool), connection)
        self.assertEqual((pool.kept, gone(other)), (0, True))

    def test_a_connection_with_an_unread_end_is_not_reused(self) -> None:
        """A call that may be sent only once would fail on it."""
        for reset in (False, True):
            pool = self.pool()
            connection = self.kept(pool)
            theirs = self.unread(connection)
            if reset:
                connection.transport.socket.send(b"x")
            theirs.close()
            self.assertIsNot(self.connection(pool), connection)
            self.assertEqual((pool.kept, gone(connection)), (0, True))

    def test_a_connection_without_unread_bytes_is_reused(self) -> None:
        """The check for unread bytes consumes nothing."""
        pool = self.pool()
        connection = self.kept(pool)
        theirs = self.unread(connection)
        self.assertIs(self.connection(pool), connection)
        theirs.send(b"HTTP")
        self.assertEqual(connection.transport.socket.recv(4), b"HTTP")

    def test_a_connection_rests_before_a_call_that_waited_gets_it(self) -> None:
        """
        A connection is idle for a turn before the next call, so that bytes after a
        response are noticed.
        """
        pool = self.pool(maxConcurrentConnections=1)
        slot = self.slot(pool)
        connection = self.connect(pool, slot)
        second, third = self.wait(pool), self.wait(pool)
        self.use(connection)
        slot.release()
        slot = self.successResultOf(second)
        other = self.connect(pool, slot)
        self.assertIsNot(other, connection)
        self.clock.advance(REST_S)
        self.use(other)
        slot.release()
        slot = self.successResultOf(third)
        self.assertIs(self.connect(pool, slot), connection)
        self.assertEqual(len(self.dialled), 2)


class KeepTests(PoolCase):
    def check(self, pool: Pool, connection: UpstreamConnection, seconds: float) -> None:
        """Check for how long a connection is kept."""
        self.clock.advance(seconds - 0.001)
        self.assertEqual((pool.kept, gone(connection)), (1, False))
        self.clock.advance(0.001)
        self.assertTrue(gone(connection))
        self.assertEqual(pool.kept, 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertIsNot(self.connection(pool), connection)

    def test_keep_alive_timeout(self) -> None:
        """An unused connection is kept for so long, and never given out after."""
        pool = self.pool(keepAliveTimeout=30_000)
        self.check(pool, self.kept(pool), 30)

    def test_the_source_knows_better(self) -> None:
        """The source's own Keep-Alive header counts, bodies or not."""
        for head, seconds in (
            (b"Keep-Alive: timeout=5\r\n", 5),
            (b"Keep-Alive: max=7, Timeout=90\r\n", 90),
            (b"Keep-Alive: timeout=x\r\n", 30),
            (b"Keep-Alive: max=7\r\n", 30),
        ):
            pool = self.pool(keepAliveTimeout=30_000)
            self.check(pool, self.kept(pool, head), seconds)

    def test_said_for_this_time_only(self) -> None:
        """A ``Keep-Alive`` timeout applies until the next response."""
        pool = self.pool(keepAliveTimeout=30_000)
        connection = self.kept(pool, b"Keep-Alive: timeout=5\r\n")
        self.use(self.connection(pool))
        self.check(pool, connection, 30)

    def test_not_at_all(self) -> None:
        """A source that keeps it for no time does not keep it."""
        pool = self.pool()
        self.assertTrue(gone(self.kept(pool, b"Keep-Alive: timeout=0\r\n")))
        self.assertEqual(pool.kept, 0)

    def test_as_long_as_the_source_does(self) -> None:
        """0 keeps a connection until the source closes it."""
        pool = self.pool(keepAliveTimeout=0)
        connection = self.kept(pool)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(1_000_000)
        self.assertIs(self.connection(pool), connection)

    def test_a_life_of_its_own(self) -> None:
        """``maxConnectionLifetime`` counts from when the connection was opened."""
        for keep_ms in (30_000, 0):
            pool = self.pool(keepAliveTimeout=keep_ms, maxConnectionLifetime=60_000)
            connection = self.kept(pool)
            for _ in range(2):
                self.clock.advance(25)
                self.assertIs(self.connection(pool), connection)
                self.use(connection)
            self.check(pool, connection, 10)

    def test_too_old_to_keep(self) -> None:
        """A call may outlive the connection's lifetime; then it is the last."""
        pool = self.pool(maxConnectionLifetime=60_000)
        connection = self.connection(pool)
        self.clock.advance(61)
        self.use(connection)
        self.assertEqual((pool.kept, gone(connection)), (0, True))


class CloseTests(PoolCase):
    def test_closed(self) -> None:
        """A closed pool keeps nothing, and gives nothing kept to those who still
        call."""
        pool = self.pool(maxConcurrentConnections=9)
        busy = self.connection(pool)
        unused = [self.kept(pool), self.kept(pool, origin=OTHER)]
        pool.close()
        self.assertEqual([gone(connection) for connection in unused], [True, True])
        self.assertEqual((pool.kept, self.clock.getDelayedCalls()), (0, []))
        self.assertFalse(gone(busy))
        self.assertNotIn(self.connection(pool), unused)
        self.use(busy)
        self.assertEqual((pool.kept, gone(busy)), (0, True))
        for connection in unused:
            closed(connection)
