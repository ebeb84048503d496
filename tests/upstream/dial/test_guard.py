"""The addresses that may be dialled for URLs of definitions."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.dial.guard import AddressGuard

PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
INTERNAL = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.0.255",
    "192.88.99.1",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:168.63.129.16",
    "::ffff:192.0.0.192",
    "::168.63.129.16",
    "::ffff:0:168.63.129.16",
    "64:ff9b::a83f:8110",
    "64:ff9b::c000:c0",
    "64:ff9b:1::a83f:8110",
    "2002:a83f:8110::1",
    "2002:c000:c0::1",
    "2001:0:a83f:8110::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)


class GuardTests(SynchronousTestCase):
    def test_another_list(self) -> None:
        """It replaces the one before, for all who share the guard."""
        guard = AddressGuard(["a.example", ip_network("10.0.0.0/8")])
        guard.allow(["b.example", ip_network("127.0.0.0/8")])
        for host, address, permitted in (
            ("a.example", "192.168.1.1", False),
            ("c.example", "10.0.0.1", False),
            ("b.example", "192.168.1.1", True),
            ("c.example", "127.0.0.1", True),
        ):
            self.assertEqual(guard.permits(host, address), permitted, address)

    def test_public_addresses(self) -> None:
        """Public addresses are permitted."""
        guard = AddressGuard()
        for address in PUBLIC:
            self.assertTrue(guard.permits("a.example", address), address)

    def test_internal_addresses(self) -> None:
        """Internal addresses are refused, in every spelling."""
        guard = AddressGuard()
        for address in INTERNAL:
            self.assertFalse(guard.permits("a.example", address), address)
            self.assertFalse(guard.permits(address, address), address)

    def test_metadata_services_are_never_public(self) -> None:
        """Metadata services of clouds are refused, also those with public addresses."""
        for address in (
            "169.254.169.254",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
        ):
            self.assertFalse(
                AddressGuard().permits("metadata.example", address), address
            )
            listed = AddressGuard([ip_network(address)])
            self.assertTrue(listed.permits("metadata.example", address), address)

    def test_what_is_no_address(self) -> None:
        """Texts that are no address are refused."""
        for text in ("", "localhost", "0x7f.1", "2130706433", "/run/socket", "a::b::c"):
            self.assertFalse(AddressGuard().permits("a.example", text), text)

    def test_listed_networks(self) -> None:
        """A network that the operator lists, and nothing beside it."""
        guard = AddressGuard([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])
        for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1"):
            self.assertTrue(guard.permits("a.example", address), address)
        for address in ("127.0.0.1", "11.0.0.1%x", "fc00::1", "::1"):
            expected = address.startswith("11.")
            self.assertEqual(guard.permits("a.example", address), expected, address)

    def test_listed_names(self) -> None:
        """A name that the operator lists stands for whatever it resolves to."""
        guard = AddressGuard(["idp.internal"])
        for host in ("idp.internal", "IDP.Internal", "idp.internal."):
            self.assertTrue(guard.permits(host, "10.0.0.1"), host)
        for host in ("a.idp.internal", "idp.internal.example", "internal"):
            self.assertFalse(guard.permits(host, "10.0.0.1"), host)

    @given(st.ip_addresses(v=4))
    def test_no_ipv4_address_gains_by_being_embedded(self, ip: IPv4Address) -> None:
        """An address is judged alike however it is written down."""
        guard = AddressGuard()
        expected = guard.permits("h", str(ip))
        self.assertEqual(guard.permits("h", f"::ffff:{ip}"), expected)
        nat64 = IPv6Address(int(IPv6Address("64:ff9b::")) + int(ip))
        self.assertEqual(guard.permits("h", str(nat64)), expected)
        if not ip.is_global:
            self.assertFalse(expected)
