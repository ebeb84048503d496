"""Tests of :mod:`relay.policies.basic_authentication`."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.basic_authentication import BasicAuthentication
from tests.policies.steps import build, call, interruption

USERS = [
    {"username": "ann", "password": "s3cr3t:x"},
    {"username": "bob", "password": "pässword"},
]


def basic(text: str) -> dict[str, list[str]]:
    """Write credentials."""
    return {"Authorization": ["Basic " + base64.b64encode(text.encode()).decode()]}


class BasicAuthenticationTests(SynchronousTestCase):
    """Who is let in."""

    def test_known(self) -> None:
        """Users are named from then on, and their credentials stay here."""
        step = build("policy-basic-authentication", users=USERS)
        for text, name in (("ann:s3cr3t:x", "ann"), ("bob:pässword", "bob")):
            made = call(headers=basic(text))
            self.assertIsNone(interruption(step, made))
            self.assertEqual(made.attributes["user-id"], name)
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
        """Only when that is asked for."""
        step = build(
            "policy-basic-authentication", users=USERS, propagateAuthHeader=True
        )
        made = call(headers=basic("ann:s3cr3t:x"))
        self.assertIsNone(interruption(step, made))
        self.assertTrue(made.request.headers.hasHeader("authorization"))

    def test_refused(self) -> None:
        """Resources, nobody at all, and passwords are not printed."""
        options: dict[str, Any]
        for options in (
            {"authenticationProviders": ["ldap"], "users": USERS},
            {"users": []},
            {"users": [{"username": "a:b", "password": "x"}]},
        ):
            self.assertRaises(ValidationError, BasicAuthentication.read, options)
        read = BasicAuthentication.read({"users": USERS})
        self.assertNotIn("s3cr3t", repr(read))
