"""The gateways of all workers, as the management API uses the gateway of a daemon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from twisted.internet.defer import Deferred

from relay.management.resources.trials import WAIT_S
from relay.model.records import ServingReport
from relay.model.schema.types.request_target import RequestTarget
from relay.node.channels import merged_of_api
from relay.node.deployments import worst
from relay.node.peers import TIMEOUT_S, Peers, Unreachable
from relay.observability.metrics.workers import Answered
from relay.reactor.failures import run

SCRAPE_TIMEOUT_S = 5.0
"""How long a worker may take to add up its metrics, in seconds."""


def merged_health(parts: Iterable[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """
    Return the results of health checks, which each worker makes.

    An endpoint counts as in the worker that thinks least of it.

    :param parts: the endpoints, in each worker.
    """
    by_name: dict[str, dict[str, Any]] = {}
    for part in parts:
        for one in part:
            before = by_name.get(one["endpoint"])
            if before is None:
                by_name[one["endpoint"]] = dict(one)
                continue
            results = sorted(
                [*before["results"], *one["results"]], key=lambda each: each["at_ms"]
            )
            chosen = one if before["available"] and not one["available"] else before
            by_name[one["endpoint"]] = {**chosen, "results": results}
    return list(by_name.values())


class PeerGateway:
    """The gateways of all workers."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    def reached(
        self, api_id: str, number: int | None
    ) -> Deferred[ServingReport | None]:
        """
        Wait until all workers that answer have dealt with a deployment.

        :param number: None to wait until the API is not served.
        :return: fires with the worst of their reports; can be cancelled.
        """
        return run(self._reached(api_id, number))

    async def _reached(self, api_id: str, number: int | None) -> ServingReport | None:
        answers = await self._peers.ask_all(
            "GET",
            f"/worker/apis/{quote(api_id, safe='')}/reached",
            f"number={number or 0}",
            timeout_s=WAIT_S + TIMEOUT_S,
        )
        reports = [one["report"] for one in answers.contents]
        return worst([ServingReport(**one) for one in reports if one is not None])

    async def channels(self, api_id: str) -> list[dict[str, Any]]:
        """Return the open channels of an API."""
        return merged_of_api(await self._of_api(api_id, "channels"))

    async def health(self, api_id: str) -> list[dict[str, Any]]:
        """Return the results of the health checks of an API."""
        return merged_health(await self._of_api(api_id, "health"))

    async def _of_api(self, api_id: str, what: str) -> list[Any]:
        path = f"/worker/apis/{quote(api_id, safe='')}/{what}"
        answers = await self._peers.ask_all("GET", path)
        return [one["data"] for one in answers.contents]

    async def deliveries(self, subscription_id: str) -> dict[str, Any] | None:
        """Return the delivery of a subscription; None if no worker delivers it."""
        path = f"/worker/deliveries/{quote(subscription_id, safe='')}"
        answers = await self._peers.ask_all("GET", path)
        found = [one["data"] for one in answers.contents]
        return next((one for one in found if one is not None), None)

    def flush(self, request_id: str) -> Deferred[None]:
        """Write the flight records that wait in all workers."""
        return run(self._flush(request_id))

    async def _flush(self, request_id: str) -> None:
        query = urlencode({"request": request_id}) if request_id else ""
        await self._peers.ask_all("POST", "/worker/records", query)

    async def api_at(
        self, host: str, target: RequestTarget, listener_id: str
    ) -> str | None:
        """
        Find the API that answers a request, by its id.

        :raises Unreachable: when no worker answers.
        """
        asked = {
            "host": host,
            "path": target.path.decode("ascii"),
            "listener": listener_id,
        }
        if target.query is not None:
            asked["query"] = target.query.decode("ascii")
        answers = await self._peers.ask_all("GET", "/worker/route", urlencode(asked))
        if not answers.contents:
            raise Unreachable("a worker")
        found: str | None = answers.contents[0]["api"]
        return found

    async def end(self, request_id: str) -> bool:
        """End an exchange as an operator does; return whether it was under way."""
        path = f"/streams/{quote(request_id, safe='')}"
        answers = await self._peers.ask_all("DELETE", path)
        return any(one.status == 200 for _, one in answers.found)

    async def metrics(self, wanted: Collection[str] | None) -> Mapping[str, Answered]:
        """
        Return the samples of the workers.

        :param wanted: the names of families; None for all.
        """
        query = "" if wanted is None else f"metrics={','.join(sorted(wanted))}"
        answers = await self._peers.ask_all(
            "GET", "/worker/metrics", query, timeout_s=SCRAPE_TIMEOUT_S
        )
        found: dict[str, Answered] = {}
        for peer, one in answers.found:
            process, *lines = one.body.splitlines()
            found[str(peer.number)] = Answered(process.decode(), lines)
        return found
