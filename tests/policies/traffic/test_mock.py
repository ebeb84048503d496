"""Tests of :mod:`relay.policies.traffic.mock`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import Policy
from tests.policies.steps import build, call


def response(step: Policy, given: Call) -> Interrupted:
    """Take a step, and return the response that it makes."""
    assert step.on_request(given) is None
    assert given.respond is not None
    return given.respond(given)


class MockTests(SynchronousTestCase):
    """The responses of the step."""

    def test_answer(self) -> None:
        """Status, headers and a text; a header without a value is left out."""
        step = build(
            "mock",
            status="201",
            headers=[
                {"name": "X-A", "value": "{#request.method}"},
                {"name": "X-B", "value": "{#request.headers['nobody'][0]}"},
            ],
            content='{"method": "{#request.method}", "nested": {}}',
        )
        ended = response(step, call())
        self.assertEqual((ended.status, ended.key), (201, ""))
        self.assertEqual(
            ended.headers, [("X-A", "GET"), ("Content-Type", "application/json")]
        )
        self.assertEqual(ended.body, b'{"method": "GET", "nested": {}}')

    def test_content_type(self) -> None:
        """
        The content type is detected, unless the options set it or the content is empty.
        """
        text = "text/plain; charset=utf-8"
        for content, media_type in (
            ("[1]", "application/json"),
            (' {"a": 1}', "application/json"),
            ("{a", text),
            ("[" * 20_000, text),
            ('<?xml version="1.0"?><a/>', "text/xml; charset=utf-8"),
            ("<a>b</a>", "text/xml; charset=utf-8"),
            ("< 5", text),
            ("<a>b", text),
            ("<a><b></a>", text),
            ("<!DOCTYPE a><a/>", "text/xml; charset=utf-8"),
            ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', text),
            ("{#request.method}", text),
            ("<a>{#request.method}</a>", "text/xml; charset=utf-8"),
            ("plain", text),
        ):
            ended = response(build("mock", content=content), call())
            self.assertEqual(ended.headers, [("Content-Type", media_type)], content)
        own = {"name": "content-type", "value": "application/custom+json"}
        ended = response(build("mock", content="{}", headers=[own]), call())
        self.assertEqual(ended.headers, [("content-type", own["value"])])
        ended = response(build("mock"), call())
        self.assertEqual(ended.headers, [])

    def test_later_steps(self) -> None:
        """The texts are evaluated when they have run."""
        made = call()
        step = build("mock", content="{#context.attributes['late']}")
        step.on_request(made)
        made.attributes["late"] = "x"
        assert made.respond is not None
        self.assertEqual(made.respond(made).body, b"x")

    def test_null(self) -> None:
        """A content that is null is no response."""
        step = build("mock", content="{#request.headers['nobody']}")
        self.assertRaises(EvaluationFailed, response, step, call())
