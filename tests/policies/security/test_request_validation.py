"""Tests of :mod:`relay.policies.security.request_validation`."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.call import Interrupted, KnownBody
from relay.policies.security.request_validation import RequestValidation
from tests.policies.console_forms import api, refusals
from tests.policies.steps import build, call, interruption


def rule(kind: str, *parameters: str, **more: Any) -> dict[str, Any]:
    """Write a rule for the parameter ``v``."""
    constraint = {"type": kind, "parameters": list(parameters)}
    if "message" in more:
        constraint["message"] = more.pop("message")
    return {"input": "{#request.params['v'][0]}", "constraint": constraint, **more}


def ended(query: bytes | None, *rules: dict[str, Any]) -> Interrupted | None:
    """Return the outcome of a request."""
    step = build("policy-request-validation", rules=list(rules), status="422")
    return interruption(step, call(query=query))


class RequestValidationTests(SynchronousTestCase):
    """The values that are valid."""

    def test_constraints(self) -> None:
        """Each with a value that is good, and one that is not."""
        for one, good, bad in (
            (rule("NOT_NULL"), b"v=x", b"v="),
            (rule("MIN", "5"), b"v=5.0", b"v=4"),
            (rule("MAX", "5"), b"v=-7", b"v=x"),
            (rule("MAIL"), b"v=a@b.example", b"v=a@b@c"),
            (rule("PATTERN", "[0-9]+"), b"v=a12b", b"v=ab"),
            (rule("PATTERN", "^[a-c]+$"), b"v=abc", b"v=abcd"),
            (rule("SIZE", "2", "3"), b"v=ab", b"v=abcd"),
            (rule("ENUM", "x", "y"), b"v=y", b"v=z"),
            (rule("DATE", "yyyy-MM-dd"), b"v=2026-02-28", b"v=2026-02-30"),
            (
                rule("DATE", "yyyy-MM-dd'T'HH:mm:ssXXX"),
                b"v=2026-02-28T10:00:00%2B01:00",
                b"v=2026-02-28",
            ),
            (rule("MIN", "5"), b"v=1e1", b"v=5e"),
            (rule("PATTERN", "^{#request.method}$"), b"v=GET", b"v=POST"),
            (rule("SIZE", "1", "{#request.params['w']}"), b"v=ab&w=2", b"v=ab&w=x"),
            (rule("ENUM", "{(2*5)}"), b"v=10", b"v=2"),
        ):
            self.assertIsNone(ended(good, one), (one, good))
            refused = ended(bad, one)
            assert refused is not None, (one, bad)
            self.assertEqual(refused.status, 422)

    def test_absent(self) -> None:
        """A value that is not there is bad, unless it need not be."""
        self.assertIsNotNone(ended(None, rule("MIN", "1")))
        self.assertIsNone(ended(None, rule("MIN", "1", isRequired=False)))
        self.assertIsNotNone(ended(b"v=0", rule("MIN", "1", isRequired=False)))

    def test_empty(self) -> None:
        """A value that is there is checked, even if it is empty."""
        some = rule("PATTERN", "^[a-z]+$", isRequired=False)
        self.assertIsNotNone(ended(b"v=", some))
        self.assertIsNone(ended(b"v=", rule("PATTERN", "^[a-z]*$")))

    def test_an_input_without_a_value(self) -> None:
        """The rules that follow are not checked."""
        text = "{#request.headers['nobody'][0].trim()}"
        refused = ended(
            None,
            {"input": text, "isRequired": False, "constraint": {"type": "NOT_NULL"}},
            rule("MIN", "1"),
        )
        assert refused is not None
        self.assertEqual(
            refused.parameters["violations"],
            [
                f"Unable to evaluate expression: {text} -> It might be related to an"
                " invalid request body"
            ],
        )

    def test_places_of_messages(self) -> None:
        """Placeholders are filled in order or by number; others are kept."""
        for message, expected in (
            ("%s %s %s", "9 5 %s"),
            ("%2$s before %1$s, 100%%", "5 before 9, 100%"),
            ("%3$s %d", "%3$s %d"),
        ):
            refused = ended(b"v=9", rule("MAX", "5", message=message))
            assert refused is not None
            self.assertEqual(refused.parameters["violations"], [expected])

    def test_content(self) -> None:
        """The body is read if an input needs it, whole and within its limit."""
        size = {"type": "SIZE", "parameters": ["2", "20"], "message": "%s"}
        name = {"type": "NOT_NULL", "message": "no name"}
        age = {"type": "MIN", "parameters": ["20"], "message": "%s < %s"}
        rules: list[dict[str, Any]] = [
            {"input": "{#request.content}", "constraint": size},
            {"input": "{#request.jsonContent.name}", "constraint": name},
            {
                "input": "{#jsonPath(#request.content, '$.age')}",
                "isRequired": False,
                "constraint": age,
            },
        ]
        step = build("policy-request-validation", rules=rules, maxBodyBytes=30)
        for content, expected in (
            (b'{"name": "a"}', None),
            (b'{"name": "a", "age": 9}', ['{"name": "a", "age": 9}', "9 < 20"]),
            (b'{"age": 20}', ["no name"]),
            (
                b"no JSON",
                [
                    "Unable to evaluate expression: {#request.jsonContent.name} -> It"
                    " might be related to an invalid request body"
                ],
            ),
        ):
            made = call("POST", content_length=None)
            made.request.body = KnownBody(content)
            waited = step.on_request(made)
            assert isinstance(waited, Deferred)
            if expected is None:
                self.assertIsNone(self.successResultOf(waited))
                self.assertEqual(made.request.body.content, content)
                continue
            refused = self.failureResultOf(waited, Interrupted).value
            self.assertEqual(refused.parameters["violations"], expected)

    def test_content_that_cannot_be_read(self) -> None:
        """A body that is too large, whether its length is stated or not, or encoded."""
        rules = [
            {"input": "{#request.content}", "constraint": {"type": "NOT_NULL"}},
        ]
        step = build("policy-request-validation", rules=rules, maxBodyBytes=3)
        ended = interruption(step, call("POST", content_length=4))
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key), (413, "REQUEST_VALIDATION_CONTENT_TOO_LARGE")
        )
        made = call("POST", content_length=None)
        made.request.body = KnownBody(b"four")
        waited = step.on_request(made)
        assert isinstance(waited, Deferred)
        self.assertEqual(self.failureResultOf(waited, Interrupted).value.status, 413)
        encoded = call("POST", headers={"Content-Encoding": ["gzip"]})
        ended = interruption(step, encoded)
        assert ended is not None
        self.assertEqual(ended.status, 415)

    def test_no_content_in_message_apis(self) -> None:
        """Their entrypoints read the bodies of requests."""
        rules = [{"input": "{#request.content}", "constraint": {"type": "NOT_NULL"}}]
        stored = {"rules": rules}
        policy = "policy-request-validation"
        self.assertEqual(refusals(api("PROXY", "request", policy, stored)), {})
        self.assertEqual(
            refusals(api("MESSAGE", "request", policy, stored)),
            {
                "flows[0].request[0].configuration": "the body of a request can be read"
                " in PROXY APIs only"
            },
        )

    def test_scope(self) -> None:
        """Both scopes are accepted."""
        for scope in ("REQUEST", "REQUEST_CONTENT"):
            RequestValidation.read({"scope": scope, "rules": []})

    def test_message(self) -> None:
        """
        A message has the value and the parameters, and one body lists all messages.
        """
        refused = ended(
            b"v=%25s",
            rule("MAX", "5", message="%s is more than %s"),
            rule("SIZE", "3", "9"),
            {"input": "{#request.params['w']}", "constraint": {"type": "NOT_NULL"}},
        )
        assert refused is not None
        violations = [
            "%s is more than 5",
            "'%s' length must be higher or equals to '3' and lower or equals to '9'",
            "'null' can not be null.",
        ]
        self.assertEqual(
            json.loads(refused.message),
            {
                "message": "Request is not valid according to constraint rules",
                "constraints": violations,
            },
        )
        self.assertEqual(refused.parameters, {"violations": violations})

    def test_no_rules(self) -> None:
        """Without rules nothing is checked."""
        self.assertIsNone(ended(None))

    def test_refused(self) -> None:
        """Constraints that could never be checked."""
        for bad in (
            rule("MIN"),
            rule("MIN", "x"),
            rule("SIZE", "1"),
            rule("PATTERN", "("),
            rule("DATE", "ww"),
            rule("PATTERN", "{#nobody}"),
        ):
            body = {"rules": [bad]}
            self.assertRaises(ValidationError, RequestValidation.read, body)
