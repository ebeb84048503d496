"""Tests of :mod:`relay.policies.security.ip_filtering`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.policies.call import Interrupted
from relay.policies.security.ip_filtering import IpFiltering
from tests.policies.security.test_host_addresses import ResolvingClock
from tests.policies.steps import build, call, context, interruption


class IpFilteringTests(SynchronousTestCase):
    """The addresses that are admitted."""

    def passes(self, address: str, forwarded: str = "", **options: Any) -> bool:
        """Whether an address is."""
        headers = {"X-Forwarded-For": [forwarded]} if forwarded else {}
        made = call(address=address, headers=headers)
        return interruption(build("ip-filtering", **options), made) is None

    def test_lists(self) -> None:
        """Lists hold addresses and blocks of both families."""
        white: dict[str, Any] = {"whitelistIps": ["192.0.2.0/24", "2001:db8::/32"]}
        self.assertTrue(self.passes("192.0.2.7", **white))
        self.assertTrue(self.passes("::ffff:192.0.2.7", **white))
        self.assertTrue(self.passes("2001:db8::1", **white))
        self.assertFalse(self.passes("198.51.100.1", **white))
        black: dict[str, Any] = {"blacklistIps": ["192.0.2.7"], **white}
        self.assertFalse(self.passes("192.0.2.7", **black))
        self.assertTrue(self.passes("192.0.2.8", **black))
        self.assertTrue(self.passes("198.51.100.1"))

    def test_mapped_addresses(self) -> None:
        """IPv4-mapped addresses and blocks of a list are those of IPv4."""
        for entry, address, blocked in (
            ("::ffff:192.0.2.7", "192.0.2.7", True),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.7", True),
            ("::ffff:192.0.2.7", "192.0.2.8", False),
            ("::ffff:192.0.2.0/120", "192.0.2.8", True),
            ("::ffff:0:0/96", "198.51.100.1", True),
            ("::ffff:0:0/96", "2001:db8::1", False),
        ):
            passes = self.passes(address, blacklistIps=[entry])
            self.assertEqual(passes, not blocked, (entry, address))

    def test_ends_of_blocks(self) -> None:
        """Belong to them, unless they do not."""
        block: dict[str, Any] = {"whitelistIps": ["192.0.2.0/24"]}
        self.assertTrue(self.passes("192.0.2.0", **block))
        self.assertFalse(self.passes("192.0.2.0", **block, isInclusiveHostCount=False))
        self.assertTrue(self.passes("192.0.2.1", **block, isInclusiveHostCount=False))

    def test_other_addresses(self) -> None:
        """
        The address may come from proxies or an expression; an invalid one is refused.
        """
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

    def test_ends_of_other_blocks(self) -> None:
        """Blocks of IPv6, and of one or two addresses, have no ends."""
        for block, address in (
            ("2001:db8::/64", "2001:db8::"),
            ("192.0.2.0/31", "192.0.2.0"),
            ("192.0.2.7/32", "192.0.2.7"),
        ):
            options: dict[str, Any] = {
                "blacklistIps": [block],
                "isInclusiveHostCount": False,
            }
            self.assertFalse(self.passes(address, **options))

    def test_no_lists(self) -> None:
        """Without lists nothing is checked."""
        through: dict[str, Any] = {"matchAllFromXForwardedFor": True}
        self.assertTrue(self.passes("192.0.2.7", "localhost", **through))

    def test_several_in_one_text(self) -> None:
        """Addresses in one text are separated by commas."""
        black: dict[str, Any] = {
            "blacklistIps": ["192.0.2.1, 192.0.2.2", "198.51.100.0/24"]
        }
        for address in ("192.0.2.1", "192.0.2.2", "198.51.100.7"):
            self.assertFalse(self.passes(address, **black))
        self.assertTrue(self.passes("192.0.2.3", **black))

    def test_expressions(self) -> None:
        """Expressions yield addresses and blocks."""
        text = "{#request.headers['x-forwarded-for'][0]}"
        white: dict[str, Any] = {"whitelistIps": [text, "198.51.100.1"]}
        self.assertTrue(self.passes("192.0.2.7", "203.0.113.1,192.0.2.0/24", **white))
        self.assertTrue(self.passes("198.51.100.1", "203.0.113.1", **white))
        self.assertFalse(self.passes("192.0.2.7", "203.0.113.1", **white))
        self.assertFalse(self.passes("192.0.2.7", **white))
        self.assertFalse(self.passes("192.0.2.7", whitelistIps=[text]))
        with self.assertRaises(EvaluationFailed):
            self.passes("192.0.2.7", "other.example", **white)

    def test_refused(self) -> None:
        """Malformed entries, too many names, and a custom address that is missing."""
        for options in (
            {"whitelistIps": ["no_address!"]},
            {"whitelistIps": [""]},
            {"whitelistIps": ["192.0.2.1,"]},
            {"whitelistIps": ["{#nobody}"]},
            {"blacklistIps": ["300.0.0.1"]},
            {"blacklistIps": ["192.0.2.0/33"]},
            {"blacklistIps": [f"h{n}.example" for n in range(33)]},
            {"useCustomIPAddress": True},
        ):
            self.assertRaises(ValidationError, IpFiltering.read, options)


class NamedHostTests(SynchronousTestCase):
    """Lists with names of hosts."""

    def setUp(self) -> None:
        """Have a resolver."""
        self.reactor = ResolvingClock({"a.example": ["192.0.2.1", "2001:db8::1"]})

    def taken(self, address: str, **options: Any) -> Deferred[None]:
        """Take the step; the Deferred fires with the result."""
        step = build("ip-filtering", context(self.reactor), **options)
        try:
            return step.on_request(call(address=address)) or succeed(None)
        except Interrupted as interrupted:
            return fail(interrupted)

    def test_whitelist(self) -> None:
        """The addresses of a host are looked up once, in the cache of the resolver."""
        white: dict[str, Any] = {"whitelistIps": ["A.example", "198.51.100.1"]}
        waiting = self.taken("192.0.2.1", **white)
        self.assertNoResult(waiting)
        self.reactor.look_up()
        self.assertIsNone(self.successResultOf(waiting))
        self.successResultOf(self.taken("2001:db8::1", **white))
        self.failureResultOf(self.taken("192.0.2.2", **white), Interrupted)
        self.assertEqual(self.reactor.asked, ["a.example"])

    def test_only_if_needed(self) -> None:
        """An address of the list needs no lookup."""
        white: dict[str, Any] = {"whitelistIps": ["a.example", "198.51.100.1"]}
        self.successResultOf(self.taken("198.51.100.1", **white))
        self.reactor.look_up()
        self.assertEqual(self.reactor.asked, [])

    def test_blacklist(self) -> None:
        """A host that is unknown refuses all."""
        black: dict[str, Any] = {"blacklistIps": ["a.example"]}
        refused, passed = self.taken("192.0.2.1", **black), self.taken("::1", **black)
        self.reactor.look_up()
        self.failureResultOf(refused, Interrupted)
        self.successResultOf(passed)
        unknown = self.taken("192.0.2.1", blacklistIps=["b.example"])
        self.reactor.look_up()
        self.failureResultOf(unknown, Interrupted)

    def test_families(self) -> None:
        """Only addresses of the configured version count."""
        for version, address, passes in (
            ("IPV4", "192.0.2.1", True),
            ("IPV4", "2001:db8::1", False),
            ("IPV6", "192.0.2.1", False),
            ("IPV6", "2001:db8::1", True),
        ):
            options: dict[str, Any] = {
                "whitelistIps": ["a.example"],
                "lookupIpVersion": version,
            }
            waiting = self.taken(address, **options)
            self.reactor.look_up()
            if passes:
                self.successResultOf(waiting)
            else:
                self.failureResultOf(waiting, Interrupted)

    def test_an_unknown_host_of_a_whitelist(self) -> None:
        """An unknown host of a whitelist admits no caller."""
        waiting = self.taken("192.0.2.1", whitelistIps=["b.example"])
        self.reactor.look_up()
        self.failureResultOf(waiting, Interrupted)
