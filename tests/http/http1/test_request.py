"""What a request is made of; what becomes of it is told in test_site.py."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import HTTPChannel, Request

from relay.http.http1.request import RelayRequest


class RequestTests(SynchronousTestCase):
    def test_as_twisted_begins_one(self) -> None:
        """All that twisted.web gives a request at its beginning is there."""
        here, there = IPv4Address("TCP", "10.0.0.1", 1), IPv4Address("TCP", "::2", 2)
        channel: Any = HTTPChannel()
        channel.transport = StringTransport(here, there)
        ours, theirs = RelayRequest(channel), Request(channel)
        for name, value in vars(theirs).items():
            if name != "_parsePOSTFormSubmission":
                self.assertEqual(getattr(ours, name), value, name)
        self.assertEqual((ours.host, ours.client), (here, there))
