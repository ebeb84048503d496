"""Attempts, found in the moments of an exchange."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.marks import Mark, Moment, Value
from relay.observability.tracing.attempts import Attempt, attempts_in


def found(*moments: tuple[Mark, tuple[Value, ...]]) -> list[Attempt]:
    """Find the attempts in moments, one each second."""
    return attempts_in(
        Moment(float(at_s), mark, values) for at_s, (mark, values) in enumerate(moments)
    )


CONNECTING = (Mark.CONNECTING, ("a", "h", 80, None))
CONNECTED = (Mark.CONNECTED, ("a", "192.0.2.1", None, "new"))
KEPT = (Mark.CONNECTED, ("a", "192.0.2.1", None, "kept"))


class AttemptTests(SynchronousTestCase):
    """What begins and ends an attempt."""

    def test_an_answer(self) -> None:
        """From the wait for a connection to the head of the response."""
        (attempt,) = found(
            (Mark.ADMITTED, ("p", None, None)),
            (Mark.QUEUED, ("a",)),
            CONNECTING,
            CONNECTED,
            (Mark.ANSWERED, ("a", 200)),
            (Mark.HEAD, (200,)),
        )
        self.assertEqual(
            attempt,
            Attempt("a", 1.0, 4.0, 3.0, "h", 80, "192.0.2.1", 200, None, None),
        )

    def test_a_kept_connection_that_was_dead(self) -> None:
        """Two attempts at one endpoint."""
        first, second = found(
            KEPT,
            (Mark.ATTEMPT_FAILED, ("a", "KEY", "it broke")),
            CONNECTING,
            CONNECTED,
            (Mark.ANSWERED, ("a", 200)),
        )
        self.assertEqual((first.error_key, first.message), ("KEY", "it broke"))
        self.assertEqual((first.began_s, first.ended_s), (0.0, 1.0))
        self.assertEqual((second.status, second.error_key), (200, None))

    def test_a_response_that_counts_as_a_failure(self) -> None:
        """It is one attempt, with its status and its error."""
        first, second = found(
            CONNECTING,
            CONNECTED,
            (Mark.ANSWERED, ("a", 503)),
            (Mark.ATTEMPT_FAILED, ("a", "REFUSED", "503 counts as a failure")),
            (Mark.CONNECTING, ("b", "h", 81, "tls")),
            (Mark.ATTEMPT_FAILED, ("b", "TLS", "it failed")),
        )
        self.assertEqual((first.status, first.error_key), (503, "REFUSED"))
        self.assertEqual((second.endpoint, second.status), ("b", None))
        self.assertEqual(second.error_key, "TLS")

    def test_an_attempt_that_lasts(self) -> None:
        """The client left meanwhile."""
        (attempt,) = found(CONNECTING, (Mark.ENDED, ("client_gone", None, None)))
        self.assertEqual((attempt.ended_s, attempt.status), (None, None))

    def test_a_call_that_is_refused_before_any(self) -> None:
        """An open circuit breaker makes no attempt."""
        self.assertEqual(found((Mark.ROUTED, ("a", "http-proxy"))), [])
