"""A caller with the name and the password of a subscription is admitted."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.api_key import digest_of
from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.basic import INVALID, basic_plan
from relay.plans.caller import Caller
from relay.plans.chain import PlanChain
from relay.plans.consumers import Consumers
from relay.plans.keyless import KeylessPlan
from relay.plans.verdict import UNRESOLVED, Admission, Grant, Verdict
from tests.plans.callers import caller, plan_context

PASSWORD = "c2VjcmV0:with-a-colon"
DIGEST = digest_of(PASSWORD)
NOW_MS = 1_000


def knocking(name: str = "sub", password: str = PASSWORD) -> Caller:
    """Come with credentials."""
    pair = b64encode(f"{name}:{password}".encode()).decode()
    return caller(b"a=1", authorization=f"Basic {pair}")


class BasicCase(SynchronousTestCase):
    def setUp(self) -> None:
        """Know one subscription with one password."""
        self.consumers = Consumers()
        self.subscribe(KeyState(DIGEST, None, False))

    def subscribe(self, key: KeyState, plan_id: str = "p", **dates: int) -> Entitlement:
        """Set the subscription."""
        starts, ends = dates.get("starts"), dates.get("ends")
        one = Entitlement("sub", "api-1", plan_id, "app", starts, ends, (key,))
        self.consumers.apply({"sub": one})
        return one

    def plan(self, **options: Any) -> Any:
        """Make the plan ready."""
        context = plan_context(self.consumers, NOW_MS)
        security = {"type": "BASIC", "configuration": options}
        return basic_plan.build({"id": "p", "security": security}, context)

    def verdict(self, asking: Caller, **options: Any) -> Verdict:
        """Ask the plan, as a deployment does."""
        verdict = PlanChain([self.plan(**options)]).admit(asking)
        assert isinstance(verdict, Verdict)
        return verdict


class BasicPlanTests(BasicCase):
    def test_let_in(self) -> None:
        """A caller is admitted until the password or the subscription ends."""
        one = self.subscribe(KeyState(DIGEST, 5_000, False), ends=9_000)
        grants = (
            Grant("subscription:sub:p", 9_000),
            Grant(f"key:sub:{DIGEST}", 5_000),
        )
        asking = knocking()
        self.assertEqual(
            self.verdict(asking),
            Admission("p", "app", "sub", grants, ambient=True, consumer=one),
        )
        self.assertIsNone(asking.header(b"authorization"))
        self.assertEqual(asking.target.query, b"a=1")

    def test_propagated(self) -> None:
        """The source receives the credentials only if the plan says so."""
        asking = knocking()
        before = asking.header(b"authorization")
        verdict = self.verdict(asking, propagateAuthHeader=True)
        self.assertIsInstance(verdict, Admission)
        self.assertEqual(asking.header(b"authorization"), before)

    def test_refused(self) -> None:
        """A refusal has a challenge, and no reason."""
        for asking in (
            caller(),
            knocking(password="wrong"),
            knocking(name="other"),
            knocking(name="SUB"),
            knocking(name=""),
            caller(authorization="Basic"),
            caller(authorization="Basic !"),
            caller(authorization=f"Basic {b64encode(b'sub').decode()}"),
            caller(authorization=f"Bearer {PASSWORD}"),
        ):
            verdict = self.verdict(asking)
            assert not isinstance(verdict, Admission)
            self.assertEqual(verdict.key, UNRESOLVED.key)
            self.assertEqual(
                verdict.challenges, (b'Basic realm="Relay", charset="UTF-8"',)
            )

    def test_not_utf8(self) -> None:
        """Such a password is wrong, and nothing worse."""
        pair = b64encode(b"sub:\xff\xfe").decode()
        verdict = self.verdict(caller(authorization=f"Basic {pair}"))
        self.assertNotIsInstance(verdict, Admission)

    def test_over(self) -> None:
        """A revoked or expired password is refused with that reason."""
        for key in (
            KeyState(DIGEST, None, True),
            KeyState(DIGEST, NOW_MS, False),
        ):
            self.subscribe(key)
            verdict = self.verdict(knocking())
            assert not isinstance(verdict, Admission)
            self.assertEqual((verdict.status, verdict.key), (401, INVALID.key))

    def test_not_in_force(self) -> None:
        """A subscription that has not begun, or is another plan's, opens nothing."""
        key = KeyState(DIGEST, None, False)
        self.subscribe(key, starts=NOW_MS + 1)
        self.assertNotIsInstance(self.verdict(knocking()), Admission)
        self.subscribe(key, plan_id="q")
        self.assertNotIsInstance(self.verdict(knocking()), Admission)


class BesideKeylessTests(BasicCase):
    def test_basic_means_the_plan(self) -> None:
        """A caller with Basic credentials is not admitted by the keyless plan."""
        chain = PlanChain([self.plan(), KeylessPlan("k")])
        nobody = chain.admit(caller())
        assert isinstance(nobody, Admission)
        self.assertEqual(nobody.plan_id, "k")
        somebody = chain.admit(knocking())
        assert isinstance(somebody, Admission)
        self.assertEqual(somebody.plan_id, "p")
        self.assertNotIsInstance(chain.admit(knocking("source", "own")), Admission)
        other = caller(authorization="Digest x")
        self.assertIsInstance(chain.admit(other), Admission)
        self.assertEqual(other.header(b"authorization"), "Digest x")
