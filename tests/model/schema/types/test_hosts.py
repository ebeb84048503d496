"""Tests of :mod:`relay.model.schema.types.hosts`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.hosts import (
    Authority,
    is_address,
    is_host,
    normal_host,
    normal_origin,
    read_authority,
    same_authority,
)


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

    def test_one_form_for_every_spelling_of_a_host(self) -> None:
        """Case, the dot at the end and the form of an address make no difference."""
        for host, form in (
            ("A.Example", "a.example"),
            ("a.example.", "a.example"),
            ("A.EXAMPLE.", "a.example"),
            ("[::0001]", "[::1]"),
            ("[2001:DB8:0:0::1]", "[2001:db8::1]"),
            ("[x]", "[x]"),
            ("", ""),
        ):
            self.assertEqual(normal_host(host), form)


class AuthorityTests(SynchronousTestCase):
    """Hosts with their ports."""

    def test_read(self) -> None:
        """A port may be left out, or be empty."""
        for text, read in (
            ("A.example.:80", Authority("a.example", 80)),
            ("a.example:", Authority("a.example", None)),
            ("[::1]:8082", Authority("[::1]", 8082)),
            ("", Authority("", None)),
        ):
            self.assertEqual(read_authority(text), read)

    def test_not_read(self) -> None:
        """User information, several ports, and ports that are none."""
        for text in (
            "u@a",
            "a:b",
            "a:1:2",
            "a:65536",
            "a:" + "1" * 5000,
            "[::1",
            "a/b",
            "%61.example",
            "a b",
            "é",
        ):
            self.assertIsNone(read_authority(text), text)

    def test_the_port_of_a_scheme_may_be_left_out(self) -> None:
        """Only the default port of the scheme may be absent."""
        for one, other, scheme, same in (
            ("localhost:80", "localhost", "http", True),
            ("localhost.", "LOCALHOST:", "http", True),
            ("a:443", "a", "https", True),
            ("a:443", "a", "http", False),
            ("a:81", "a", "http", False),
            ("a", "b", "http", False),
            ("u@a", "a", "http", False),
        ):
            self.assertEqual(same_authority(one, other, scheme), same, (one, other))

    def test_origins(self) -> None:
        """Scheme, host and port, whatever of them is written."""
        for url, origin in (
            ("https://H.example.:1/x", "https://h.example:1"),
            ("http://h.example/x", "http://h.example:80"),
            ("HTTP://h.example:80", "http://h.example:80"),
            ("x", None),
            ("http://", None),
            ("http://:80", None),
            ("http://u@h", None),
            ("ftp://h", None),
            ("http://[::1", None),
        ):
            self.assertEqual(normal_origin(url), origin, url)
