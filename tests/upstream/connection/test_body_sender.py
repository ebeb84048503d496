"""The body of a request on its way to a connection."""

from __future__ import annotations

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.upstream.connection.body_sender import BodySender
from relay.upstream.connection.writer import RequestHead, RequestWriter
from tests.upstream.connection.test_connection import Body

HEAD = RequestHead(b"PUT", b"/", Headers({b"host": [b"h"]}), True)


class BodySenderTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A body of three bytes."""
        self.transport = StringTransport()
        self.ends: list[bool] = []
        self.body = Body(3)
        writer = RequestWriter(HEAD, 3)
        self.sender = BodySender(self.body, writer, self.transport, self.ends.append)
        self.sender.start()

    def test_whole(self) -> None:
        """The transport slows it down until it is over."""
        self.assertIs(self.transport.producer, self.body)
        self.sender.write(b"abc")
        self.body.done.callback(None)
        self.assertEqual((self.transport.value(), self.ends), (b"abc", [True]))
        self.assertIsNone(self.transport.producer)

    def test_too_long(self) -> None:
        """Bytes beyond the length are not written."""
        self.sender.write(b"ab")
        self.sender.write(b"cd")
        self.assertEqual((self.transport.value(), self.ends), (b"ab", [False]))
        self.assertEqual(self.body.stopped, 1)
        self.sender.write(b"e")
        self.body.done.callback(None)
        self.assertEqual((self.transport.value(), self.ends), (b"ab", [False]))

    def test_too_short(self) -> None:
        """A body that is too short is reported as not sent."""
        self.sender.write(b"ab")
        self.body.done.callback(None)
        self.assertEqual(self.ends, [False])

    def test_failed(self) -> None:
        """The failure is the connection's end."""
        self.body.done.errback(RuntimeError("no more"))
        self.assertEqual(self.ends, [False])

    def test_dropped(self) -> None:
        """After a drop nothing is written or reported; the transport stops the body."""
        self.sender.drop()
        self.sender.write(b"abc")
        self.body.done.callback(None)
        self.assertEqual((self.transport.value(), self.ends), (b"", []))
        self.assertIs(self.transport.producer, self.body)
