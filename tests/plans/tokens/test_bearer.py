"""Bearer tokens: where they are looked for, and whom they let in."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Never

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.records import Entitlement
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.interfaces import Credential
from relay.plans.protected_resource import ProtectedResource
from relay.plans.tokens.bearer import (
    BearerPlan,
    TokenOptions,
    admission,
    bearer_token,
    has_several,
)
from relay.plans.verdict import Grant
from tests.plans.callers import caller, plan_context

ONE = Entitlement("sub", "api-1", "plan", "app", None, None, (), "client-1")


class AnyPlan(BearerPlan):
    """A plan that is given the client's id."""

    def find(self, caller: Caller) -> Never:
        """Not called in these tests."""
        raise AssertionError(caller)

    def admit(self, caller: Caller, credential: Credential) -> Never:
        """Not called in these tests."""
        raise AssertionError(caller)

    def subscribed(self, client_id: str | None) -> Entitlement | None:
        """Find the subscription."""
        return self._subscribed(client_id)


def plan(consumers: Consumers, now_ms: int = 0, propagates: bool = False) -> AnyPlan:
    """Make a plan."""
    options = TokenOptions(propagate_auth_header=propagates)
    return AnyPlan("plan", plan_context(consumers, now_ms), options)


class TokenTests(SynchronousTestCase):
    """The token of a request."""

    def test_where_it_is_looked_for(self) -> None:
        """
        A token is in the header or in the query; two different ones are a list, which
        no plan accepts.
        """
        for query, headers, token in (
            (None, {}, None),
            (b"a=1", {"Authorization": "Basic abc"}, None),
            (None, {"Authorization": "Bearer abc"}, "abc"),
            (None, {"Authorization": "bearer  abc "}, "abc"),
            (None, {"Authorization": "Bearer"}, ""),
            (b"access_token=abc", {}, "abc"),
            (b"access_token=abc", {"Authorization": "Bearer abc"}, "abc"),
            (b"access_token=abc", {"Authorization": "Bearer other"}, "other, abc"),
            (b"access_token=a&access_token=b", {}, "a, b"),
            (b"access_token=abc", {"Authorization": "Basic abc"}, "abc"),
        ):
            asking = caller(query, **headers)
            found = bearer_token(asking)
            self.assertEqual(found, token, (query, headers))
            several = token in ("other, abc", "a, b")
            self.assertIs(has_several(asking, token or ""), several, token)

    def test_several(self) -> None:
        """Credentials that are joined, unlike a list in one place."""
        asking = caller(Authorization="Basic a")
        asking.headers.addRawHeader(b"authorization", b"Bearer b")
        self.assertTrue(has_several(asking, bearer_token(asking) or ""))
        for query, headers in (
            (None, {"Authorization": "Bearer a, b"}),
            (b"access_token=a,%20b", {}),
            (b"access_token=a,%20b", {"Authorization": "Bearer a, b"}),
        ):
            asking = caller(query, **headers)
            self.assertFalse(has_several(asking, bearer_token(asking) or ""))

    def test_what_goes_upstream(self) -> None:
        """The parameter never does, the header when it is wanted."""
        for propagates in (True, False):
            who = caller(b"a=1&access_token=abc&b", Authorization="Bearer abc")
            plan(Consumers(), propagates=propagates).strip(who)
            self.assertEqual(who.target.query, b"a=1&b")
            self.assertIs(who.headers.hasHeader(b"authorization"), propagates)


class MetadataTests(SynchronousTestCase):
    def resource(
        self, issuer: str | None, **members: object
    ) -> ProtectedResource | None:
        """Return what a plan advertises."""
        options = TokenOptions.read({"requiredScopes": ["a", "b"], **members})
        context = plan_context(Consumers())
        return AnyPlan("plan", context, options, issuer).resource

    def test_servers(self) -> None:
        """Those of the plan, or the issuer; with an empty list none."""
        own = ["https://a.example", "https://b.example/x"]
        issuer = "https://idp.example"
        cases: tuple[tuple[object, str | None, list[str] | None], ...] = (
            ({"authorizationServers": own}, None, own),
            ({"authorizationServers": own}, issuer, own),
            ({"authorizationServers": []}, issuer, None),
            ({}, issuer, [issuer]),
            (None, issuer, [issuer]),
            (None, None, None),
        )
        for configured, derived, servers in cases:
            resource = self.resource(derived, protectedResourceMetadata=configured)
            if servers is None:
                self.assertIsNone(resource, configured)
                continue
            self.assertEqual(
                resource, ProtectedResource(tuple(servers), ("a", "b")), configured
            )


class SubscribedTests(SynchronousTestCase):
    """The subscription of a token's client."""

    def found(self, client_id: str | None, one: Entitlement, now_ms: int = 0) -> bool:
        """Whether a client is subscribed."""
        consumers = Consumers()
        consumers.apply({one.subscription_id: one})
        return plan(consumers, now_ms).subscribed(client_id) == one

    def test_whose(self) -> None:
        """The subscription is that of the token's client to this plan."""
        self.assertTrue(self.found("client-1", ONE))
        self.assertFalse(self.found("client-2", ONE))
        self.assertFalse(self.found(None, ONE))
        self.assertFalse(self.found("client-1", replace(ONE, plan_id="other")))

    def test_when(self) -> None:
        """A subscription is valid from its start to its end."""
        timed = replace(ONE, starts_at_ms=100, ends_at_ms=200)
        for now_ms, there in ((99, False), (100, True), (199, True), (200, False)):
            self.assertIs(self.found("client-1", timed, now_ms), there, now_ms)


class AdmissionTests(SynchronousTestCase):
    """The admission of a client, and its duration."""

    def test_what_it_rests_on(self) -> None:
        """The subscription, the client and the token, of which a digest is kept."""
        let_in = admission(ONE, "secret", 5000, {"jwt.claims": {}})
        self.assertEqual(
            (let_in.plan_id, let_in.application_id, let_in.subscription_id),
            ("plan", "app", "sub"),
        )
        digest = hashlib.sha256(b"secret").hexdigest()
        *others, token = let_in.grants
        self.assertEqual(token, Grant(f"token:{digest}", 5000))
        self.assertEqual(len(others), 2)
        self.assertEqual(len({grant.key for grant in let_in.grants}), 3)
        self.assertNotIn("secret", repr(let_in))
