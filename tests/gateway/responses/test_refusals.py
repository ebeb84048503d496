"""The refusals of the gateway."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.responses import refusals
from relay.http.accept import Accept
from relay.http.refusals import Refusal
from relay.model.outcome import Outcome
from relay.upstream.errors import pool_exhausted, read_timeout


class NoContextPathTests(SynchronousTestCase):
    def test_plain(self) -> None:
        """A 404 for an unknown path is always text, in the configured words."""
        refusal = refusals.no_context_path(
            "Nothing here, Grüße.", "text/plain; charset=utf-8"
        )
        self.assertEqual(refusal.status, 404)
        self.assertEqual(
            refusal.body(Accept(b"application/json")),
            (b"text/plain; charset=utf-8", "Nothing here, Grüße.".encode()),
        )


class MediaTypeTests(SynchronousTestCase):
    def test_media_types(self) -> None:
        """JSON for a client that asks for it and does not prefer plain text."""
        refusal = refusals.NOT_ACCEPTABLE
        for accept, expected in (
            (b"application/json", b"application/json"),
            (b"Application/*", b"application/json"),
            (b"text/html, */*;q=0.1", b"application/json"),
            (b"", b"text/plain; charset=utf-8"),
            (b"text/event-stream", b"text/plain; charset=utf-8"),
            (b"text/plain, */*;q=0.1", b"text/plain; charset=utf-8"),
            (b"application/json;q=0, */*", b"text/plain; charset=utf-8"),
        ):
            self.assertEqual(refusal.body(Accept(accept))[0], expected, accept)


class UpstreamErrorTests(SynchronousTestCase):
    def test_taken_over(self) -> None:
        """A failed call's words become the answer."""
        error = read_timeout()
        refusal = refusals.upstream_failed(error)
        self.assertEqual(
            (refusal.status, refusal.key, refusal.message, refusal.clock),
            (504, error.key, error.message, "readTimeout"),
        )
        self.assertIs(refusal.outcome, Outcome.READ_TIMEOUT)
        self.assertIsNone(refusal.retry_after_s)

    def test_waiting_helps(self) -> None:
        """The refusal of a full pool has ``Retry-After``."""
        self.assertEqual(refusals.upstream_failed(pool_exhausted()).retry_after_s, 1)


class EveryRefusalTests(SynchronousTestCase):
    def test_each_says_something(self) -> None:
        """No refusal is without a sentence, a key and a status of its kind."""
        all_of_them = [
            one for one in vars(refusals).values() if isinstance(one, Refusal)
        ]
        self.assertGreater(len(all_of_them), 10)
        for one in all_of_them:
            self.assertTrue(one.message, one)
            self.assertRegex(one.key, r"\A[A-Z_]+\Z")
            self.assertIn(one.status // 100, (4, 5), one)
            if one.status in (429, 503) and one is not refusals.NO_ENDPOINT:
                self.assertIsNotNone(one.retry_after_s, one)
