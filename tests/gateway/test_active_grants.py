"""What exchanges rest on, and when that ends."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.active_grants import AT_ONCE, ActiveGrants
from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchanges
from relay.plans.verdict import Admission, Grant
from tests.gateway.harness import NOW_MS


class GrantHolder:
    """An exchange that notes what it is told."""

    ends_at_once = True
    admission: Admission | None = None

    def __init__(self, stays: ActiveGrants, live: LiveExchanges, name: str) -> None:
        self.record = AccessRecord("GET", "h", "/", "a", "a", request_id=name)
        self.record.plan_id = "p"
        self.told: list[tuple[str, int | None]] = []
        self.outcome: Outcome | None = None
        self._stays, self._live = stays, live
        live.add(self)

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Take note."""
        after = None if ends_at_ms is None else ends_at_ms - NOW_MS
        self.told.append((reason, after))

    def end(self, outcome: Outcome) -> None:
        """End."""
        self.outcome = outcome
        self.leave()

    def leave(self) -> None:
        """Be over."""
        self._stays.remove(self)
        self._live.remove(self)


class StaysCase(SynchronousTestCase):
    warns = False

    def setUp(self) -> None:
        """Have nobody in, and time stand still."""
        self.clock = Clock()
        self.live = LiveExchanges()
        self.stays = ActiveGrants(
            cast(Any, self.clock),
            lambda: NOW_MS + round(self.clock.seconds() * 1000),
            self.live,
            challenge_ms=5_000,
            warns=self.warns,
        )

    def guest(self, name: str, **grants: int | None) -> GrantHolder:
        """Let somebody in, by grants that end so many milliseconds from now."""
        guest = GrantHolder(self.stays, self.live, name)
        self.stays.add(
            guest,
            [
                Grant(key, None if after is None else NOW_MS + after)
                for key, after in grants.items()
            ],
        )
        return guest

    def pass_ms(self, ms: int) -> None:
        """Let time pass, in steps that floats can tell exactly."""
        self.clock.pump([0.125] * (ms // 125))


class ExpiryTests(StaysCase):
    def test_told_before_it_ends(self) -> None:
        """Once, and exactly when it was said."""
        guest = self.guest("a", key=20_000, sub=None)
        self.pass_ms(14_875)
        self.assertEqual(guest.told, [])
        self.pass_ms(125)
        self.assertEqual(guest.told, [("expiring", 20_000)])
        self.pass_ms(4_875)
        self.assertIsNone(guest.outcome)
        self.pass_ms(125)
        self.assertEqual(guest.outcome, Outcome.EXPIRED)
        self.assertEqual(len(guest.told), 1)
        self.assertEqual((len(self.stays), self.clock.getDelayedCalls()), (0, []))

    def test_the_first_that_ends(self) -> None:
        """Decides, whichever it is."""
        guest = self.guest("a", key=9_000, sub=6_000)
        self.pass_ms(6_000)
        self.assertEqual(guest.outcome, Outcome.EXPIRED)

    def test_moved(self) -> None:
        """An end that is moved counts from then on, to either side."""
        later, sooner = self.guest("a", one=6_000), self.guest("b", two=None)
        self.pass_ms(2_000)
        self.stays.moved(Grant("one", NOW_MS + 30_000))
        self.stays.moved(Grant("two", NOW_MS + 3_000))
        self.stays.moved(Grant("three", NOW_MS))
        self.pass_ms(1_000)
        self.assertEqual((later.outcome, sooner.outcome), (None, Outcome.EXPIRED))
        self.pass_ms(26_875)
        self.assertIsNone(later.outcome)
        self.pass_ms(125)
        self.assertEqual(later.outcome, Outcome.EXPIRED)

    def test_never(self) -> None:
        """What never ends keeps no clock running."""
        self.guest("a", key=None)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_clock_is_set(self) -> None:
        """An end that comes nearer at a stroke is seen within a second."""
        ahead = 0
        self.stays._wall_ms = lambda: (
            NOW_MS + ahead + round(self.clock.seconds() * 1000)
        )
        guest = self.guest("a", key=86_400_000)
        ahead = 86_400_000
        self.pass_ms(1_000)
        self.assertEqual(guest.outcome, Outcome.EXPIRED)

    def test_one_timer(self) -> None:
        """However many they are; and those that have left are not kept."""
        for number in range(3_000):
            self.guest(str(number), key=86_400_000 + number).leave()
        self.guest("last", key=86_400_000)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.assertLess(len(self.stays._due), 100)
        self.assertEqual(len(self.stays._by_key), 1)


class RevocationTests(StaysCase):
    def test_who_rests_on_it(self) -> None:
        """Ends at once, and nobody else."""
        mine, other = self.guest("a", key=None, sub=None), self.guest("b", sub=None)
        self.stays.revoked("key")
        self.stays.revoked("none")
        self.clock.advance(0)
        self.assertEqual((mine.outcome, other.outcome), (Outcome.REVOKED, None))

    def test_some_at_a_time(self) -> None:
        """The others that the reactor serves have their turns between."""
        guests = [self.guest(str(number), key=None) for number in range(250)]
        left: list[int] = []
        self.stays.revoked("key")
        self.clock.callLater(
            0, lambda: left.append(sum(guest.outcome is None for guest in guests))
        )
        self.clock.advance(0)
        self.assertEqual(left, [250 - AT_ONCE])
        self.assertEqual({guest.outcome for guest in guests}, {Outcome.REVOKED})

    def test_one_that_fails(self) -> None:
        """The others end all the same, and those who come to their end later."""

        def fail(outcome: Outcome) -> None:
            raise ZeroDivisionError

        failing, other = self.guest("a", key=None), self.guest("b", key=None)
        late = self.guest("c", sub=6_000)
        failing.end = fail  # type: ignore[method-assign]
        self.stays.revoked("key")
        self.pass_ms(6_000)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(other.outcome, Outcome.REVOKED)
        self.assertEqual(late.outcome, Outcome.EXPIRED)

    def test_plan_closed(self) -> None:
        """All that it has let in end, keyless ones, too."""
        guest = GrantHolder(self.stays, self.live, "keyless")
        other = GrantHolder(self.stays, self.live, "other")
        other.record.plan_id = "q"
        self.stays.plan_closed("p")
        self.clock.advance(0)
        self.assertEqual((guest.outcome, other.outcome), (Outcome.REVOKED, None))


class RenewalTests(StaysCase):
    def test_renewed(self) -> None:
        """A stay goes on with what it rests on now, and not with what it did."""
        guest = self.guest("a", old=6_000)
        self.pass_ms(2_000)
        self.assertEqual(guest.told, [("expiring", 6_000)])
        self.assertIs(self.stays.find("a"), guest)
        self.stays.renew(guest, [Grant("new", NOW_MS + 12_000)])
        self.stays.revoked("old")
        self.pass_ms(5_000)
        self.assertIsNone(guest.outcome)
        self.assertEqual(guest.told, [("expiring", 6_000), ("expiring", 12_000)])
        self.stays.revoked("new")
        self.clock.advance(0)
        self.assertEqual(guest.outcome, Outcome.REVOKED)
        self.assertIsNone(self.stays.find("a"))


class WarningTests(StaysCase):
    warns = True

    def test_they_stay(self) -> None:
        """They are told, the log is, and they go on."""
        expired, revoked = self.guest("a", one=6_000), self.guest("b", two=None)
        with capturedLogs() as events:
            self.pass_ms(6_000)
            self.stays.revoked("two")
            self.pass_ms(6_000)
        self.assertEqual(expired.told, [("expiring", None), ("expired", None)])
        self.assertEqual(revoked.told, [("revoked", None)])
        self.assertEqual((expired.outcome, revoked.outcome), (None, None))
        self.assertEqual([event["request_id"] for event in events], ["a", "b"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
