"""Results of the health checks of an API's endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from relay.management.http.errors import BadRequest
from relay.management.http.parameters import PAGING, Flag, Instant, Word
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.common import Collection, Listing
from relay.management.shapes.plugins import (
    Check,
    CheckDurations,
    CheckedEndpoint,
    Grouped,
)
from relay.model.schema.errors import Issue
from relay.model.schema.types.timestamps import timestamp
from relay.reactor.settled import Soon, settled
from relay.store.store import Store

HealthView = Callable[[str], Soon[list[dict[str, Any]]]]
"""Returns the checked endpoints of an API, by its id, as JSON."""

MOST_BUCKETS = 1000
_FIELD = Word("field", "By default `endpoint`.", ("endpoint", "gateway"))
_TIMES = (
    Instant("from", "The first instant.", required=True),
    Instant("to", "The last instant.", required=True),
    Instant("interval", "Milliseconds; by default a hundredth of the whole."),
)
_SUCCESS = Flag("success", "By default checks with any result.", default=None)

Results = list[dict[str, Any]]


def no_health(api_id: str) -> list[dict[str, Any]]:
    """Return no endpoints, for a process without a gateway."""
    return []


class Health:
    """The resource family of the health checks of this process.

    :param store: has the APIs.
    :param view: returns the results of the gateway.
    :param gateway_id: the name of this process.
    """

    def __init__(self, store: Store, view: HealthView, gateway_id: str) -> None:
        self._store = store
        self._view = view
        self._gateway_id = gateway_id

    @route(
        "GET",
        "/apis/<api_id>/health/endpoints",
        answers={200: Collection[CheckedEndpoint]},
    )
    async def endpoints(self, call: RestCall, api_id: str) -> Reply:
        """Return the checked endpoints, with their states."""
        shown = [
            {name: one[name] for name in ("endpoint", "status", "available")}
            for one in await self._found(api_id)
        ]
        return Reply(200, {"data": shown})

    @route(
        "GET",
        "/apis/<api_id>/health/availability",
        query=(_FIELD,),
        answers={200: Grouped},
    )
    async def availability(self, call: RestCall, api_id: str) -> Reply:
        """Return the share of successful checks."""
        return await self._grouped(call, api_id, _availability)

    @route(
        "GET",
        "/apis/<api_id>/health/average-response-time",
        query=(_FIELD,),
        answers={200: Grouped},
    )
    async def average(self, call: RestCall, api_id: str) -> Reply:
        """Return the average duration of a check, in milliseconds."""
        return await self._grouped(call, api_id, _average)

    @route(
        "GET",
        "/apis/<api_id>/health/average-response-time-overtime",
        query=_TIMES,
        answers={200: CheckDurations},
    )
    async def over_time(self, call: RestCall, api_id: str) -> Reply:
        """Return the average durations, by interval."""
        begin, end = call.query.instant("from") or 0, call.query.instant("to") or 0
        step = call.query.instant("interval")
        step = max(1, (end - begin) // 100) if step is None else step
        if end < begin or not step or (end - begin) // step >= MOST_BUCKETS:
            message = f"from, to and interval must make 1 to {MOST_BUCKETS} intervals"
            issue = Issue(message, "interval", step)
            raise BadRequest(message, "query.invalid", issues=[issue])
        buckets: list[Results] = [[] for _ in range((end - begin) // step + 1)]
        for one in _results(await self._found(api_id)):
            if begin <= one["at_ms"] <= end:
                buckets[(one["at_ms"] - begin) // step].append(one)
        return Reply(
            200,
            {
                "timeRange": {"from": begin, "to": end, "interval": step},
                "data": [_average(bucket) for bucket in buckets],
            },
        )

    @route(
        "GET",
        "/apis/<api_id>/health/logs",
        query=(*PAGING, _SUCCESS),
        answers={200: Listing[Check]},
    )
    async def logs(self, call: RestCall, api_id: str) -> Reply:
        """Return the checks, the newest first."""
        page = Page.of(call.query)
        wanted = call.query.flag("success") if "success" in call.query.given else None
        logs = [
            (one["at_ms"], self._log(found, one))
            for found in await self._found(api_id)
            for one in found["results"]
            if wanted is None or one["success"] is wanted
        ]
        logs.sort(key=lambda pair: pair[0], reverse=True)
        shown = [log for _, log in page.cut(logs)]
        return Reply(200, page.listing(shown, len(logs), call.url))

    def _log(self, found: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
        step: dict[str, Any] = {
            "name": "default-step",
            "success": one["success"],
            "request": {"method": found["method"]},
            "response": {"status": one["status"]},
        }
        if one["problem"]:
            step["message"] = one["problem"]
        name = f"{self._gateway_id}/{found['endpoint']}/{one['at_ms']}"
        return {
            "id": str(uuid5(NAMESPACE_OID, name)),
            "timestamp": timestamp(one["at_ms"]),
            "endpointName": found["endpoint"],
            "gatewayId": self._gateway_id,
            "responseTime": one["took_ms"],
            "success": one["success"],
            "steps": [step],
        }

    async def _grouped(
        self,
        call: RestCall,
        api_id: str,
        figure: Callable[[Results], float | int | None],
    ) -> Reply:
        field = call.query.one("field") or "endpoint"
        found = await self._found(api_id)
        if field == "gateway":
            groups = {self._gateway_id: list(_results(found))} if found else {}
        else:
            groups = {one["endpoint"]: one["results"] for one in found}
        body: dict[str, Any] = {
            "group": {
                name: value
                for name, results in groups.items()
                if (value := figure(results)) is not None
            }
        }
        overall = figure(list(_results(found)))
        if overall is not None:
            body["global"] = overall
        return Reply(200, body)

    async def _found(self, api_id: str) -> list[dict[str, Any]]:
        await self._store.read(lambda tx: find_api(tx, api_id))
        return await settled(self._view(api_id))


def _results(found: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return (result for one in found for result in one["results"])


def _availability(results: Results) -> float | None:
    if not results:
        return None
    passed = sum(1 for one in results if one["success"])
    return round(passed / len(results), 4)


def _average(results: Results) -> int | None:
    if not results:
        return None
    total_ms: int = sum(one["took_ms"] for one in results)
    return round(total_ms / len(results))
