"""The names of what can go wrong before a response head."""

from __future__ import annotations

import errno

from OpenSSL import SSL
from twisted.internet import error
from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from relay.model.outcome import Outcome
from relay.tls.material import MaterialError
from relay.tls.verification import VerificationFailed
from relay.upstream.dial.tcp import NoDescriptors
from relay.upstream.errors import (
    UpstreamError,
    classify,
    connect_timeout,
    never_sent,
    pool_exhausted,
    queue_timeout,
    read_timeout,
)

SECRET = "hunter2"


class Tunnel(error.ConnectError):
    """A failure of a tunnel, with words of its own."""

    def __str__(self) -> str:
        return "The proxy refused the tunnel (403)"


def never(reason: Exception) -> ResponseNeverReceived:
    """Return the error for a connection that ended without a response."""
    return ResponseNeverReceived([Failure(reason)])


class ClassifyTests(SynchronousTestCase):
    def test_rows(self) -> None:
        """Each cause has its key; all are 502 but a timeout."""
        for reason, key in (
            (error.ConnectionRefusedError(), "CONNECTION_REFUSED"),
            (error.DNSLookupError(), "DNS_RESOLUTION_ERROR"),
            (error.UnknownHostError(), "DNS_RESOLUTION_ERROR"),
            (error.NoRouteError(), "UNREACHABLE"),
            (error.ConnectError(113, "No route to host"), "UNREACHABLE"),
            (Tunnel(), "CONNECTION_ERROR"),
            (SSL.Error([("SSL routines", "", "bad thing")]), "TLS_HANDSHAKE_ERROR"),
            (MaterialError("the key is gone"), "TLS_HANDSHAKE_ERROR"),
            (never(SSL.Error([])), "TLS_HANDSHAKE_ERROR"),
            (never(error.ConnectionDone()), "CONNECTION_CLOSED"),
            (never(error.ConnectionLost()), "CONNECTION_RESET"),
            (ResponseFailed([Failure(error.ConnectionLost())]), "CONNECTION_RESET"),
            (never(never(error.ConnectionDone())), "CONNECTION_CLOSED"),
            (ResponseFailed([Failure(ValueError(SECRET))]), "CONNECTION_ERROR"),
            (ValueError(SECRET), "CONNECTION_ERROR"),
        ):
            found = classify(Failure(reason))
            self.assertEqual(found.key, f"GATEWAY_CLIENT_{key}", repr(reason))
            self.assertEqual(found.status, 502)
            self.assertIs(found.outcome, Outcome.UPSTREAM_GONE)
            self.assertIsNone(found.clock)
            self.assertNotIn(SECRET, found.message)
            self.assertTrue(found.message)

    def test_the_setting_for_an_untrusted_authority_is_named(self) -> None:
        """It is named for these failures of the handshake only."""
        for reason, named in (
            (VerificationFailed("self-signed certificate"), True),
            (VerificationFailed("the issuer of the certificate is not known"), True),
            (VerificationFailed("certificate has expired"), False),
        ):
            failure = Failure(never(reason))
            message = classify(failure).message
            self.assertEqual("; ssl.trustStore sets" in message, named, message)
            other = classify(failure, "outbound.ca").message
            self.assertEqual("; outbound.ca sets" in other, named, other)

    def test_a_lack_of_open_files_is_the_gateways_own(self) -> None:
        """A lack of descriptors is a failure of the gateway, in both forms."""
        bind = error.ConnectBindError(errno.EMFILE, "Too many open files")
        for reason in (NoDescriptors(), bind):
            found = classify(Failure(reason))
            self.assertEqual(
                (found.status, found.key), (502, "GATEWAY_CLIENT_CONNECTION_ERROR")
            )
            self.assertIn("The gateway has no more open files", found.message)

    def test_a_tunnel_speaks_for_itself(self) -> None:
        """The message of a proxy is passed to the client."""
        self.assertIn("403", classify(Failure(Tunnel())).message)

    def test_connecting_timed_out(self) -> None:
        """The kernel's own timeout is the connect clock's, too."""
        for reason in (error.TimeoutError(), error.TCPTimedOutError()):
            found = classify(Failure(reason))
            self.assertEqual(found.key, "GATEWAY_CLIENT_CONNECT_TIMEOUT")
            self.assertEqual(found.status, 504)

    def test_named_already(self) -> None:
        """An error that has its name keeps it."""
        named = pool_exhausted()
        self.assertIs(classify(Failure(named)), named)


class OwnErrorTests(SynchronousTestCase):
    def test_rows(self) -> None:
        """Status, key, outcome and clock of our own clocks and limits."""
        for found, row in (
            (
                connect_timeout(),
                (504, "CONNECT_TIMEOUT", Outcome.CONNECT_TIMEOUT, "connectTimeout"),
            ),
            (
                queue_timeout(),
                (504, "CONNECT_TIMEOUT", Outcome.CONNECT_TIMEOUT, "readTimeout"),
            ),
            (
                read_timeout(),
                (504, "READ_TIMEOUT", Outcome.READ_TIMEOUT, "readTimeout"),
            ),
            (
                pool_exhausted(),
                (503, "CONNECTION_POOL_EXHAUSTED", Outcome.LIMIT_REACHED, None),
            ),
        ):
            status, key, outcome, clock = row
            self.assertEqual(
                (found.status, found.key, found.outcome, found.clock),
                (status, f"GATEWAY_CLIENT_{key}", outcome, clock),
            )
            self.assertIsInstance(found, UpstreamError)
            self.assertEqual(str(found), found.message)


class NeverSentTests(SynchronousTestCase):
    def test_only_silence(self) -> None:
        """One byte of a response forbids another attempt."""
        self.assertTrue(never_sent(Failure(never(error.ConnectionDone()))))
        self.assertTrue(never_sent(Failure(never(CancelledError()))))
        half = ResponseFailed([Failure(error.ConnectionDone())])
        self.assertFalse(never_sent(Failure(half)))
        self.assertFalse(never_sent(Failure(error.ConnectionRefusedError())))
