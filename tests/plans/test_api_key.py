"""A caller with a valid key is admitted."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.api_key import digest_of
from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.api_key import INVALID, ApiKeyPlan, api_key_plan
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.verdict import UNRESOLVED, Admission, Grant, Verdict
from relay.settings.gateway import GatewaySettings
from tests.plans.callers import caller, plan_context

KEY = "c2VjcmV0"
DIGEST = digest_of(KEY)
NOW_MS = 1_000


class ApiKeyCase(SynchronousTestCase):
    def setUp(self) -> None:
        """Know one subscription with one key."""
        self.consumers = Consumers()
        self.subscribe(KeyState(DIGEST, None, False))

    def subscribe(self, key: KeyState, plan_id: str = "p", **dates: int) -> Entitlement:
        """Set the subscription."""
        starts, ends = dates.get("starts"), dates.get("ends")
        one = Entitlement("sub", "api-1", plan_id, "app", starts, ends, (key,))
        self.consumers.apply({"sub": one})
        return one

    def plan(self, settings: GatewaySettings | None = None, **options: Any) -> Any:
        """Make the plan ready."""
        context = plan_context(
            self.consumers, NOW_MS, settings=settings or GatewaySettings()
        )
        security = {"type": "API_KEY", "configuration": options}
        return api_key_plan.build({"id": "p", "security": security}, context)

    def asked(self, plan: ApiKeyPlan, asking: Caller) -> Verdict | None:
        """Ask a plan, as the chain does; None when it is not for the caller."""
        credential = plan.find(asking)
        if credential is None:
            return None
        verdict = plan.admit(asking, credential)
        if isinstance(verdict, Admission):
            plan.strip(asking)
        return verdict


class PlaceTests(ApiKeyCase):
    """The places of a key in a request."""

    def test_header_or_parameter(self) -> None:
        """By default a key is a header or a parameter; both are removed."""
        both = KEY.encode()
        asking = caller(b"api-key=" + both + b"&a=1", x_gravitee_api_key=KEY)
        self.assertIsInstance(self.asked(self.plan(), asking), Admission)
        self.assertEqual(asking.target.query, b"a=1")
        self.assertIsNone(asking.header(b"x-gravitee-api-key"))
        for asking in (
            caller(b"api-key=wrong", x_gravitee_api_key=KEY),
            caller(b"api-key=" + both, x_gravitee_api_key="wrong"),
            caller(b"api-key=", x_gravitee_api_key=KEY),
            caller(b"api-key=" + both, x_gravitee_api_key=""),
        ):
            self.assertEqual(self.asked(self.plan(), asking), UNRESOLVED)
        asking = caller(b"a=1&api-key=" + both)
        self.assertIsInstance(self.asked(self.plan(), asking), Admission)
        self.assertEqual(asking.target.query, b"a=1")

    def test_one_place(self) -> None:
        """A key in another place than the configured one is ignored."""
        places = {
            "HEADER": caller(x_gravitee_api_key=KEY),
            "BEARER": caller(authorization=f"Bearer {KEY}"),
            "QUERY_PARAMETER": caller(b"api-key=" + KEY.encode()),
        }
        for source in places:
            plan = self.plan(source=source)
            for place, asking in places.items():
                if place != source:
                    self.assertIsNone(self.asked(plan, asking), (source, place))
        for source, asking in places.items():
            self.assertIsInstance(
                self.asked(self.plan(source=source), asking), Admission, source
            )
            self.assertEqual(list(asking.headers.getAllRawHeaders()), [], source)
            self.assertIsNone(asking.target.query, source)

    def test_names(self) -> None:
        """The names are those of the gateway, or of the plan."""
        settings = GatewaySettings(api_key_header="X-Key", api_key_parameter="key")
        plan = self.plan(settings)
        self.assertIsInstance(self.asked(plan, caller(x_key=KEY)), Admission)
        asking = caller(b"key=" + KEY.encode())
        self.assertIsInstance(self.asked(plan, asking), Admission)
        self.assertEqual(plan.parameters, {"key"})
        own = {"enableCustomApiKeyHeader": True, "apiKeyHeader": "X-Mine"}
        self.assertIsInstance(
            self.asked(self.plan(settings, **own), caller(x_mine=KEY)), Admission
        )
        own["enableCustomApiKeyHeader"] = False
        self.assertIsNone(self.asked(self.plan(settings, **own), caller(x_mine=KEY)))

    def test_propagated(self) -> None:
        """The source receives the key only if the plan says so."""
        plan = self.plan(propagateApiKey=True)
        asking = caller(b"api-key=" + KEY.encode(), x_gravitee_api_key=KEY)
        self.assertIsInstance(self.asked(plan, asking), Admission)
        self.assertEqual(asking.target.query, b"api-key=" + KEY.encode())
        self.assertEqual(asking.header(b"x-gravitee-api-key"), KEY)
        self.assertEqual(plan.parameters, {"api-key"})

    def test_logs(self) -> None:
        """A plan that does not read the parameter has nothing to conceal."""
        self.assertEqual(self.plan(source="HEADER").parameters, frozenset())

    def test_challenge(self) -> None:
        """The scheme of the header, if it has one."""
        self.assertEqual(self.plan().challenge, b'ApiKey realm="Relay"')
        self.assertEqual(self.plan(source="BEARER").challenge, b'Bearer realm="Relay"')


class KeyTests(ApiKeyCase):
    """The validity of a key."""

    def verdict(self) -> Verdict | None:
        """Come with the key."""
        return self.asked(self.plan(), caller(x_gravitee_api_key=KEY))

    def test_let_in(self) -> None:
        """A caller is admitted until the key or the subscription ends."""
        one = self.subscribe(KeyState(DIGEST, 5_000, False), ends=9_000)
        self.assertEqual(
            self.verdict(),
            Admission(
                "p",
                "app",
                "sub",
                (
                    Grant("subscription:sub:p", 9_000),
                    Grant(f"key:sub:{DIGEST}", 5_000),
                ),
                consumer=one,
            ),
        )

    def test_no_key_of_ours(self) -> None:
        """An unknown key is refused without a reason."""
        asking = caller(x_gravitee_api_key="other")
        self.assertEqual(self.asked(self.plan(), asking), UNRESOLVED)

    def test_over(self) -> None:
        """A revoked or expired key is refused with that reason."""
        for key in (
            KeyState(DIGEST, None, True),
            KeyState(DIGEST, NOW_MS, False),
        ):
            self.subscribe(key)
            self.assertEqual(self.verdict(), INVALID)
        self.subscribe(KeyState(DIGEST, NOW_MS + 1, False))
        self.assertIsInstance(self.verdict(), Admission)

    def test_dates(self) -> None:
        """A caller is refused before the subscription begins and after it has ended."""
        good = KeyState(DIGEST, None, False)
        self.subscribe(good, starts=NOW_MS + 1)
        self.assertEqual(self.verdict(), UNRESOLVED)
        self.subscribe(good, ends=NOW_MS)
        self.assertEqual(self.verdict(), UNRESOLVED)

    def test_of_another_plan(self) -> None:
        """A key of another plan of the API is left to that plan."""
        self.subscribe(KeyState(DIGEST, None, False), plan_id="other")
        self.assertEqual(self.verdict(), UNRESOLVED)

    def test_nothing_is_shown(self) -> None:
        """The repr contains neither the key nor its digest."""
        credential = self.plan().find(caller(x_gravitee_api_key=KEY))
        self.assertNotIn(KEY, repr(credential))
        self.assertNotIn(DIGEST, repr(credential))
