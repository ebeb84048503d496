"""Tests of :mod:`relay.model.hosts`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.hosts import is_address, is_host


class HostTests(SynchronousTestCase):
    """Names and addresses of hosts."""

    def test_hosts(self) -> None:
        """Names, container names and addresses are hosts, IPv6 ones in brackets."""
        for host in (
            "localhost",
            "my_service",
            "rest.ably.io",
            "REST.Ably.IO",
            "xn--bcher-kva.example",
            "1password.com",
            "127.0.0.1",
            "[::1]",
            "[2001:db8::1]",
            "a" * 63,
        ):
            self.assertTrue(is_host(host), host)

    def test_not_hosts(self) -> None:
        """Anything else is not."""
        for host in (
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "a b",
            "a\n",
            "a/b",
            "a:80",
            "é.example",
            "1.2.3",
            "1.2.3.256",
            "0127.0.0.1",
            "12345",
            "::1",
            "[127.0.0.1]",
            "[::1",
            "[fe80::1%eth0]",
            "[]",
            "*",
            "a" * 64,
            ".".join(["a" * 60] * 5),
        ):
            self.assertFalse(is_host(host), host)

    def test_addresses(self) -> None:
        """Addresses stand without brackets and zones."""
        self.assertTrue(is_address("::1"))
        self.assertTrue(is_address("10.0.0.1"))
        for host in ("[::1]", "fe80::1%eth0", "localhost", ""):
            self.assertFalse(is_address(host), host)
