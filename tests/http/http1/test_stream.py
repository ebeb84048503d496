"""The parts of a request; ``test_connection.py`` has the tests over sockets."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import HTTPChannel, Request

from relay.http.http1.stream import Http1Stream
from relay.http.listener.peer import Peer


class RequestTests(SynchronousTestCase):
    def test_as_twisted_begins_one(self) -> None:
        """All that twisted.web gives a request at its beginning is there."""
        here, there = IPv4Address("TCP", "10.0.0.1", 1), IPv4Address("TCP", "::2", 2)
        channel: Any = HTTPChannel()
        channel.transport = StringTransport(here, there)
        channel.peer = Peer(channel.transport)
        ours, theirs = Http1Stream(channel), Request(channel)
        for name, value in vars(theirs).items():
            if name not in ("_parsePOSTFormSubmission", "client", "host"):
                self.assertEqual(getattr(ours, name), value, name)
        ends = (ours.peer.local_address, ours.peer.address)
        self.assertEqual(ends, ("10.0.0.1", "::2"))
