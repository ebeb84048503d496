"""Tokens that are fetched to be shown to receivers."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.consumers.jwt_profile import JwtProfile
from relay.model.consumers.webhook_subscription import Oauth2Auth
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.webhook.client_credentials import (
    EARLY_S,
    LONGEST_S,
    SHORTEST_S,
    UNTOLD_S,
    ClientCredentials,
)

AUTH = Oauth2Auth(
    endpoint="https://idp.example/token",
    client_id="me",
    client_secret="s3cr3t",
    scopes=("a", "b"),
)


class BearerTests(SynchronousTestCase):
    """A token endpoint with scripted answers."""

    def setUp(self) -> None:
        """Begin with one that gives tokens."""
        self.clock = Clock()
        self.asked: list[OutboundRequest] = []
        self.status = 200
        self.body = b'{"access_token": "t", "expires_in": 60}'
        self.credentials = ClientCredentials(self.clock, lambda: 0, AUTH, self.send)

    def send(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Answer."""
        self.asked.append(request)
        return succeed(OutboundAnswer(self.status, Headers(), self.body))

    def test_the_call(self) -> None:
        """RFC 6749, 4.4.2, with the credentials in the form."""
        self.assertEqual(self.successResultOf(self.credentials.token()), "t")
        (request,) = self.asked
        self.assertEqual((request.method, request.url), ("POST", AUTH.endpoint))
        self.assertEqual(
            parse_qs(request.body.decode()),
            {
                "grant_type": ["client_credentials"],
                "client_id": ["me"],
                "client_secret": ["s3cr3t"],
                "scope": ["a b"],
            },
        )
        self.assertNotIn("s3cr3t", repr(request) + repr(AUTH))

    def test_a_signed_assertion(self) -> None:
        """Each request has one of its own, as of the time of day."""
        profile = JwtProfile.read(
            {
                "issuer": "me",
                "subject": "me",
                "audience": "https://idp.example/jwt",
                "signatureAlgorithm": "HMAC_HS256",
                "keyContent": "s3cr3t" * 6,
            }
        )
        credentials = ClientCredentials(
            self.clock, lambda: 5_000_999, profile, self.send
        )
        for _ in range(2):
            self.assertEqual(self.successResultOf(credentials.token()), "t")
            credentials.forget()
        self.assertEqual([one.url for one in self.asked], [profile.audience] * 2)
        claims = []
        for request in self.asked:
            (assertion,) = parse_qs(request.body.decode())["client_assertion"]
            encoded = assertion.split(".")[1]
            padded = encoded + "=" * (-len(encoded) % 4)
            claims.append(json.loads(base64.urlsafe_b64decode(padded)))
        self.assertEqual([one["iat"] for one in claims], [5000, 5000])
        self.assertNotEqual(claims[0]["jti"], claims[1]["jti"])

    def test_it_is_kept_while_it_is_good(self) -> None:
        """
        The token is fetched again shortly before it expires, or when it is forgotten.
        """
        self.successResultOf(self.credentials.token())
        self.clock.advance(60 - EARLY_S - 0.1)
        self.successResultOf(self.credentials.token())
        self.assertEqual(len(self.asked), 1)
        self.clock.advance(0.2)
        self.successResultOf(self.credentials.token())
        self.assertEqual(len(self.asked), 2)
        self.assertTrue(self.credentials.forget())
        self.assertFalse(self.credentials.forget())
        self.successResultOf(self.credentials.token())
        self.assertEqual(len(self.asked), 3)

    def test_an_end_that_is_not_told(self) -> None:
        """Such a token is not kept for ever."""
        self.body = b'{"access_token": "t"}'
        self.successResultOf(self.credentials.token())
        self.clock.advance(UNTOLD_S)
        self.successResultOf(self.credentials.token())
        self.assertEqual(len(self.asked), 2)

    def test_answers_of_no_use(self) -> None:
        """Unusable answers are failures whose texts do not contain the answer."""
        for status, body in (
            (400, b'{"error": "secret"}'),
            (200, b"secret"),
            (200, b"[]"),
            (200, b"{}"),
            (200, b'{"access_token": ""}'),
            (200, b'{"access_token": "a b"}'),
            (200, b'{"access_token": "a\\r\\nX: y"}'),
            (200, b'{"access_token": "a", "expires_in": "soon"}'),
        ):
            self.status, self.body = status, body
            error = self.failureResultOf(self.credentials.token(), OutboundError)
            self.assertNotIn("secret", error.getErrorMessage(), body)

    def test_a_told_end_has_a_floor_and_a_cap(self) -> None:
        """``expires_in`` is bounded below and above."""
        for told in (b"0", b"-5", b"1"):
            self.body = b'{"access_token": "t", "expires_in": %s}' % told
            self.credentials.forget()
            self.asked.clear()
            for _ in range(3):
                self.successResultOf(self.credentials.token())
            self.assertEqual(len(self.asked), 1, told)
            self.clock.advance(SHORTEST_S)
            self.successResultOf(self.credentials.token())
            self.assertEqual(len(self.asked), 2, told)
        self.body = b'{"access_token": "t", "expires_in": 1e300}'
        self.credentials.forget()
        self.asked.clear()
        self.successResultOf(self.credentials.token())
        self.clock.advance(LONGEST_S)
        self.successResultOf(self.credentials.token())
        self.assertEqual(len(self.asked), 2)
        for told in (b"NaN", b"Infinity", b"1e999"):
            self.body = b'{"access_token": "t", "expires_in": %s}' % told
            self.credentials.forget()
            self.failureResultOf(self.credentials.token(), OutboundError)
