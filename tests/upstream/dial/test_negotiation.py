"""Tests for :mod:`relay.upstream.dial.negotiation`."""

from __future__ import annotations

from twisted.internet.error import ConnectError
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.dial.negotiation import TunnelError, TunnelTarget


class TargetTests(SynchronousTestCase):
    """Where a tunnel leads."""

    def test_hosts(self) -> None:
        """Names and addresses get the form that proxies read."""
        for host, plain, authority in (
            ("a.example", "a.example", "a.example:443"),
            ("my_service", "my_service", "my_service:443"),
            ("bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example:443"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.1:443"),
            ("2001:db8::1", "2001:db8::1", "[2001:db8::1]:443"),
            ("[2001:DB8:0::1]", "2001:db8::1", "[2001:db8::1]:443"),
        ):
            target = TunnelTarget.read(host, 443)
            self.assertEqual((target.host, target.authority), (plain, authority))

    def test_refusals(self) -> None:
        """Texts that could end a line or mean another host are refused."""
        for host in ("", "a b", "a\r\nX: y", "a/b", "a:1", "u@a", "fe80::1%a\r\n", "%"):
            self.assertRaises(ValueError, TunnelTarget.read, host, 443)
        for port in (0, -1, 65536):
            self.assertRaises(ValueError, TunnelTarget.read, "a.example", port)


class TunnelErrorTests(SynchronousTestCase):
    """The error."""

    def test_is_a_connect_error(self) -> None:
        """The error is a ConnectError with a message and a status."""
        error = TunnelError("the proxy refused", 403)
        self.assertIsInstance(error, ConnectError)
        self.assertEqual((str(error), error.status), ("the proxy refused", 403))
