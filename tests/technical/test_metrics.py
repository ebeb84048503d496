"""The endpoint of the metrics: what is asked for, in which format."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, cast

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.http.accept import Accept
from relay.management.http.errors import BadRequest, NotFound
from relay.management.http.query import Query
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall
from relay.observability.metrics.scrape import Scrape
from relay.technical.metrics import PARAMETERS, PrometheusMetrics


@dataclass
class Scraped:
    """Metrics of two families."""

    asked: list[tuple[Collection[str] | None, bool]] = field(default_factory=list)

    def select(self, named: Collection[str], without: Collection[str]) -> set[str]:
        """Return those that are named."""
        if "unknown" in (*named, *without):
            raise ValueError("no family of metrics is called unknown")
        return (set(named) or {"a", "b"}) - set(without)

    def scrape(
        self, wanted: Collection[str] | None, exemplars: bool, by_worker: bool
    ) -> Deferred[Scrape]:
        """Note what is asked for."""
        self.asked.append((wanted, exemplars))
        return succeed(Scrape("text/x", [b"1", b"2"]))


class EndpointTests(SynchronousTestCase):
    """Calls of ``GET /_node/metrics/prometheus``."""

    def setUp(self) -> None:
        """Make metrics."""
        self.metrics = Scraped()

    def call(self, accept: bytes = b"", **query: list[bytes]) -> Reply:
        """Call the endpoint."""
        parameters = {name.replace("_", "[]").encode(): v for name, v in query.items()}
        call = RestCall(
            "",
            "",
            Query(parameters, PARAMETERS),
            None,
            None,
            cast(Any, None),
            Accept(accept),
        )
        endpoint = PrometheusMetrics(self.metrics)
        return self.successResultOf(ensureDeferred(endpoint.scrape(call)))

    def test_all(self) -> None:
        """Without a query."""
        reply = self.call()
        self.assertEqual(reply.body, (b"1", b"2"))
        self.assertEqual(reply.headers, {"Content-Type": "text/x"})
        self.assertEqual(self.metrics.asked, [(None, False)])

    def test_formats(self) -> None:
        """OpenMetrics is for those who ask for it by its name."""
        prometheus = (
            b"application/openmetrics-text;version=1.0.0,"
            b"application/openmetrics-text;version=0.0.1;q=0.75,"
            b"text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        )
        for accept, exemplars in (
            (prometheus, True),
            (b"application/openmetrics-text", True),
            (b"*/*", False),
            (b"text/plain", False),
            (b"text/*, application/openmetrics-text;q=0.5", False),
            (b"text/plain, application/openmetrics-text;q=0", False),
        ):
            self.call(accept)
            self.assertEqual(self.metrics.asked[-1], (None, exemplars), accept)

    def test_filters(self) -> None:
        """Names to include, and with a minus sign names to leave out."""
        self.call(metrics=[b"a,c"])
        self.call(metrics=[b"-a"])
        self.call(name_=[b"a", b"c"], metrics=[b"-c"])
        wanted = [wanted for wanted, _ in self.metrics.asked]
        self.assertEqual(wanted, [{"a", "c"}, {"b"}, {"a"}])

    def test_unknown_families_are_refused(self) -> None:
        """With their name."""
        endpoint = PrometheusMetrics(self.metrics)
        query = Query({b"metrics": [b"unknown"]}, PARAMETERS)
        call = RestCall("", "", query, None, None, cast(Any, None))
        failed = self.failureResultOf(ensureDeferred(endpoint.scrape(call)), BadRequest)
        self.assertIn("unknown", str(failed.value))

    def test_switched_off(self) -> None:
        """The setting is named."""
        call = RestCall("", "", Query({}, ()), None, None, cast(Any, None))
        endpoint = PrometheusMetrics(None)
        failed = self.failureResultOf(ensureDeferred(endpoint.scrape(call)), NotFound)
        self.assertIn("metrics.enabled", str(failed.value))
