"""Calls to URLs that others write: bounded in reach, in time and in size."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Generator
from ipaddress import ip_network
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from relay.model.api.endpoints.ssl_options import SslOptions, TrustStore
from relay.outbound import (
    Outbound,
    OutboundAnswer,
    OutboundError,
    OutboundRefused,
    OutboundRequest,
)
from relay.tls.files.watched import IN_USE
from relay.tls.material import MaterialError
from relay.upstream.dial.guard import AddressGuard
from tests.pki import Authority
from tests.tls.files.looks import Clocked, replace
from tests.wire.harness.scripted import Connection, answering, scripted, server_context

LOOPBACK = AddressGuard([ip_network("127.0.0.0/8"), ip_network("::1/128")])
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Steps = Generator[Deferred[Any], Any, None]


class OutboundTests(TestCase):
    def setUp(self) -> None:
        """Believe a private authority, and let loopback be called."""
        self.authority = Authority()
        issued = self.authority.server()
        self.tls = server_context(issued)
        self.ca = issued.write(self.mktemp()).ca
        self.outbound = Outbound.trusting(reactor, LOOPBACK, self.ca)

    @inlineCallbacks
    def refused(
        self,
        kind: type[OutboundError],
        request: OutboundRequest,
        outbound: Outbound | None = None,
    ) -> Generator[Deferred[Any], Any, str]:
        """Make a call that must fail, and give the reason."""
        calling = (outbound or self.outbound).call(request)
        error = yield self.assertFailure(calling, OutboundError)
        self.assertIsInstance(error, kind)
        return str(error)

    @inlineCallbacks
    def test_an_answer(self) -> Steps:
        """Method, headers and body arrive; status, headers and body come back."""
        heads: list[bytes] = []

        def script(connection: Connection) -> None:
            heads.append(connection.head())
            while len(connection.buffer) < 7:
                connection.buffer += connection.socket.recv(100)
            heads.append(connection.buffer)
            connection.send(
                b"HTTP/1.1 404 No\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"2\r\nno\r\n0\r\n\r\n"
            )

        with scripted(script, self.tls) as (port, errors):
            answer: OutboundAnswer = yield self.outbound.call(
                OutboundRequest(
                    f"https://localhost:{port}/a%2Fb?c=d",
                    "POST",
                    [("Authorization", "Basic eA=="), ("Accept", "application/json")],
                    b"token=1",
                )
            )
        self.assertTrue(errors.empty())
        self.assertEqual((answer.status, answer.body), (404, b"no"))
        self.assertEqual(answer.headers.getRawHeaders(b"x-a"), [b"b"])
        head, body = heads
        self.assertTrue(head.startswith(b"POST /a%2Fb?c=d HTTP/1.1\r\n"))
        self.assertIn(b"Authorization: Basic eA==", head)
        self.assertNotIn(b"accept-encoding", head.lower())
        self.assertEqual(body, b"token=1")

    @inlineCallbacks
    def test_internal_addresses_are_refused(self) -> Steps:
        """Internal addresses are refused by number, by name and in every spelling."""
        guarded = Outbound.trusting(reactor, AddressGuard(), None)
        called: list[bytes] = []
        with scripted(lambda c: called.append(c.head())) as (port, _):
            for host in ("127.0.0.1", "localhost", "[::1]", "127.1", "2130706433"):
                why = yield self.refused(
                    OutboundRefused, OutboundRequest(f"http://{host}:{port}/"), guarded
                )
                self.assertIn(f"the host {host.strip('[]')} has no public", why)
                self.assertIn("outbound.allow", why)
        self.assertEqual(called, [])

    def test_the_setting_of_a_missing_file_is_named(self) -> None:
        """The error names the setting, not a field of a definition."""
        with self.assertRaises(MaterialError) as caught:
            Outbound.trusting(reactor, AddressGuard(), "/nonexistent.pem")
        self.assertEqual(
            str(caught.exception),
            "outbound.ca (/nonexistent.pem): No such file or directory",
        )

    @inlineCallbacks
    def test_authorities_that_are_replaced(self) -> Steps:
        """A new file of authorities applies to the next call."""
        replace(self.ca, Authority("Others").pem)
        outbound = Outbound.trusting(reactor, LOOPBACK, self.ca)
        with scripted(answering(OK), self.tls) as (port, _):
            request = OutboundRequest(f"https://localhost:{port}/")
            yield self.refused(OutboundError, request, outbound)
            replace(self.ca, self.authority.pem)
            Clocked().look(*IN_USE)
            answer = yield outbound.call(request)
        self.assertEqual(answer.body, b"ok")

    @inlineCallbacks
    def test_a_listed_name_is_called(self) -> Steps:
        """All addresses of a listed name are permitted, under that name only."""
        by_name = Outbound.trusting(reactor, AddressGuard(["localhost"]), None)
        with scripted(answering(OK)) as (port, _):
            answer = yield by_name.call(OutboundRequest(f"http://localhost:{port}/"))
            self.assertEqual(answer.body, b"ok")
            yield self.refused(
                OutboundRefused, OutboundRequest(f"http://127.0.0.1:{port}/"), by_name
            )

    @inlineCallbacks
    def test_what_is_no_url(self) -> Steps:
        """Only http and https URLs with a host and without a password are accepted."""
        for url in (
            "",
            "/keys",
            "file:///etc/passwd",
            "ftp://a.example/",
            "http://",
            "http://user:secret@127.0.0.1/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:99999/",
            "http://[::1/",
            "gopher://127.0.0.1/",
        ):
            why = yield self.refused(OutboundRefused, OutboundRequest(url))
            self.assertNotIn("secret", why)

    @inlineCallbacks
    def test_redirects_are_not_followed(self) -> Steps:
        """A public host cannot send us to a private one."""
        redirect = b"HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
        with scripted(answering(redirect)) as (port, _):
            answer = yield self.outbound.call(
                OutboundRequest(f"http://127.0.0.1:{port}/")
            )
        self.assertEqual(answer.status, 302)

    @inlineCallbacks
    def test_size(self) -> Steps:
        """A body, a head or a trickle of interim answers without end is cut off."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for begin, more, told in (
            (head, b"400\r\n" + b"x" * 1024 + b"\r\n", "is too large"),
            (
                b"HTTP/1.1 200 OK\r\n",
                b"X-More: " + b"x" * 500 + b"\r\n",
                "is too large",
            ),
            (b"", b"HTTP/1.1 102 Processing\r\n\r\n", "interim responses"),
        ):
            why = yield from self.endless(begin, more)
            self.assertIn(told, why)

    def endless(self, begin: bytes, more: bytes) -> Generator[Deferred[Any], Any, str]:
        """Call a source that never ends, and wait until it was cut off."""
        cut = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(begin)
            try:
                while True:
                    connection.send(more)
            except OSError:
                cut.set()

        with scripted(script) as (port, _):
            request = OutboundRequest(f"http://127.0.0.1:{port}/", max_bytes=20_000)
            why: str = yield self.refused(OutboundError, request)
            yield from self.until(cut.is_set)
        return why

    def until(self, ready: Callable[[], bool]) -> Steps:
        """Wait for a state, with a bound."""
        for _ in range(1000):
            if ready():
                return
            yield deferLater(reactor, 0.01)
        self.fail("it never came")

    @inlineCallbacks
    def test_time(self) -> Steps:
        """One timeout covers the head and the body."""
        for sent in (b"", b"HTTP/1.1 200 OK\r\n", OK[:-1]):
            gone = threading.Event()

            def script(
                connection: Connection,
                sent: bytes = sent,
                gone: threading.Event = gone,
            ) -> None:
                connection.head()
                connection.send(sent)
                connection.closed_at()
                gone.set()

            with scripted(script) as (port, errors):
                request = OutboundRequest(f"http://127.0.0.1:{port}/", timeout_ms=150)
                why = yield self.refused(OutboundError, request)
                self.assertEqual(why, "there was no whole answer in time")
                yield from self.until(gone.is_set)
                self.assertTrue(errors.empty())

    @inlineCallbacks
    def test_cancelling(self) -> Steps:
        """Cancelling a call closes its connection."""
        asked, gone = threading.Event(), threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            asked.set()
            connection.closed_at()
            gone.set()

        with scripted(script) as (port, _):
            calling = self.outbound.call(OutboundRequest(f"http://127.0.0.1:{port}/"))
            yield from self.until(asked.is_set)
            calling.cancel()
            yield self.assertFailure(calling, CancelledError)
            yield from self.until(gone.is_set)

    @inlineCallbacks
    def test_compressed_answers_are_not_read(self) -> Steps:
        """A megabyte of zeros is a kilobyte on the wire."""
        body = gzip.compress(bytes(1_000_000))
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        )
        with scripted(answering(head % len(body) + body)) as (port, _):
            why = yield self.refused(
                OutboundError, OutboundRequest(f"http://127.0.0.1:{port}/")
            )
        self.assertIn("compressed", why)

    @inlineCallbacks
    def test_certificates_are_verified(self) -> Steps:
        """Another authority's certificate, or one for another name, is refused."""
        other = server_context(Authority("Other").server())
        elsewhere = server_context(self.authority.server("elsewhere.example"))
        for context in (other, elsewhere):
            with scripted(answering(OK), context) as (port, _):
                why = yield self.refused(
                    OutboundError, OutboundRequest(f"https://localhost:{port}/")
                )
            self.assertIn("TLS handshake", why)

    @inlineCallbacks
    def test_other_authorities(self) -> Steps:
        """
        They replace those before, also for options of a definition that name none; a
        file that cannot be used changes nothing.
        """
        other = Authority("Other")
        ca = other.server().write(self.mktemp()).ca
        named = TrustStore(type="PEM", path=self.ca)
        following = self.outbound.with_ssl(SslOptions()).keeping(1000, 1000)
        own = self.outbound.with_ssl(SslOptions(trust_store=named))
        self.addCleanup(following.close)
        error = self.assertRaises(
            MaterialError, self.outbound.retrusting, "/nowhere/ca.pem"
        )
        self.assertIn("outbound.ca", str(error))
        commit = self.outbound.retrusting(ca)
        with scripted(answering(OK), server_context(other.server())) as (port, _):
            request = OutboundRequest(f"https://localhost:{port}/")
            for outbound in (self.outbound, following, own):
                yield self.refused(OutboundError, request, outbound)
            commit()
            for outbound in (self.outbound, following):
                answer = yield outbound.call(request)
                self.assertEqual(answer.status, 200)
            yield self.refused(OutboundError, request, own)

    @inlineCallbacks
    def test_options_of_a_definition(self) -> Steps:
        """
        TLS options of a definition apply; the trusted authorities stay unless the
        definition names others.
        """
        other = self.outbound.with_ssl(SslOptions(trust_all=True))
        stranger = server_context(Authority("Other").server())
        with scripted(answering(OK), self.tls) as (port, _):
            request = OutboundRequest(f"https://localhost:{port}/")
            for outbound in (self.outbound.with_ssl(SslOptions()), other):
                answer = yield outbound.call(request)
                self.assertEqual(answer.status, 200)
        with scripted(answering(OK), stranger) as (port, _):
            request = OutboundRequest(f"https://localhost:{port}/")
            answer = yield other.call(request)
            self.assertEqual(answer.status, 200)
            yield self.refused(OutboundError, request)
            guarded = Outbound(reactor, AddressGuard(), SslOptions()).with_ssl(
                SslOptions()
            )
            yield self.refused(OutboundRefused, request, guarded)

    @inlineCallbacks
    def test_broken_answers(self) -> Steps:
        """A refused connection, a reset, and a body that is cut short are errors."""
        for sent in (b"", b"nonsense\r\n\r\n", OK[:-1]):

            def script(connection: Connection, sent: bytes = sent) -> None:
                connection.head()
                connection.send(sent)

            with scripted(script) as (port, _):
                request = OutboundRequest(f"http://127.0.0.1:{port}/")
                yield self.refused(OutboundError, request)
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        request = OutboundRequest(f"http://127.0.0.1:{port}/")
        why = yield self.refused(OutboundError, request)
        self.assertIn("refused the connection", why)

    @inlineCallbacks
    def test_malformed_headers(self) -> Steps:
        """A malformed header is refused."""
        request = OutboundRequest("http://127.0.0.1:1/", headers=[("A b", "c")])
        why = yield self.refused(OutboundRefused, request)
        self.assertIn("malformed", why)

    def test_nothing_secret_is_shown(self) -> None:
        """The repr of a request contains neither its URL nor its headers."""
        request = OutboundRequest("https://a/?key=secret", "POST", [("A", "secret")])
        self.assertNotIn("secret", repr(request))
