"""Tests of :mod:`relay.policies.traffic.mock`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, interruption


class MockTests(SynchronousTestCase):
    """What it answers."""

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
        ended = interruption(step, call())
        assert ended is not None
        self.assertEqual((ended.status, ended.key), (201, ""))
        self.assertEqual(
            ended.headers, [("X-A", "GET"), ("Content-Type", "application/json")]
        )
        self.assertEqual(ended.body, b'{"method": "GET", "nested": {}}')

    def test_content_type(self) -> None:
        """It is detected, unless the options or an empty content leave it out."""
        text = "text/plain; charset=utf-8"
        for content, media_type in (
            ("[1]", "application/json"),
            (' {"a": 1}', "application/json"),
            ("{a", text),
            ("[" * 20_000, text),
            ('<?xml version="1.0"?><a/>', "text/xml; charset=utf-8"),
            ("<a>b</a>", "text/xml; charset=utf-8"),
            ("< 5", text),
            ("plain", text),
        ):
            ended = interruption(build("mock", content=content), call())
            assert ended is not None
            self.assertEqual(ended.headers, [("Content-Type", media_type)], content)
        own = {"name": "content-type", "value": "application/custom+json"}
        ended = interruption(build("mock", content="{}", headers=[own]), call())
        assert ended is not None
        self.assertEqual(ended.headers, [("content-type", own["value"])])
        ended = interruption(build("mock"), call())
        assert ended is not None
        self.assertEqual(ended.headers, [])
