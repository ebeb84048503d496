"""Whether this daemon is able to do its work, and whether it should get clients."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from relay.management.access.identity import ANYBODY
from relay.management.http.answers import JSON, Answer
from relay.management.http.parameters import Words
from relay.management.http.query import bad
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import ProbeResults, Readiness
from relay.observability.probes import Health as ProbeHealth
from relay.reactor.settled import Soon, settled

PARAMETERS = (Words("probes", "Names of probes; by default all are run."),)
Reasons = Callable[[], Soon[dict[str, str]]]
"""Returns the reasons for which clients should not be sent to this daemon, by name."""


class Probes(Protocol):
    """The probes of the daemon, as :class:`relay.observability.probes.Probes`."""

    @property
    def names(self) -> list[str]:
        """The names of all probes."""

    async def run(self, names: Collection[str] = ()) -> dict[str, ProbeHealth]:
        """
        Run probes, at the same time.

        :param names: of the probes; all probes if there are none.
        """


class Health:
    """
    The resource family of probes.

    :param probes: the probes of the daemon.
    :param unready: returns why the daemon is not ready, without a wait for anything but
        the workers of the daemon.
    """

    def __init__(self, probes: Probes, unready: Reasons) -> None:
        self._probes = probes
        self._unready = unready

    @route(
        "GET",
        "/health",
        query=PARAMETERS,
        answers={
            200: ProbeResults,
            503: Answer({JSON: ProbeResults}, "A probe has failed."),
        },
    )
    async def health(self, call: RestCall) -> Reply:
        """Return the results of the probes: 200 if all are healthy, otherwise 503."""
        names = call.query.many("probes")
        for name in names:
            if name not in self._probes.names:
                known = ", ".join(sorted(self._probes.names))
                raise bad("probes", f"takes {known}", name)
        results = await self._probes.run(names)
        detailed = call.user is not ANYBODY
        return Reply(
            200 if all(one.healthy for one in results.values()) else 503,
            {name: one.to_json(detailed) for name, one in results.items()},
        )

    @route(
        "GET",
        "/ready",
        answers={
            200: Readiness,
            503: Answer({JSON: Readiness}, "Clients should not be sent here."),
        },
    )
    async def ready(self, call: RestCall) -> Reply:
        """Return 200 if clients should be sent to this daemon, otherwise 503."""
        reasons = await settled(self._unready())
        shown = reasons if call.user is not ANYBODY else sorted(reasons)
        body = {"ready": not reasons} | ({"reasons": shown} if reasons else {})
        return Reply(503 if reasons else 200, body)
