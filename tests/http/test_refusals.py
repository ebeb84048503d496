"""Refusals: in what the client accepts."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.http.accept import Accept
from relay.http.refusals import Refusal


class BodyTests(SynchronousTestCase):
    REFUSAL = Refusal(401, "SOME_KEY", "Unauthorized")

    def test_json(self) -> None:
        """A client that accepts JSON or anything receives JSON."""
        for accept in (
            b"application/json",
            b"*/*",
            b"text/html, */*;q=0.1",
            b"text/event-stream, application/json",
        ):
            content_type, body = self.REFUSAL.body(Accept(accept))
            self.assertEqual(content_type, b"application/json", accept)
            self.assertEqual(
                json.loads(body),
                {
                    "message": "Unauthorized",
                    "http_status_code": 401,
                    "key": "SOME_KEY",
                },
            )

    def test_text(self) -> None:
        """Other clients, and those without ``Accept``, receive the text."""
        for accept in (None, b"", b"text/event-stream", b"text/html", b"text/*"):
            self.assertEqual(
                self.REFUSAL.body(None if accept is None else Accept(accept)),
                (b"text/plain; charset=utf-8", b"Unauthorized"),
                accept,
            )
