"""A caller with a valid token of a subscribed client is admitted, and no other."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from joserfc.jwk import OctKey
from OpenSSL import crypto
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.consumers.certificates import thumbprint
from relay.model.consumers.records import Entitlement
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.jwt import INSUFFICIENT, INVALID, NO_KEYS, UNBOUND, jwt_plan
from relay.plans.tokens.bearer import SEVERAL
from relay.plans.tokens.key_sets import RETRY_MS
from relay.plans.verdict import UNRESOLVED, Admission, Verdict
from tests.pki import Authority
from tests.plans.callers import caller, plan_context
from tests.plans.issuer import (
    NOW_S,
    good_claims,
    make_key,
    public_jwk,
    public_pem,
    sign,
    token,
)
from tests.plans.tokens.test_token import forged

NOW_MS = NOW_S * 1000
URL = "https://idp.example/keys"


class JwtCase(SynchronousTestCase):
    """A plan of one subscribed client, ``client-1``."""

    def setUp(self) -> None:
        """Know the subscription."""
        self.clock = Clock()
        self.consumers = Consumers()
        self.asked: list[Deferred[OutboundAnswer]] = []
        self.subscribe()

    def subscribe(self, client: str = "client-1", **dates: int) -> None:
        """Set the subscription."""
        starts, ends = dates.get("starts"), dates.get("ends")
        one = Entitlement("sub", "api-1", "p", "app", starts, ends, (), client)
        self.consumers.apply({"sub": one})

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take note of a fetch."""
        self.assertEqual(request.url, URL)
        answer: Deferred[OutboundAnswer] = Deferred()
        self.asked.append(answer)
        return answer

    def plan(self, now_ms: int = NOW_MS, **options: Any) -> Any:
        """Make the plan ready; it has the key 0 of its signature."""
        signature = options.setdefault("signature", "RSA_RS256")
        options.setdefault("resolverParameter", public_pem(make_key(signature)))
        context = plan_context(
            self.consumers, now_ms, reactor=self.clock, outbound=self
        )
        security = {"type": "JWT", "configuration": options}
        return jwt_plan.build({"id": "p", "security": security}, context)

    def asked_with(
        self, text: str, plan: Any = None, asking: Caller | None = None
    ) -> Any:
        """Bring a token; None when the plan is not for the caller."""
        asking = asking or caller(authorization=f"Bearer {text}")
        plan = plan or self.plan()
        credential = plan.find(asking)
        return None if credential is None else plan.admit(asking, credential)

    def admitted(self, verdict: Any) -> Admission:
        """Assert that the caller was admitted."""
        self.assertIsInstance(verdict, Admission)
        assert isinstance(verdict, Admission)
        return verdict


class AdmissionTests(JwtCase):
    def test_let_in(self) -> None:
        """A caller is admitted until the token or the subscription ends."""
        self.subscribe(ends=NOW_MS + 9_000_000)
        admission = self.admitted(self.asked_with(token()))
        self.assertEqual(admission.plan_id, "p")
        self.assertEqual(admission.application_id, "app")
        self.assertEqual(admission.subscription_id, "sub")
        self.assertEqual(
            admission.consumer, self.consumers.with_client("p", "client-1")
        )
        subscription, client, held = admission.grants
        self.assertEqual(subscription.key, "subscription:sub:p")
        self.assertEqual(subscription.expires_at_ms, NOW_MS + 9_000_000)
        self.assertEqual(client.key, "client:sub:client-1")
        self.assertEqual(held.expires_at_ms, NOW_MS + 3_600_000 + 60_000)
        self.assertNotIn(token(), held.key)

    def test_attributes(self) -> None:
        """
        Expressions see the client and the user, and all claims if the plan says so.
        """
        attributes = self.admitted(self.asked_with(token())).attributes
        self.assertEqual(attributes, {"oauth.client_id": "client-1", "user": "alice"})
        plan = self.plan(extractClaims=True, userClaim="name.first")
        text = token(name={"first": "Alice"})
        attributes = self.admitted(self.asked_with(text, plan)).attributes
        self.assertEqual(attributes["user"], "Alice")
        self.assertEqual(attributes["jwt.claims"]["name"], {"first": "Alice"})

    def test_selection(self) -> None:
        """A rule may use the claims before the token is verified."""
        credential = self.plan().find(caller(authorization=f"Bearer {token()}"))
        assert credential is not None
        self.assertEqual(credential.attributes["jwt"]["claims"]["sub"], "alice")
        self.assertNotIn("alice", repr(credential))

    def test_query(self) -> None:
        """A client that cannot set headers sends it in the query, where it ends."""
        text = token()
        asking = caller(b"a=1&access_token=" + text.encode() + b"&b=2")
        plan = self.plan()
        self.admitted(self.asked_with("", plan, asking))
        plan.strip(asking)
        self.assertEqual(asking.target.query, b"a=1&b=2")
        self.assertEqual(plan.parameters, {"access_token"})

    def test_both_places(self) -> None:
        """One token in both places is accepted; two different tokens are refused."""
        plan = self.plan()
        for asking in (
            caller(b"access_token=x", authorization=f"Bearer {token()}"),
            caller(b"access_token=" + token().encode(), authorization="Bearer x"),
        ):
            self.assertEqual(self.asked_with("", plan, asking), SEVERAL)
        query = b"access_token=" + token().encode()
        asking = caller(query, authorization=f"bearer  {token()}")
        self.admitted(self.asked_with("", plan, asking))
        plan.strip(asking)
        self.assertIsNone(asking.target.query)
        self.assertEqual(asking.header(b"authorization"), f"bearer  {token()}")

    def test_not_propagated(self) -> None:
        """The header is removed only if the plan says so."""
        asking = caller(authorization=f"Bearer {token()}")
        self.plan(propagateAuthHeader=False).strip(asking)
        self.assertIsNone(asking.header(b"authorization"))

    def test_no_token(self) -> None:
        """Credentials of other schemes are ignored."""
        plan = self.plan()
        for asking in (
            caller(),
            caller(authorization="Basic YTpi"),
            caller(authorization=token()),
            caller(b"access=x"),
        ):
            self.assertIsNone(plan.find(asking))
        self.assertEqual(plan.challenge, b'Bearer realm="Relay"')


class SubscriptionTests(JwtCase):
    """The subscription of a token."""

    def test_unknown_clients(self) -> None:
        """A good token of a client that has not subscribed is not good enough."""
        for members in (
            {"azp": "client-2"},
            {"azp": None, "aud": "client-2"},
            {"azp": None, "aud": None},
            {"azp": ["client-2", "client-1"]},
        ):
            self.assertEqual(self.asked_with(token(**members)), UNRESOLVED, members)

    def test_where_the_client_stands(self) -> None:
        """The client is in azp, aud or client_id, or in the configured claim."""
        for members in (
            {"azp": None, "aud": ["client-1", "x"]},
            {"azp": None, "aud": None, "client_id": "client-1"},
        ):
            self.admitted(self.asked_with(token(**members)))
        plan = self.plan(clientIdClaim="app.id")
        self.admitted(self.asked_with(token(azp=None, app={"id": "client-1"}), plan))
        self.assertEqual(self.asked_with(token(), plan), UNRESOLVED)

    def test_not_in_force(self) -> None:
        """A subscription that has not begun, or has ended."""
        self.subscribe(starts=NOW_MS + 1)
        self.assertEqual(self.asked_with(token()), UNRESOLVED)
        self.subscribe(ends=NOW_MS)
        self.assertEqual(self.asked_with(token()), UNRESOLVED)

    def test_another_plan(self) -> None:
        """A subscription to one plan opens no other."""
        one = Entitlement("sub", "api-1", "q", "app", None, None, (), "client-1")
        self.consumers.apply({"sub": one})
        self.assertEqual(self.asked_with(token()), UNRESOLVED)


class TokenTests(JwtCase):
    """The validity of a token."""

    def test_forged(self) -> None:
        """Every forged token is refused, with a given key and with fetched keys."""
        plan = self.plan()
        by_url = self.plan(publicKeyResolver="JWKS_URL", resolverParameter=URL)
        first = self.asked_with(token(header={"kid": "k"}), by_url)
        body = json.dumps({"keys": [public_jwk(make_key("RSA_RS256"), kid="k")]})
        self.asked[-1].callback(OutboundAnswer(200, Headers(), body.encode()))
        self.admitted(self.successResultOf(first))
        for name, text in forged():
            if text.strip() in ("", token()):
                # No header holds such a thing.
                continue
            verdict = self.asked_with(text, plan)
            self.assertIn(verdict, (INVALID, UNRESOLVED), name)
            verdict = self.asked_with(text, by_url)
            if isinstance(verdict, Deferred):
                verdict = self.successResultOf(verdict)
            self.assertIn(verdict, (INVALID, UNRESOLVED), name)
        self.assertEqual(len(self.asked), 1, "no header made us fetch anything")

    def test_times(self) -> None:
        """Expired, early, or without an end where there has to be one."""
        for options, members, good in (
            ({}, {"exp": NOW_S - 59}, True),
            ({}, {"exp": NOW_S - 60}, False),
            ({"clockSkew": 0}, {"exp": NOW_S + 1}, True),
            ({"clockSkew": 0}, {"exp": NOW_S}, False),
            ({}, {"nbf": NOW_S + 60}, True),
            ({}, {"nbf": NOW_S + 61}, False),
            ({}, {"exp": None}, True),
            ({"requireExpiration": True}, {"exp": None}, False),
            ({}, {"exp": "2999"}, False),
            ({}, {"exp": 1e300}, False),
            ({}, {"exp": -1}, False),
            ({}, {"nbf": True}, False),
        ):
            verdict = self.asked_with(token(**members), self.plan(**options))
            expected = Admission if good else type(INVALID)
            self.assertIsInstance(verdict, expected, (options, members))
            if not good:
                self.assertEqual(verdict, INVALID)

    def test_without_an_end(self) -> None:
        """Such a token is good for ever, as far as the plan lets it."""
        admission = self.admitted(self.asked_with(token(exp=None)))
        self.assertIsNone(admission.grants[-1].expires_at_ms)

    def test_issuer_and_audience(self) -> None:
        """Issuer and audience are checked only if the plan names them."""
        plan = self.plan(
            expectedIssuers=["https://idp.example/", "https://b/"],
            expectedAudiences=["relay", "events"],
        )
        for members, good in (
            ({}, True),
            ({"iss": "https://b/"}, True),
            ({"aud": ["x", "events"]}, True),
            ({"iss": "https://idp.example"}, False),
            ({"iss": None}, False),
            ({"iss": ["https://b/"]}, False),
            ({"aud": "rel"}, False),
            ({"aud": None}, False),
            ({"aud": []}, False),
            ({"aud": {"relay": 1}}, False),
            ({"aud": [["relay"]]}, False),
        ):
            verdict = self.asked_with(token(**members), plan)
            self.assertEqual(isinstance(verdict, Admission), good, members)

    def test_types(self) -> None:
        """The header typ, where the plan looks at it."""
        for rule, typ, good in (
            ({"enabled": False}, "anything", True),
            ({"enabled": True}, "JWT", True),
            ({"enabled": True}, "jwt", False),
            ({"enabled": True, "ignoreCase": True}, "jwt", True),
            ({"enabled": True, "expectedValues": ["at+jwt"]}, "at+jwt", True),
            ({"enabled": True, "expectedValues": ["at+jwt"]}, "JWT", False),
            ({"enabled": True}, None, False),
            ({"enabled": True, "ignoreMissing": True}, None, True),
            ({"enabled": True, "ignoreMissing": True}, 5, False),
        ):
            header = {"alg": "RS256"} if typ is None else {"alg": "RS256", "typ": typ}
            text = sign(make_key("RSA_RS256"), header, good_claims())
            verdict = self.asked_with(text, self.plan(tokenTypValidation=rule))
            self.assertEqual(isinstance(verdict, Admission), good, (rule, typ))

    def test_scopes(self) -> None:
        """All that are required, or one of them; only if they are checked."""
        required = {"requiredScopes": ["read", "admin"]}
        checked = {**required, "checkRequiredScopes": True}
        for options, members, good in (
            (required, {}, True),
            (checked, {}, False),
            (checked, {"scope": "admin read more"}, True),
            (checked, {"scope": None, "scp": ["admin", "read"]}, True),
            ({**checked, "modeStrict": False}, {}, True),
            ({**checked, "modeStrict": False}, {"scope": "write"}, False),
            ({"checkRequiredScopes": True}, {"scope": None}, True),
        ):
            verdict = self.asked_with(token(**members), self.plan(**options))
            if good:
                self.admitted(verdict)
            else:
                self.assertEqual(verdict, INSUFFICIENT, members)

    def test_secrets(self) -> None:
        """An HMAC plan takes tokens of its secret, and of no other."""
        plan = self.plan(signature="HMAC_HS256")
        self.admitted(self.asked_with(token("HMAC_HS256"), plan))
        self.assertEqual(self.asked_with(token("HMAC_HS256", number=1), plan), INVALID)
        self.assertEqual(self.asked_with(token("HMAC_HS512"), plan), INVALID)
        self.assertIsInstance(make_key("HMAC_HS256"), OctKey)


class KeyTests(JwtCase):
    """Keys that are fetched."""

    def by_url(self) -> Any:
        """Make such a plan ready."""
        return self.plan(publicKeyResolver="JWKS_URL", resolverParameter=URL)

    def test_fetched_once(self) -> None:
        """The first caller waits, later ones do not."""
        plan = self.by_url()
        verdict = self.asked_with(token(), plan)
        assert isinstance(verdict, Deferred)
        body = json.dumps({"keys": [public_jwk(make_key("RSA_RS256"))]})
        self.asked[0].callback(OutboundAnswer(200, Headers(), body.encode()))
        self.admitted(self.successResultOf(verdict))
        self.admitted(self.asked_with(token(), plan))
        self.assertEqual(self.asked_with(token(number=1), plan), INVALID)
        self.assertEqual(len(self.asked), 1)

    def test_a_signature_that_fails_under_a_kept_key_has_the_set_fetched_again(
        self,
    ) -> None:
        """An issuer may replace a key under the same name."""
        plan = self.by_url()
        header = {"kid": "k"}
        old, new = token(header=header), token(number=1, header=header)
        waiting = self.asked_with(old, plan)
        body = json.dumps({"keys": [public_jwk(make_key("RSA_RS256"), kid="k")]})
        self.asked[0].callback(OutboundAnswer(200, Headers(), body.encode()))
        self.admitted(self.successResultOf(waiting))
        self.assertEqual(self.asked_with(new, plan), INVALID, "just fetched")
        self.clock.advance(RETRY_MS / 1000)
        waiting = self.asked_with(new, plan)
        assert isinstance(waiting, Deferred)
        self.admitted(self.asked_with(old, plan))
        body = json.dumps({"keys": [public_jwk(make_key("RSA_RS256", 1), kid="k")]})
        self.asked[1].callback(OutboundAnswer(200, Headers(), body.encode()))
        self.admitted(self.successResultOf(waiting))
        self.assertEqual(self.asked_with(old, plan), INVALID)
        self.assertEqual(len(self.asked), 2)

    def test_unsubscribed_meanwhile(self) -> None:
        """A subscription that ended while keys were fetched admits no caller."""
        plan = self.by_url()
        verdict = self.asked_with(token(), plan)
        assert isinstance(verdict, Deferred)
        self.consumers.apply({"sub": None})
        body = json.dumps({"keys": [public_jwk(make_key("RSA_RS256"))]})
        self.asked[0].callback(OutboundAnswer(200, Headers(), body.encode()))
        self.assertEqual(self.successResultOf(verdict), UNRESOLVED)

    def test_no_keys(self) -> None:
        """Without keys the refusal is a 503, and not a 401."""
        verdict = self.asked_with(token(), self.by_url())
        self.asked[0].errback(OutboundError("refused"))
        self.assertEqual(self.successResultOf(verdict), NO_KEYS)
        self.assertEqual((NO_KEYS.status, NO_KEYS.retry_after_s), (503, 10))

    def test_nothing_is_fetched_for_strangers(self) -> None:
        """No keys are fetched for a token that cannot be valid."""
        plan = self.by_url()
        for text in (token(azp="client-2"), token("HMAC_HS256"), "a.b.c", "x"):
            verdict: Verdict = self.asked_with(text, plan)
            self.assertIn(verdict, (INVALID, UNRESOLVED))
        self.assertEqual(self.asked, [])


class BoundTests(JwtCase):
    """Tokens that are bound to a client certificate."""

    def setUp(self) -> None:
        """Have one certificate, and another."""
        super().setUp()
        authority = Authority()
        self.mine, self.other = authority.client("a"), authority.client("b")
        self.bound = token(cnf={"x5t#S256": thumbprint(self.mine.certificate)})

    def with_tls(self, text: str, certificate: Any) -> Caller:
        """Call over TLS with a certificate, or without one."""

        class Transport:
            def getPeerCertificate(self) -> Any:
                if certificate is None:
                    return None
                return crypto.X509.from_cryptography(certificate)

        asking = caller(authorization=f"Bearer {text}")
        asking.transport = Transport()
        return asking

    def plan_for(self, **rule: Any) -> Any:
        """Make a plan that checks it."""
        ignore = rule.pop("ignoreMissing", False)
        return self.plan(
            confirmationMethodValidation={
                "ignoreMissing": ignore,
                "certificateBoundThumbprint": {"enabled": True, **rule},
            }
        )

    def test_connections(self) -> None:
        """The certificate of the connection must be the one in the token."""
        plan = self.plan_for()
        for text, certificate, good in (
            (self.bound, self.mine.certificate, True),
            (self.bound, self.other.certificate, False),
            (self.bound, None, False),
            (token(), self.mine.certificate, False),
            (token(cnf={"jkt": "x"}), self.mine.certificate, False),
            (token(cnf={"x5t#S256": 5}), self.mine.certificate, False),
            (token(cnf={"x5t#S256": ""}), self.mine.certificate, False),
            (token(cnf="x"), self.mine.certificate, False),
        ):
            verdict = self.asked_with("", plan, self.with_tls(text, certificate))
            if good:
                self.admitted(verdict)
            else:
                self.assertEqual(verdict, UNBOUND)

    def test_unbound_tokens(self) -> None:
        """
        An unbound token is accepted if the plan ignores it; a bound one is checked.
        """
        plan = self.plan_for(ignoreMissing=True)
        self.admitted(self.asked_with(token(), plan))
        self.assertEqual(self.asked_with(self.bound, plan), UNBOUND)

    def test_not_checked(self) -> None:
        """A plan that does not look takes any token, as the reference does."""
        self.admitted(self.asked_with(self.bound))

    def test_proxies(self) -> None:
        """A header counts from a trusted proxy only."""
        plan = self.plan_for(extractCertificateFromHeader=True, headerName="X-Cert")
        for trusted, issued, good in (
            (True, self.mine, True),
            (True, self.other, False),
            (False, self.mine, False),
        ):
            asking = caller(
                authorization=f"Bearer {self.bound}",
                x_cert=quote(issued.certificate_pem),
            )
            asking.trusted = trusted
            verdict = self.asked_with("", plan, asking)
            self.assertEqual(isinstance(verdict, Admission), good)
        asking = self.with_tls(self.bound, self.mine.certificate)
        self.assertEqual(self.asked_with("", plan, asking), UNBOUND)
