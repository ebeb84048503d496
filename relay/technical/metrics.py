"""The metrics of this daemon, for Prometheus."""

from __future__ import annotations

from relay.http.accept import Accept
from relay.management.http.answers import Answer
from relay.management.http.errors import BadRequest, NotFound
from relay.management.http.parameters import Word, Words
from relay.management.http.reply import Content, Reply
from relay.management.http.routing import RestCall, route
from relay.observability.metrics.scrape import Scraped

TEXT = b"text/plain"
OPEN_METRICS = b"application/openmetrics-text"
PARAMETERS = (
    Words("metrics", "Names of families; with `-` before it, a family is left out."),
    Words("name[]", "Names of families."),
    Word(
        "by",
        "With `worker`, each series has the label `worker`: the number of a worker of "
        "the daemon, or `control` for its control process. By default the series of "
        "all are one.",
        ("worker",),
    ),
)


class PrometheusMetrics:
    """
    The resource family of metrics.

    :param metrics: of the daemon; None if they are switched off.
    """

    def __init__(self, metrics: Scraped | None) -> None:
        self._metrics = metrics

    @route(
        "GET",
        "/metrics/prometheus",
        query=PARAMETERS,
        answers={
            200: Answer({"text/plain": None, "application/openmetrics-text": None})
        },
        refuses=(404,),
    )
    async def scrape(self, call: RestCall) -> Reply:
        """Return all families, or those that the query names."""
        metrics = self._metrics
        if metrics is None:
            raise NotFound(
                "The setting metrics.enabled switches the metrics off",
                "metrics.disabled",
            )
        filters = call.query.many("metrics")
        named = [*call.query.many("name[]")]
        named += [one for one in filters if not one.startswith("-")]
        without = [one[1:] for one in filters if one.startswith("-")]
        wanted = None
        if named or without:
            try:
                wanted = metrics.select(named, without)
            except ValueError as error:
                raise BadRequest(str(error), "metrics.unknown") from None
        by_worker = call.query.one("by") is not None
        exemplars = _takes_exemplars(call.accept)
        found = await metrics.scrape(wanted, exemplars, by_worker)
        headers = {"Content-Type": found.content_type}
        return Reply(200, Content(found.pieces), headers)


def _takes_exemplars(accept: Accept) -> bool:
    """Whether a client asks for OpenMetrics, and likes it no less than plain text."""
    wanted, plain = accept.prefers(OPEN_METRICS), accept.prefers(TEXT)
    if wanted is None or wanted.precision == 0:
        return False
    return plain is None or wanted[:2] >= plain[:2]
