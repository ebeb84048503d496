"""Tests of :mod:`relay.assembly.fetching`."""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import ip_network
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.trial.unittest import TestCase

from relay.assembly.fetching import Fetching
from relay.management.http.errors import BadRequest
from relay.outbound import Outbound
from relay.upstream.dial.guard import AddressGuard
from tests.wire.harness.scripted import answering, scripted

Steps = Generator[Deferred[Any], Any, None]


class FetchingTests(TestCase):
    """Documents at URLs that others write."""

    def _fetching(self, *networks: str) -> Fetching:
        guard = AddressGuard([ip_network(one) for one in networks])
        return Fetching(Outbound.trusting(reactor, guard, None), lambda: 100)

    @inlineCallbacks
    def _refused(
        self, code: str, url: str, *networks: str
    ) -> Generator[Deferred[Any], Any, str]:
        fetched = self._fetching(*networks).fetch(url)
        error = yield self.assertFailure(fetched, BadRequest)
        self.assertEqual(error.code, code)
        return str(error)

    @inlineCallbacks
    def test_document(self) -> Steps:
        """The bytes of a 200 are returned."""
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na: b"
        with scripted(answering(answer)) as (port, _):
            content = yield self._fetching("127.0.0.0/8").fetch(
                f"http://127.0.0.1:{port}/x?key=s3cret"
            )
        self.assertEqual(content, b"a: b")

    @inlineCallbacks
    def test_guard(self) -> Steps:
        """An address that is not public is refused, and so is what is no URL."""
        code = "definition.url.refused"
        yield self._refused(code, "http://127.0.0.1:9/x")
        yield self._refused(code, "file:///etc/passwd", "127.0.0.0/8")

    @inlineCallbacks
    def test_unavailable(self) -> Steps:
        """Another status, and more bytes than are allowed; no URL is shown."""
        long = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"x" * 200
        moved = b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"
        for answer in (long, moved):
            with scripted(answering(answer)) as (port, _):
                message = yield self._refused(
                    "definition.url.unavailable",
                    f"http://127.0.0.1:{port}/x?key=s3cret",
                    "127.0.0.0/8",
                )
            self.assertNotIn("s3cret", message)
