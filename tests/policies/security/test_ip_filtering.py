"""Tests of :mod:`relay.policies.security.ip_filtering`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.security.ip_filtering import IpFiltering
from tests.policies.steps import build, call, interruption


class IpFilteringTests(SynchronousTestCase):
    """Who is let through."""

    def passes(self, address: str, forwarded: str = "", **options: Any) -> bool:
        """Whether an address is."""
        headers = {"X-Forwarded-For": [forwarded]} if forwarded else {}
        made = call(address=address, headers=headers)
        return interruption(build("ip-filtering", **options), made) is None

    def test_lists(self) -> None:
        """Of addresses and blocks, of either family."""
        white: dict[str, Any] = {"whitelistIps": ["192.0.2.0/24", "2001:db8::/32"]}
        self.assertTrue(self.passes("192.0.2.7", **white))
        self.assertTrue(self.passes("::ffff:192.0.2.7", **white))
        self.assertTrue(self.passes("2001:db8::1", **white))
        self.assertFalse(self.passes("198.51.100.1", **white))
        black: dict[str, Any] = {"blacklistIps": ["192.0.2.7"], **white}
        self.assertFalse(self.passes("192.0.2.7", **black))
        self.assertTrue(self.passes("192.0.2.8", **black))
        self.assertTrue(self.passes("198.51.100.1"))

    def test_ends_of_blocks(self) -> None:
        """Belong to them, unless they do not."""
        block: dict[str, Any] = {"whitelistIps": ["192.0.2.0/24"]}
        self.assertTrue(self.passes("192.0.2.0", **block))
        self.assertFalse(self.passes("192.0.2.0", **block, isInclusiveHostCount=False))
        self.assertTrue(self.passes("192.0.2.1", **block, isInclusiveHostCount=False))

    def test_other_addresses(self) -> None:
        """All that proxies tell, or one by an expression; what is none is refused."""
        white: dict[str, Any] = {"whitelistIps": ["192.0.2.0/24"]}
        through = {**white, "matchAllFromXForwardedFor": True}
        self.assertTrue(self.passes("192.0.2.7", "192.0.2.1, 192.0.2.2", **through))
        self.assertFalse(self.passes("192.0.2.7", "192.0.2.1, 198.51.100.1", **through))
        self.assertTrue(self.passes("192.0.2.7", "198.51.100.1", **white))
        custom = {
            **white,
            "useCustomIPAddress": True,
            "customIPAddress": "{#request.headers['x-forwarded-for'][0]}",
        }
        self.assertTrue(self.passes("198.51.100.1", "192.0.2.1", **custom))
        self.assertFalse(self.passes("192.0.2.1", "198.51.100.1", **custom))
        self.assertFalse(self.passes("192.0.2.1", "unknown", **custom))
        self.assertFalse(self.passes("192.0.2.1", **custom))

    def test_refused(self) -> None:
        """Names of hosts, and a custom address that is not there."""
        for options in (
            {"whitelistIps": ["example.com"]},
            {"blacklistIps": ["300.0.0.1"]},
            {"useCustomIPAddress": True},
        ):
            self.assertRaises(ValidationError, IpFiltering.read, options)
