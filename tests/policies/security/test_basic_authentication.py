"""Tests of :mod:`relay.policies.security.basic_authentication`."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.security.basic_authentication import BasicAuthentication
from tests.gateway.flows.case import FlowCase, headers as setting, step as configured
from tests.gateway.harness import get, response
from tests.policies.steps import build, call, interruption

USERS = [
    {"username": "ann", "password": "s3cr3t:x"},
    {"username": "bob", "password": "pässword"},
]


def basic(text: str) -> dict[str, list[str]]:
    """Write credentials."""
    return {"Authorization": ["Basic " + base64.b64encode(text.encode()).decode()]}


class BasicAuthenticationTests(SynchronousTestCase):
    """The callers that are admitted."""

    def test_known(self) -> None:
        """Users are named from then on, and their credentials stay here."""
        step = build("policy-basic-authentication", users=USERS)
        for text, name in (("ann:s3cr3t:x", "ann"), ("bob:pässword", "bob")):
            made = call(headers=basic(text))
            self.assertIsNone(interruption(step, made))
            self.assertEqual(made.attributes["user-id"], name)
            self.assertEqual(made.attributes["user"], name)
            self.assertFalse(made.request.headers.hasHeader("authorization"))

    def test_unknown(self) -> None:
        """Everybody else is asked."""
        step = build("policy-basic-authentication", users=USERS, realm='a"b')
        for headers in (
            {},
            basic("ann:s3cr3t"),
            basic("ann"),
            basic("nobody:x"),
            {"Authorization": ["Basic ???"]},
            {"Authorization": ["Bearer x"]},
            {"Authorization": [""]},
            {"Authorization": ["Basic"]},
            {"Authorization": ["Basic "]},
            basic(":"),
            basic("ann:"),
            basic(":s3cr3t:x"),
            # Two: the source might believe the other one.
            {"Authorization": ["Bearer x", *basic("ann:s3cr3t:x")["Authorization"]]},
            {"Authorization": basic("ann:s3cr3t:x")["Authorization"] * 2},
        ):
            ended = interruption(step, call(headers=headers))
            assert ended is not None
            self.assertEqual(ended.status, 401)
            challenge = 'Basic realm="a\\"b", charset="UTF-8"'
            self.assertEqual(ended.headers, [("WWW-Authenticate", challenge)])

    def test_propagated(self) -> None:
        """The source receives the credentials only if the option is set."""
        step = build(
            "policy-basic-authentication", users=USERS, propagateAuthHeader=True
        )
        made = call(headers=basic("ann:s3cr3t:x"))
        self.assertIsNone(interruption(step, made))
        self.assertTrue(made.request.headers.hasHeader("authorization"))

    def test_providers(self) -> None:
        """The users of resources are admitted, their names in any case."""
        step = build(
            "policy-basic-authentication",
            authenticationProviders=["staff", "guests"],
            users=USERS[:1],
        )
        for text, admitted in (
            ("Ann:s3cr3t", True),
            ("ANN:s3cr3t", True),
            ("bob:päss:word", True),
            ("ann:s3cr3t:x", True),
            ("ANN:s3cr3t:x", False),
            ("ann:S3CR3T", False),
            ("bob:s3cr3t", False),
            ("bob", False),
            ("bob:", False),
        ):
            made = call(headers=basic(text))
            self.assertEqual(interruption(step, made) is None, admitted, text)
            if admitted:
                self.assertEqual(made.attributes["user"], text.partition(":")[0])

    def test_no_provider(self) -> None:
        """Without a provider every caller is refused, as in Gravitee."""
        step = build("policy-basic-authentication", authenticationProviders=[])
        for headers, message in (
            (basic("ann:x"), "No authentication provider has been provided"),
            ({}, "Unauthorized"),
        ):
            ended = interruption(step, call(headers=headers))
            assert ended is not None
            self.assertEqual((ended.status, ended.message), (401, message))
            challenge = 'Basic realm="gravitee.io", charset="UTF-8"'
            self.assertEqual(ended.headers, [("WWW-Authenticate", challenge)])

    def test_realm(self) -> None:
        """An empty one is the default."""
        step = build("policy-basic-authentication", users=USERS, realm=" ")
        ended = interruption(step, call())
        assert ended is not None
        self.assertIn('realm="gravitee.io"', ended.headers[0][1])

    def test_unknown_provider(self) -> None:
        """A step that names no resource of the API cannot be built."""
        with self.assertRaises(ValueError) as caught:
            build("policy-basic-authentication", authenticationProviders=["ldap"])
        self.assertIn("[ldap]", str(caught.exception))

    def test_refused(self) -> None:
        """Names with a colon; passwords are not printed."""
        options: dict[str, Any]
        options = {"users": [{"username": "a:b", "password": "x"}]}
        self.assertRaises(ValidationError, BasicAuthentication.read, options)
        read = BasicAuthentication.read({"users": USERS})
        self.assertNotIn("s3cr3t", repr(read))


class ProviderTests(FlowCase):
    """A gateway whose API has a resource with users."""

    async def test_calls(self) -> None:
        """The resource of the definition decides; the source sees no credentials."""
        users = [{"username": "Ann", "password": "s3cr3t"}]
        resource = {
            "name": "staff",
            "type": "auth-provider-inline-resource",
            "configuration": {"users": users},
        }
        given = configured(
            "policy-basic-authentication", authenticationProviders=["staff"]
        )
        told = setting(X_User="{#context.attributes['user']}")
        await self.flowing({"request": [given, told]}, resources=[resource])
        client = await self.asked(get(b"/api"))
        head = await client.head()
        self.assertEqual(head.status, 401)
        self.assertEqual(
            head.all(b"www-authenticate"),
            [b'Basic realm="gravitee.io", charset="UTF-8"'],
        )
        (value,) = basic("ann:s3cr3t")["Authorization"]
        client, connection = await self.call(
            get(b"/api", b"Authorization: " + value.encode())
        )
        asked = await connection.head()
        self.assertEqual(asked.all(b"x-user"), [b"ann"])
        self.assertEqual(asked.all(b"authorization"), [])
        connection.send(response(b"hello"))
        self.assertEqual((await client.answer()).body, b"hello")
