"""How often one address may be wrong."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.management.access.throttle import FailedLogins
from relay.management.http.errors import TooManyAttempts


class FailedLoginsTests(SynchronousTestCase):
    """Counting failures by address."""

    def setUp(self) -> None:
        """Three failures in a minute, four addresses."""
        self.clock = Clock()
        self.logins = FailedLogins(self.clock, 3, 60_000, capacity=4)

    def allowed(self, rule: Any, *args: Any, **options: Any) -> None:
        """Assert that a rule has nothing against it."""
        self.assertIsNone(rule(*args, **options))

    def fail_at(self, address: str, times: int = 1) -> None:
        """Begin and fail a number of attempts."""
        for _ in range(times):
            self.logins.begin(address)
            self.logins.end(address, failed=True)

    def test_other_limits(self) -> None:
        """They apply to windows that have begun, too; their ends stay."""
        self.fail_at("192.0.2.1", 2)
        self.logins.limit(2, 1_000)
        self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
        self.fail_at("192.0.2.2", 1)
        self.clock.advance(1)
        self.assertRaises(TooManyAttempts, self.logins.check, "192.0.2.1")
        self.fail_at("192.0.2.2", 1)
        self.allowed(self.logins.check, "192.0.2.2")

    def test_refused_until_the_window_ends(self) -> None:
        """
        After the last allowed failure the address is refused until the window ends.
        """
        self.fail_at("192.0.2.1", 2)
        self.clock.advance(20.5)
        self.fail_at("192.0.2.1")
        error = self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
        self.assertEqual(error.headers, {"Retry-After": "40"})
        self.assertRaises(TooManyAttempts, self.logins.check, "192.0.2.1")
        self.clock.advance(39.5)
        self.allowed(self.logins.check, "192.0.2.1")

    def test_each_refusal_is_longer(self) -> None:
        """
        After a refusal the address has one attempt, whose failure doubles the time.
        """
        self.fail_at("192.0.2.1", 3)
        self.clock.advance(60)
        for wait_s in (120, 240, 480, 960, 1920, 3600, 3600):
            self.fail_at("192.0.2.1")
            error = self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
            self.assertEqual(error.headers, {"Retry-After": str(wait_s)})
            self.clock.advance(wait_s - 0.5)
            self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
            self.clock.advance(0.5)

    def test_quiet_is_forgiven(self) -> None:
        """An address without attempts for as long as its last refusal starts again."""
        self.fail_at("192.0.2.1", 3)
        self.clock.advance(60)
        self.allowed(self.logins.check, "192.0.2.1")
        self.clock.advance(120)
        self.fail_at("192.0.2.1", 2)
        self.allowed(self.logins.check, "192.0.2.1")
        self.fail_at("192.0.2.1")
        self.clock.advance(60 + 120)
        self.fail_at("192.0.2.1", 2)
        self.allowed(self.logins.check, "192.0.2.1")

    def test_addresses_are_apart(self) -> None:
        """Failures of one address do not affect another."""
        self.fail_at("192.0.2.1", 3)
        self.allowed(self.logins.check, "192.0.2.2")

    def test_attempts_count_from_their_beginning(self) -> None:
        """Attempts under way count, so that many at once are refused."""
        for _ in range(3):
            self.logins.begin("192.0.2.1")
        self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
        self.logins.end("192.0.2.1", failed=False)
        self.allowed(self.logins.begin, "192.0.2.1")

    def test_success_leaves_nothing(self) -> None:
        """An address that was never wrong is not remembered."""
        self.logins.begin("192.0.2.1")
        self.logins.end("192.0.2.1", failed=False)
        self.assertEqual(len(self.logins), 0)

    def test_one_ipv6_network_is_one_address(self) -> None:
        """A host cannot escape by the other addresses of its /64."""
        self.fail_at("2001:db8::1", 3)
        self.assertRaises(TooManyAttempts, self.logins.check, "2001:db8::ffff:2")
        self.allowed(self.logins.check, "2001:db8:0:1::1")

    def test_mapped_addresses(self) -> None:
        """An IPv4 address is the same on an IPv6 socket."""
        self.fail_at("::ffff:192.0.2.1", 3)
        self.assertRaises(TooManyAttempts, self.logins.check, "192.0.2.1")

    def test_bounded(self) -> None:
        """The number of remembered addresses is bounded."""
        for number in range(100):
            self.fail_at(f"192.0.2.{number}")
        self.assertEqual(len(self.logins), 4)
        self.allowed(self.logins.end, "192.0.2.0", failed=True)

    def test_pending_beyond_the_window(self) -> None:
        """An attempt that outlives its window counts in the next."""
        self.logins.begin("192.0.2.1")
        self.clock.advance(61)
        self.allowed(self.logins.begin, "192.0.2.1")
        self.allowed(self.logins.begin, "192.0.2.1")
        self.assertRaises(TooManyAttempts, self.logins.begin, "192.0.2.1")
