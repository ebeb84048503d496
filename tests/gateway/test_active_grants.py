"""The grants that exchanges depend on, and their ends."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.active_grants import AT_ONCE, ActiveGrants
from relay.gateway.sent_events import SentEvents
from relay.http.client_stream import Ledger
from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchanges
from relay.observability.timeline import Timeline
from relay.plans.verdict import Admission, Grant
from tests.gateway.harness import NOW_MS


class GrantHolder:
    """An exchange that records its notifications."""

    streams = False
    transferred = Transferred(0, 0, 0)
    ends_at_once = True
    events = SentEvents(Ledger(), Timeline())
    leaves_evenly = False
    admission: Admission | None = None

    def __init__(self, grants: ActiveGrants, live: LiveExchanges, name: str) -> None:
        self.record = AccessRecord("GET", "h", "/", "a", "a", request_id=name)
        self.record.plan_id = "p"
        self.told: list[tuple[str, int | None]] = []
        self.outcome: Outcome | None = None
        self._grants, self._live = grants, live
        live.began(self)

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Take note."""
        after = None if ends_at_ms is None else ends_at_ms - NOW_MS
        self.told.append((reason, after))

    def end(self, outcome: Outcome, key: str | None = None) -> None:
        """End."""
        self.outcome = outcome
        self.leave()

    def leave(self) -> None:
        """End the exchange."""
        self._grants.remove(self)
        self._live.ended(self)


class GrantsCase(SynchronousTestCase):
    warns = False

    def setUp(self) -> None:
        """Begin without exchanges, with a clock that the test advances."""
        self.clock = Clock()
        self.live = LiveExchanges()
        self.grants = ActiveGrants(
            cast(Any, self.clock),
            lambda: NOW_MS + round(self.clock.seconds() * 1000),
            self.live,
            challenge_ms=5_000,
            warns=self.warns,
        )

    def holder(self, name: str, **grants: int | None) -> GrantHolder:
        """Admit an exchange, with grants that end after a number of milliseconds."""
        holder = GrantHolder(self.grants, self.live, name)
        self.grants.add(
            holder,
            [
                Grant(key, None if after is None else NOW_MS + after)
                for key, after in grants.items()
            ],
        )
        return holder

    def pass_ms(self, ms: int) -> None:
        """Advance the clock in steps that floats represent exactly."""
        self.clock.pump([0.125] * (ms // 125))


class ExpiryTests(GrantsCase):
    def test_told_before_it_ends(self) -> None:
        """The exchange is notified once, at the configured time before the end."""
        holder = self.holder("a", key=20_000, sub=None)
        self.pass_ms(14_875)
        self.assertEqual(holder.told, [])
        self.pass_ms(125)
        self.assertEqual(holder.told, [("expiring", 20_000)])
        self.pass_ms(4_875)
        self.assertIsNone(holder.outcome)
        self.pass_ms(125)
        self.assertEqual(holder.outcome, Outcome.EXPIRED)
        self.assertEqual(len(holder.told), 1)
        self.assertEqual((len(self.grants), self.clock.getDelayedCalls()), (0, []))

    def test_another_time(self) -> None:
        """It applies to the exchanges under way; each is notified once."""
        one, two = self.holder("a", key=20_000), self.holder("b", key=20_000)
        self.pass_ms(1_000)
        for challenge_ms in (10_000, 2_000, 10_000):
            self.grants.take(challenge_ms, warns=False)
        self.pass_ms(8_875)
        self.assertEqual(one.told, [])
        self.pass_ms(125)
        self.grants.take(12_000, warns=True)
        self.pass_ms(10_000)
        for holder in (one, two):
            self.assertEqual(holder.told, [("expiring", 20_000), ("expired", None)])
            self.assertIsNone(holder.outcome)

    def test_the_first_that_ends(self) -> None:
        """The grant that ends first ends the exchange."""
        holder = self.holder("a", key=9_000, sub=6_000)
        self.pass_ms(6_000)
        self.assertEqual(holder.outcome, Outcome.EXPIRED)

    def test_moved(self) -> None:
        """An end that is moved counts from then on, to either side."""
        later, sooner = self.holder("a", one=6_000), self.holder("b", two=None)
        self.pass_ms(2_000)
        self.grants.moved(Grant("one", NOW_MS + 30_000))
        self.grants.moved(Grant("two", NOW_MS + 3_000))
        self.grants.moved(Grant("three", NOW_MS))
        self.pass_ms(1_000)
        self.assertEqual((later.outcome, sooner.outcome), (None, Outcome.EXPIRED))
        self.pass_ms(26_875)
        self.assertIsNone(later.outcome)
        self.pass_ms(125)
        self.assertEqual(later.outcome, Outcome.EXPIRED)

    def test_never(self) -> None:
        """A grant without an end sets no timer."""
        self.holder("a", key=None)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_the_clock_is_set(self) -> None:
        """An end that comes nearer at a stroke is seen within a second."""
        ahead = 0
        self.grants._wall_ms = lambda: (
            NOW_MS + ahead + round(self.clock.seconds() * 1000)
        )
        holder = self.holder("a", key=86_400_000)
        ahead = 86_400_000
        self.pass_ms(1_000)
        self.assertEqual(holder.outcome, Outcome.EXPIRED)

    def test_one_timer(self) -> None:
        """All grants share one timer, and exchanges that have ended are not kept."""
        for number in range(3_000):
            self.holder(str(number), key=86_400_000 + number).leave()
        self.holder("last", key=86_400_000)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.assertLess(len(self.grants._due), 100)
        self.assertEqual(len(self.grants._by_key), 1)


class RevocationTests(GrantsCase):
    def test_who_rests_on_it(self) -> None:
        """A revocation ends the exchanges with the grant at once, and no others."""
        mine, other = self.holder("a", key=None, sub=None), self.holder("b", sub=None)
        self.grants.revoked("key")
        self.grants.revoked("none")
        self.clock.advance(0)
        self.assertEqual((mine.outcome, other.outcome), (Outcome.REVOKED, None))

    def test_some_at_a_time(self) -> None:
        """The others that the reactor serves have their turns between."""
        holders = [self.holder(str(number), key=None) for number in range(250)]
        left: list[int] = []
        self.grants.revoked("key")
        self.clock.callLater(
            0, lambda: left.append(sum(holder.outcome is None for holder in holders))
        )
        self.clock.advance(0)
        self.assertEqual(left, [250 - AT_ONCE])
        self.assertEqual({holder.outcome for holder in holders}, {Outcome.REVOKED})

    def test_one_that_fails(self) -> None:
        """The others end all the same, and those who come to their end later."""

        def fail(outcome: Outcome, key: str | None = None) -> None:
            raise ZeroDivisionError

        failing, other = self.holder("a", key=None), self.holder("b", key=None)
        late = self.holder("c", sub=6_000)
        failing.end = fail  # type: ignore[method-assign]
        self.grants.revoked("key")
        self.pass_ms(6_000)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(other.outcome, Outcome.REVOKED)
        self.assertEqual(late.outcome, Outcome.EXPIRED)

    def test_plan_closed(self) -> None:
        """All that it has let in end, keyless ones, too."""
        holder = GrantHolder(self.grants, self.live, "keyless")
        other = GrantHolder(self.grants, self.live, "other")
        other.record.plan_id = "q"
        self.grants.plan_closed("p")
        self.clock.advance(0)
        self.assertEqual((holder.outcome, other.outcome), (Outcome.REVOKED, None))


class RenewalTests(GrantsCase):
    def test_renewed(self) -> None:
        """A renewed exchange depends on its new grants only."""
        holder = self.holder("a", old=6_000)
        self.pass_ms(2_000)
        self.assertEqual(holder.told, [("expiring", 6_000)])
        self.assertIs(self.grants.find("a"), holder)
        self.grants.renew(holder, [Grant("new", NOW_MS + 12_000)])
        self.grants.revoked("old")
        self.pass_ms(5_000)
        self.assertIsNone(holder.outcome)
        self.assertEqual(holder.told, [("expiring", 6_000), ("expiring", 12_000)])
        self.grants.revoked("new")
        self.clock.advance(0)
        self.assertEqual(holder.outcome, Outcome.REVOKED)
        self.assertIsNone(self.grants.find("a"))


class WarningTests(GrantsCase):
    warns = True

    def test_they_stay(self) -> None:
        """In the warning mode exchanges are notified and logged, and continue."""
        expired, revoked = self.holder("a", one=6_000), self.holder("b", two=None)
        with capturedLogs() as events:
            self.pass_ms(6_000)
            self.grants.revoked("two")
            self.pass_ms(6_000)
        self.assertEqual(expired.told, [("expiring", None), ("expired", None)])
        self.assertEqual(revoked.told, [("revoked", None)])
        self.assertEqual((expired.outcome, revoked.outcome), (None, None))
        self.assertEqual([event["request_id"] for event in events], ["a", "b"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
