"""The names and values of attributes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.marks import FIELDS, Mark, Moment
from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.observability.tracing.attempts import Attempt
from relay.observability.tracing.attributes import (
    attempt_error,
    error_of,
    of_exchange,
    of_moment,
    span_name,
)


def record(method: str = "GET", host: str = "h") -> AccessRecord:
    """Make the record of a call."""
    return AccessRecord(method, host, "/a/b", "192.0.2.1", "192.0.2.2")


class ExchangeTests(SynchronousTestCase):
    """Exchanges."""

    def test_methods(self) -> None:
        """Others than the known ones share a name, so that clients cannot make any."""
        self.assertEqual(span_name("GET", "/a"), "GET /a")
        self.assertEqual(span_name("GET", ""), "GET")
        self.assertEqual(span_name("BREW", "/a"), "HTTP /a")
        found = of_exchange(record("BREW"), "", False)
        self.assertEqual(found["http.request.method"], "_OTHER")
        self.assertEqual(found["http.request.method_original"], "BREW")
        self.assertIsNone(
            of_exchange(record(), "", False)["http.request.method_original"]
        )

    def test_hosts(self) -> None:
        """A default port is that of the scheme; what is no host has no parts."""
        for host, secure, address, port in (
            ("h", False, "h", 80),
            ("h", True, "h", 443),
            ("h:8082", False, "h", 8082),
            ("[::1]:81", False, "[::1]", 81),
            ("", False, None, 80),
            ("a:b", False, "a:b", 80),
        ):
            found = of_exchange(record(host=host), "", secure)
            got = (found["server.address"], found["server.port"])
            self.assertEqual(got, (address, port), host)

    def test_errors(self) -> None:
        """Those of the gateway and the source; a client's mistake is none."""
        for outcome, status, error in (
            (Outcome.COMPLETED, 200, None),
            (Outcome.COMPLETED, 404, None),
            (Outcome.COMPLETED, 500, "500"),
            (Outcome.REFUSED, 401, None),
            (Outcome.REFUSED, 503, "503"),
            (Outcome.CLIENT_GONE, 499, None),
            (Outcome.IDLE_TIMEOUT, 200, "idle_timeout"),
            (Outcome.UPSTREAM_GONE, 502, "upstream_gone"),
            (Outcome.DRAINED, 200, None),
        ):
            made = record()
            made.outcome, made.status = outcome, status
            self.assertEqual(error_of(made), error, outcome)

    def test_moments(self) -> None:
        """Each value of each mark has a name; ids have those of spans."""
        for mark, names in FIELDS.items():
            found = of_moment(Moment(0.0, mark, tuple("x" for _ in names)))
            self.assertEqual(len(found), len(names), mark)
            for name in found:
                self.assertRegex(name, r"^relay\.[a-z_.]+$")
        moment = Moment(0.0, Mark.ADMITTED, ("p", None, "s"))
        self.assertEqual(
            of_moment(moment), {"relay.plan.id": "p", "relay.subscription.id": "s"}
        )


class AttemptTests(SynchronousTestCase):
    """Attempts."""

    def test_errors(self) -> None:
        """A status above 399 is an error of a client, and so is no answer."""
        for attempt, error in (
            (Attempt("a", 0.0, 1.0, status=200), None),
            (Attempt("a", 0.0, 1.0, status=404), "404"),
            (Attempt("a", 0.0, 1.0, status=503, error_key="KEY"), "KEY"),
            (Attempt("a", 0.0), "cancelled"),
        ):
            self.assertEqual(attempt_error(attempt), error)
