"""The requests to an authorization server."""

from __future__ import annotations

import base64
import json
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.api.resources.oauth2_am_resource import Oauth2AmResource
from relay.model.api.resources.oauth2_resource import Oauth2Resource
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.plans.tokens.introspection import (
    MAX_PENDING,
    Introspection,
    IntrospectionError,
)
from tests.plans.issuer import NOW_S

ACTIVE = {"active": True, "client_id": "client-1", "sub": "alice"}


class IntrospectionCase(SynchronousTestCase):
    """An authorization server and a clock that the test controls."""

    def setUp(self) -> None:
        """A server with all defaults."""
        self.now_ms = NOW_S * 1000
        self.steps_s = 0.0
        self.asked: list[tuple[OutboundRequest, Deferred[OutboundAnswer]]] = []
        self.stage()

    def stage(self, **members: Any) -> None:
        """Ask a server that is configured so."""
        resource = Oauth2Resource.read(
            {
                "authorizationServerUrl": "https://idp.example",
                "clientId": "relay",
                "clientSecret": "hunter2",
                **members,
            }
        )
        self.introspection = Introspection(
            resource,
            self.fetch,
            lambda: self.now_ms,
            lambda: self.now_ms / 1000 + self.steps_s,
        )

    def fetch(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take note."""
        answer: Deferred[OutboundAnswer] = Deferred()
        self.asked.append((request, answer))
        return answer

    def answer(self, said: Any, status: int = 200, number: int = -1) -> None:
        """Answer a call."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.asked[number][1].callback(OutboundAnswer(status, Headers(), body))

    def ask(self, token: str = "t") -> Any:
        """Ask for a token."""
        return self.introspection.ask(token)


class AmTests(IntrospectionCase):
    def test_active(self) -> None:
        """Access Management 2 and later always say whether a token is active."""
        members = {
            "serverURL": "https://am.example",
            "securityDomain": "shop",
            "clientId": "relay",
            "clientSecret": "hunter2",
        }
        for version, admitted in (("V1_X", True), ("V3_X", False)):
            am = Oauth2AmResource.read({**members, "version": version})
            self.introspection = Introspection(
                am.introspection(), self.fetch, lambda: self.now_ms, lambda: 0.0
            )
            for said, expected in (({"client_id": "a"}, admitted), (ACTIVE, True)):
                waiting = self.ask(f"t{len(self.asked)}")
                self.assertTrue(self.asked[-1][0].body.startswith(b"token=t"))
                self.answer(said)
                self.assertEqual(self.successResultOf(waiting) is not None, expected)


class RequestTests(IntrospectionCase):
    def request(self, token: str = "a+b/c=&d", **members: Any) -> OutboundRequest:
        """Return the call that is made for a token."""
        self.stage(**members)
        self.ask(token)
        return self.asked[-1][0]

    def test_defaults(self) -> None:
        """
        The defaults are those of the reference: GET, the token in the query, Basic.
        """
        request = self.request()
        self.assertEqual(
            request.url,
            "https://idp.example/oauth/check_token?token=a%2Bb%2Fc%3D%26d",
        )
        self.assertEqual((request.method, request.body), ("GET", b""))
        basic = base64.b64encode(b"relay:hunter2").decode()
        self.assertIn(("Authorization", f"Basic {basic}"), request.headers)
        self.assertIn(("Accept", "application/json"), request.headers)
        self.assertEqual(request.connect_timeout_ms, 5000)
        self.assertEqual(request.timeout_ms, 10000)

    def test_as_rfc_7662_has_it(self) -> None:
        """POST, with the token in a form."""
        request = self.request(
            introspectionEndpoint="/introspect?tenant=1",
            introspectionEndpointMethod="POST",
            tokenIsSuppliedByQueryParam=False,
            tokenIsSuppliedByFormUrlEncoded=True,
            http={"connectTimeout": 100, "readTimeout": 200},
        )
        self.assertEqual(request.url, "https://idp.example/introspect?tenant=1")
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.body, b"token=a%2Bb%2Fc%3D%26d")
        self.assertIn(
            ("Content-Type", "application/x-www-form-urlencoded"), request.headers
        )
        self.assertEqual((request.connect_timeout_ms, request.timeout_ms), (100, 200))

    def test_other_places(self) -> None:
        """Names of headers and parameters are the definition's."""
        request = self.request(
            "t",
            introspectionEndpoint="/i?a=b",
            tokenQueryParamName="access token",
            tokenIsSuppliedByHttpHeader=True,
            tokenHeaderName="X-Token",
            clientAuthorizationHeaderName="X-Auth",
            clientAuthorizationHeaderScheme="Custom ",
        )
        self.assertTrue(request.url.endswith("/i?a=b&access%20token=t"))
        headers = dict(request.headers)
        self.assertEqual(headers["X-Token"], "t")
        self.assertTrue(headers["X-Auth"].startswith("Custom cmVs"))
        without = dict(self.request(useClientAuthorizationHeader=False).headers)
        self.assertEqual(set(without), {"Accept"})


class AnswerTests(IntrospectionCase):
    def test_active(self) -> None:
        """An active token has all members of the server's answer."""
        found = self.ask()
        self.answer(ACTIVE)
        self.assertEqual(self.successResultOf(found), ACTIVE)

    def test_not_active(self) -> None:
        """Only ``true`` is active; a missing member means inactive."""
        for said, active in (
            ({"active": False}, False),
            ({"active": None}, False),
            ({"active": "false"}, False),
            ({"active": "true"}, False),
            ({"active": 1}, False),
            ({"client_id": "a"}, True),
        ):
            found = self.ask()
            self.answer(said)
            self.assertEqual(self.successResultOf(found), said if active else None)
            self.now_ms += 60_000

    def test_no_answer(self) -> None:
        """An error status, invalid JSON or a failed connection is no decision."""
        for said, status in (
            (ACTIVE, 500),
            (ACTIVE, 400),
            (ACTIVE, 302),
            (b"{", 200),
            (b"[]", 200),
            (b"null", 200),
            (b"[" * 9999, 200),
            (b"\xff", 200),
        ):
            found = self.ask()
            self.answer(said, status)
            self.failureResultOf(found, IntrospectionError)
        found = self.ask()
        self.asked[-1][1].errback(OutboundError("refused"))
        self.failureResultOf(found, IntrospectionError)

    def test_a_defect(self) -> None:
        """An unexpected error is reported to all that wait."""
        found = self.ask()
        self.asked[-1][1].errback(ZeroDivisionError())
        self.failureResultOf(found, IntrospectionError)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class KeptTests(IntrospectionCase):
    """The cache of answers."""

    def learn(self, token: str, **said: Any) -> None:
        """Ask for a token, and answer."""
        found = self.ask(token)
        self.answer({**ACTIVE, **said})
        self.successResultOf(found)

    def knows(self, token: str) -> bool:
        """Whether the answer is there without a call."""
        return not isinstance(self.ask(token), Deferred)

    def test_kept(self) -> None:
        """Each answer is kept for ``cacheTtl``."""
        self.learn("a")
        self.assertTrue(self.knows("a"))
        self.now_ms += 29_999
        self.assertTrue(self.knows("a"))
        self.assertFalse(self.knows("b"))
        self.now_ms += 1
        self.assertFalse(self.knows("a"))

    def test_cache_ttl_runs_on_when_the_wall_clock_is_set_back(self) -> None:
        """A token that was revoked meanwhile is asked for again."""
        self.learn("a")
        self.now_ms -= 3_600_000
        self.steps_s += 3_600 + 30
        self.assertFalse(self.knows("a"))

    def test_no_longer_than_the_token_lives(self) -> None:
        """``exp`` bounds the time in the cache; without a valid one nothing is kept."""
        self.learn("a", exp=NOW_S + 2)
        self.now_ms += 1999
        self.assertTrue(self.knows("a"))
        self.now_ms += 1
        self.assertFalse(self.knows("a"))
        for number, exp in enumerate((NOW_S, 0, "soon", True)):
            self.learn(f"x{number}", exp=exp)
            self.assertFalse(self.knows(f"x{number}"), exp)

    def test_inactive_tokens_are_not_kept(self) -> None:
        """A token may become active."""
        found = self.ask("a")
        self.answer({"active": False})
        self.successResultOf(found)
        self.assertFalse(self.knows("a"))

    def test_switched_off(self) -> None:
        """Without ``cacheTtl`` each call asks the server."""
        self.stage(cacheTtl=0)
        self.learn("a")
        self.assertFalse(self.knows("a"))

    def test_bounded(self) -> None:
        """The oldest goes."""
        self.stage(cacheEntries=2)
        for token in "abc":
            self.learn(token)
        self.assertFalse(self.knows("a"))
        self.assertTrue(self.knows("b") and self.knows("c"))

    def test_single_flight(self) -> None:
        """
        Concurrent calls share one request; a caller that leaves does not cancel it.
        """
        found = [self.ask("a") for _ in range(20)]
        found[0].cancel()
        self.failureResultOf(found[0], CancelledError)
        self.assertEqual(len(self.asked), 1)
        self.answer(ACTIVE)
        for one in found[1:]:
            self.assertEqual(self.successResultOf(one), ACTIVE)

    def test_pending_calls_are_bounded(self) -> None:
        """A server that hangs does not collect calls without end."""
        for number in range(MAX_PENDING):
            self.ask(str(number))
        with self.assertRaises(IntrospectionError):
            self.ask("one more")
        self.answer(ACTIVE)
        self.ask("one more")

    def test_tokens_are_not_kept(self) -> None:
        """The cache holds digests of tokens only."""
        self.learn("a secret token")
        self.assertNotIn("secret", repr(vars(self.introspection)))
