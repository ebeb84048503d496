"""Strict HTTP/1.1 framing; over sockets: ``tests/http/http1/test_connection.py``."""

from __future__ import annotations

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import Request

from relay.http.http1.framing import StrictChannel


class Taken(Request):
    """A request that records its results."""

    def process(self) -> None:
        """Answer with the body."""
        assert self.content is not None
        body = self.content.read()
        self.setHeader(b"content-length", b"%d" % len(body))
        self.write(body)
        self.finish()


def answer(sent: bytes) -> bytes:
    """Return the answer to a client that sends these bytes."""
    transport = StringTransport()
    channel = StrictChannel()
    channel.requestFactory = Taken
    channel.makeConnection(transport)
    channel.dataReceived(sent)
    channel.setTimeout(None)
    said: bytes = transport.value()
    return said


class ChannelTests(SynchronousTestCase):
    """The methods of twisted.web that are overridden here."""

    HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"

    def test_sound_bodies_are_taken(self) -> None:
        """Framed by a length or by chunks; trailers are passed over."""
        for rest in (
            b"Content-Length: 2\r\n\r\nok",
            b"Transfer-Encoding: Chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n"
            b"0\r\nX: y\r\nZ:\r\n\r\n",
        ):
            self.assertIn(b"\r\n\r\nok", answer(self.HEAD + rest))

    def test_ambiguous_framing_is_refused(self) -> None:
        """Wherever two servers may not agree where a body ends."""
        for rest in (
            b"Content-Length: " + b"1" * 4301 + b"\r\n\r\n",
            b"Transfer-Encoding: identity\r\n\r\n",
            b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n:path: x\r\n\r\n",
            b"X: \x01\r\n\r\n",
        ):
            said = answer(self.HEAD + rest)
            self.assertTrue(said.startswith(b"HTTP/1.1 400 "), (rest[:60], said))
