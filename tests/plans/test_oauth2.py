"""A caller with an active token of a subscribed client is admitted, and no other."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.api.endpoints.ssl_options import SslOptions
from relay.model.consumers.records import Entitlement
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.oauth2 import INSUFFICIENT, INVALID, UNAVAILABLE, oauth2_plan
from relay.plans.tokens.introspection import MAX_PENDING
from relay.plans.verdict import UNRESOLVED, Admission
from tests.plans.callers import caller, plan_context
from tests.plans.issuer import NOW_S

NOW_MS = NOW_S * 1000
RESOURCE = {
    "name": "idp",
    "type": "oauth2",
    "configuration": {
        "authorizationServerUrl": "https://idp.example",
        "clientId": "relay",
        "clientSecret": "hunter2",
    },
}
ACTIVE = {
    "active": True,
    "client_id": "client-1",
    "sub": "alice",
    "scope": "read write",
    "exp": NOW_S + 60,
}


class Oauth2Case(SynchronousTestCase):
    """A plan of one subscribed client, ``client-1``."""

    def setUp(self) -> None:
        """Know the subscription."""
        self.consumers = Consumers()
        self.asked: list[Deferred[OutboundAnswer]] = []
        one = Entitlement("sub", "api-1", "p", "app", None, None, (), "client-1")
        self.consumers.apply({"sub": one})

    def with_ssl(self, ssl: SslOptions) -> Oauth2Case:
        """The options of the resource are taken."""
        self.ssl = ssl
        return self

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take note of a call."""
        answer: Deferred[OutboundAnswer] = Deferred()
        self.asked.append(answer)
        return answer

    def plan(self, resource: dict[str, Any] = RESOURCE, **options: Any) -> Any:
        """Make the plan ready."""
        context = plan_context(
            self.consumers, NOW_MS, outbound=self, resources=[resource]
        )
        security = {
            "type": "OAUTH2",
            "configuration": {"oauthResource": "idp", **options},
        }
        return oauth2_plan.build({"id": "p", "security": security}, context)

    def verdict(self, said: Any, plan: Any = None, asking: Caller | None = None) -> Any:
        """Return the verdict on a token for the server's answer, None for an error."""
        plan = plan or self.plan()
        asking = asking or caller(authorization="Bearer token")
        verdict = plan.admit(asking, plan.find(asking))
        if isinstance(verdict, Deferred):
            if said is None:
                self.asked[-1].errback(OutboundError("refused"))
            else:
                body = json.dumps(said).encode()
                self.asked[-1].callback(OutboundAnswer(200, Headers(), body))
            verdict = self.successResultOf(verdict)
        return verdict

    def admitted(self, verdict: Any) -> Admission:
        """Assert that the caller was admitted."""
        self.assertIsInstance(verdict, Admission)
        assert isinstance(verdict, Admission)
        return verdict


class BuildTests(Oauth2Case):
    def test_resources(self) -> None:
        """The API must have the resource, switched on."""
        for resource in (
            {**RESOURCE, "name": "other"},
            {**RESOURCE, "enabled": False},
        ):
            with self.assertRaises(ValueError) as caught:
                self.plan(resource)
            self.assertIn("[idp]", str(caught.exception))

    def test_tls(self) -> None:
        """The TLS options of the resource apply."""
        configuration = {**RESOURCE["configuration"], "ssl": {"trustAll": True}}  # type: ignore[dict-item]
        self.plan({**RESOURCE, "configuration": configuration})
        self.assertTrue(self.ssl.trust_all)

    def test_challenge(self) -> None:
        """The challenge names the scopes."""
        self.assertEqual(self.plan().challenge, b'Bearer realm="Relay"')
        plan = self.plan(requiredScopes=["a", "b"])
        self.assertEqual(plan.challenge, b'Bearer realm="Relay", scope="a b"')


class AdmissionTests(Oauth2Case):
    def test_let_in(self) -> None:
        """A caller is admitted until the token ends."""
        admission = self.admitted(self.verdict(ACTIVE))
        self.assertEqual(admission.application_id, "app")
        self.assertEqual(admission.grants[-1].expires_at_ms, NOW_MS + 60_000)
        self.assertEqual(
            admission.attributes, {"oauth.client_id": "client-1", "user": "alice"}
        )

    def test_attributes(self) -> None:
        """Expressions see the server's answer if the plan says so."""
        configuration = {**RESOURCE["configuration"], "userClaim": "username"}  # type: ignore[dict-item]
        plan = self.plan(
            {**RESOURCE, "configuration": configuration}, extractPayload=True
        )
        said = {**ACTIVE, "username": "Alice"}
        attributes = self.admitted(self.verdict(said, plan)).attributes
        self.assertEqual(attributes["user"], "Alice")
        self.assertEqual(json.loads(attributes["oauth.payload"]), said)

    def test_refused(self) -> None:
        """
        Inactive, expired and unknown tokens, and those of other clients, are refused.
        """
        for said, expected in (
            ({"active": False}, INVALID),
            ({**ACTIVE, "exp": NOW_S}, INVALID),
            ({**ACTIVE, "exp": "soon"}, INVALID),
            ({**ACTIVE, "nbf": NOW_S + 1}, INVALID),
            ({**ACTIVE, "client_id": "client-2"}, UNRESOLVED),
            ({**ACTIVE, "client_id": None}, UNRESOLVED),
            ({**ACTIVE, "client_id": ["client-2", "client-1"]}, UNRESOLVED),
            ({**ACTIVE, "client_id": {"client-1": 1}}, UNRESOLVED),
            ({"active": True}, UNRESOLVED),
            (None, UNAVAILABLE),
            ([], UNAVAILABLE),
        ):
            self.assertEqual(self.verdict(said), expected, said)

    def test_audience_for_the_client(self) -> None:
        """Some servers name the client in aud only."""
        for aud in ("client-1", ["client-1", "x"]):
            self.admitted(self.verdict({**ACTIVE, "client_id": None, "aud": aud}))

    def test_scopes(self) -> None:
        """All that are required, or one of them, however the server writes them."""
        checked: dict[str, Any] = {
            "checkRequiredScopes": True,
            "requiredScopes": ["read", "admin"],
        }
        for options, scope, good in (
            (checked, "read admin", True),
            (checked, ["admin", "read"], True),
            (checked, "read", False),
            ({**checked, "modeStrict": False}, "read", True),
            ({**checked, "modeStrict": False}, "other", False),
            ({**checked, "checkRequiredScopes": False}, None, True),
        ):
            verdict = self.verdict({**ACTIVE, "scope": scope}, self.plan(**options))
            if good:
                self.admitted(verdict)
            else:
                self.assertEqual(verdict, INSUFFICIENT)

    def test_separator(self) -> None:
        """The resource defines the separator of scopes."""
        configuration = {**RESOURCE["configuration"], "scopeSeparator": ","}  # type: ignore[dict-item]
        plan = self.plan(
            {**RESOURCE, "configuration": configuration},
            checkRequiredScopes=True,
            requiredScopes=["b"],
        )
        self.admitted(self.verdict({**ACTIVE, "scope": "a,b"}, plan))

    def test_query(self) -> None:
        """A client that cannot set headers sends it in the query, where it ends."""
        plan = self.plan(propagateAuthHeader=False)
        asking = caller(b"access_token=token&b=2")
        self.admitted(self.verdict(ACTIVE, plan, asking))
        plan.strip(asking)
        self.assertEqual(asking.target.query, b"b=2")
        asking = caller(authorization="Bearer token")
        plan.strip(asking)
        self.assertIsNone(asking.header(b"authorization"))
        self.assertIsNone(plan.find(caller(authorization="Basic YTpi")))

    def test_what_is_no_token(self) -> None:
        """The server is not asked about an invalid token."""
        for text in ("x" * 20_000, "a\x7fb"):
            self.assertEqual(
                self.verdict(ACTIVE, asking=caller(authorization=f"Bearer {text}")),
                INVALID,
            )
        self.assertEqual(self.asked, [])

    def test_asked_once(self) -> None:
        """The second call with a token comes in at once."""
        plan = self.plan()
        self.admitted(self.verdict(ACTIVE, plan))
        self.admitted(self.verdict(ACTIVE, plan))
        self.assertEqual(len(self.asked), 1)

    def test_too_many(self) -> None:
        """A server that hangs does not collect calls without end."""
        plan = self.plan()
        for number in range(MAX_PENDING):
            asking = caller(authorization=f"Bearer {number}")
            plan.admit(asking, plan.find(asking))
        self.assertEqual(self.verdict(ACTIVE, plan), UNAVAILABLE)
