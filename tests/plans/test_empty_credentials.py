"""Empty and ambiguous credentials fail; they are never none."""

from __future__ import annotations

from typing import Any

from twisted.logger import LogLevel, capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.api_key import digest_of
from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.api_key import api_key_plan
from relay.plans.basic import basic_plan
from relay.plans.caller import Caller
from relay.plans.chain import PlanChain
from relay.plans.consumers import Consumers
from relay.plans.interfaces import Plan
from relay.plans.jwt import jwt_plan
from relay.plans.keyless import KeylessPlan
from relay.plans.mtls import mtls_plan
from relay.plans.oauth2 import oauth2_plan
from relay.plans.verdict import Admission, Denial, Verdict
from tests.plans.callers import TokenPlan, caller, plan_context

KEY = "c2VjcmV0"
OAUTH2 = {
    "name": "idp",
    "type": "oauth2",
    "configuration": {
        "authorizationServerUrl": "https://idp.example",
        "clientId": "relay",
        "clientSecret": "hunter2",
    },
}
GIVEN_KEY = {
    "signature": "HMAC_HS256",
    "publicKeyResolver": "GIVEN_KEY",
    "resolverParameter": "a secret of more than 32 bytes, not base64 !",
}
TYPES: dict[str, tuple[Any, dict[str, Any]]] = {
    "API_KEY": (api_key_plan, {}),
    "BEARER": (api_key_plan, {"source": "BEARER"}),
    "QUERY": (api_key_plan, {"source": "QUERY_PARAMETER"}),
    "BASIC": (basic_plan, {}),
    "JWT": (jwt_plan, GIVEN_KEY),
    "OAUTH2": (oauth2_plan, {"oauthResource": "idp"}),
    "MTLS": (mtls_plan, {}),
}


def plan(name: str) -> Plan:
    """Make a plan ready, to which one application with a key has subscribed."""
    consumers = Consumers()
    key = KeyState(digest_of(KEY), None, False)
    one = Entitlement("sub", "api-1", name, "app", None, None, (key,))
    consumers.apply({"sub": one})
    kind, options = TYPES[name]
    security = {"type": kind.kind.id, "configuration": options}
    context = plan_context(consumers, resources=[OAUTH2])
    made: Plan = kind.build({"id": name, "security": security}, context)
    return made


def beside_keyless(name: str, asking: Caller) -> Verdict:
    """Ask a plan, and a keyless one after it."""
    verdict = PlanChain([plan(name), KeylessPlan("open")], api_id="api-1").admit(asking)
    assert isinstance(verdict, Verdict)
    return verdict


def with_two(name: str, *values: str) -> Caller:
    """Call with two headers of one name."""
    asking = caller()
    for value in values:
        asking.headers.addRawHeader(name.encode(), value.encode())
    return asking


def by_proxy(certificate: str) -> Caller:
    """Call through a proxy that ends TLS."""
    asking = caller(ssl_client_cert=certificate)
    asking.trusted, asking.certificate_header = True, b"ssl-client-cert"
    return asking


class EmptyCredentialTests(SynchronousTestCase):
    """Beside a keyless plan, which would let everybody in without a credential."""

    def assertRefused(self, name: str, asking: Caller, status: int = 401) -> None:
        """Assert that the caller is refused."""
        what = name, list(asking.headers.getAllRawHeaders()), asking.target.query
        verdict = beside_keyless(name, asking)
        assert isinstance(verdict, Denial), what
        self.assertEqual(verdict.status, status, what)

    def test_an_empty_credential_is_one_that_fails(self) -> None:
        """Wherever a plan looks for it."""
        for name in ("API_KEY",):
            self.assertRefused(name, caller(x_gravitee_api_key=""))
            self.assertRefused(name, caller(x_gravitee_api_key=" "))
        for name in ("API_KEY", "QUERY"):
            for query in (b"api-key=", b"api-key", b"a=1&api%2Dkey=&b"):
                self.assertRefused(name, caller(query))
        for name in ("BEARER", "JWT", "OAUTH2"):
            for value in ("Bearer", "Bearer ", "bearer", "Bearer \t"):
                self.assertRefused(name, caller(authorization=value))
        for name in ("JWT", "OAUTH2"):
            for query in (b"access_token=", b"access_token"):
                self.assertRefused(name, caller(query))
        for value in ("Basic", "Basic ", "basic", "Basic Og=="):
            self.assertRefused("BASIC", caller(authorization=value))

    def test_an_empty_authorization_is_none(self) -> None:
        """An empty ``Authorization`` is no credential of any scheme."""
        for name in ("BEARER", "JWT", "OAUTH2", "BASIC"):
            for value in ("", " "):
                verdict = beside_keyless(name, caller(authorization=value))
                self.assertIsInstance(verdict, Admission, name)

    def test_two_credentials_are_one_that_fails(self) -> None:
        """The source might believe the other one."""
        for name, status in (("BEARER", 401), ("JWT", 400), ("OAUTH2", 400)):
            for other in ("Digest x", "", "Bearer x"):
                asking = with_two("authorization", other, "Bearer y")
                self.assertRefused(name, asking, status)
        self.assertRefused("BEARER", with_two("authorization", *[f"Bearer {KEY}"] * 2))
        self.assertRefused("BASIC", with_two("authorization", "Digest x", "Basic y"))
        self.assertRefused("API_KEY", with_two("x-gravitee-api-key", KEY, ""))
        twice = b"api-key=%b&api-key=" % KEY.encode()
        self.assertRefused("QUERY", caller(twice))
        both = caller(b"access_token=b", authorization="Bearer a")
        for name in ("JWT", "OAUTH2"):
            self.assertRefused(name, both, 400)
            verdict = beside_keyless(name, both)
            assert isinstance(verdict, Denial)
            (challenge,) = verdict.challenges
            self.assertIn(b', error="invalid_request"', challenge)

    def test_an_unreadable_certificate_is_one_that_fails(self) -> None:
        """
        An invalid certificate header is refused; an empty one means no certificate.
        """
        self.assertRefused("MTLS", by_proxy("nonsense"))
        self.assertIsInstance(beside_keyless("MTLS", by_proxy("")), Admission)

    def test_a_credential_for_no_plan_is_none(self) -> None:
        """A credential that is for no plan is ignored by a keyless plan."""
        for name, asking in (
            ("API_KEY", caller(authorization="")),
            ("BEARER", caller(b"api-key=", x_gravitee_api_key="")),
            ("BASIC", caller(authorization="Digest x")),
            ("JWT", caller(authorization="Basic eDp5")),
        ):
            self.assertIsInstance(beside_keyless(name, asking), Admission, name)


class ReasonTests(SynchronousTestCase):
    """A refused credential leaves a debug line."""

    def lines(self, name: str, asking: Caller) -> list[str]:
        """Return the log lines of a refusal."""
        with capturedLogs() as events:
            self.assertIsInstance(beside_keyless(name, asking), Denial)
        return [
            event["log_format"].format(**event)
            for event in events
            if event["log_level"] is LogLevel.debug
        ]

    def test_no_credential_at_all(self) -> None:
        """The line names the request, so that the access log leads to it."""
        asking = caller()
        asking.request_id = "request-1"
        chain = PlanChain([TokenPlan("a", "x")], api_id="api-1")
        with capturedLogs() as events:
            self.assertIsInstance(chain.admit(asking), Denial)
        (event,) = events
        self.assertIs(event["log_level"], LogLevel.debug)
        self.assertEqual(
            formatEvent(event),
            "API api-1: request request-1 has no credential of any plan",
        )

    def test_a_debug_line_names_the_plan_and_its_reason_without_the_secret(
        self,
    ) -> None:
        """A debug line names the plan and the reason, without the secret."""
        secret = "tell-nobody"
        for name, asking, reason in (
            ("API_KEY", caller(x_gravitee_api_key=secret), "no subscription"),
            ("BASIC", caller(authorization=f"Basic {secret}"), "in base64"),
            ("JWT", caller(authorization=f"Bearer {secret}"), "compact form"),
            ("OAUTH2", caller(authorization=f"Bearer {secret} x"), "form of a token"),
            ("MTLS", by_proxy(secret), "is no certificate"),
        ):
            (line,) = self.lines(name, asking)
            start = f"API api-1: plan {name} refused the credential of request "
            self.assertTrue(line.startswith(start), line)
            self.assertIn(reason, line)
            self.assertNotIn(secret, line)
