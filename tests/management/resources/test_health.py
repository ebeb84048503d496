"""The results of health checks by REST."""

from __future__ import annotations

from typing import Any

from relay.management.resources.health import Health
from tests.management.harness import ManagementCase


def result(at_ms: int, took_ms: int, problem: str = "") -> dict[str, Any]:
    """Return the result of one check."""
    return {
        "at_ms": at_ms,
        "status": 200 if not problem else 504,
        "took_ms": took_ms,
        "problem": problem,
        "success": not problem,
    }


FOUND = [
    {
        "endpoint": "a",
        "status": "UP",
        "available": True,
        "method": "GET",
        "results": [result(1000, 10), result(2000, 20), result(3000, 40, "late")],
    },
    {
        "endpoint": "b",
        "status": "DOWN",
        "available": False,
        "method": "HEAD",
        "results": [result(2500, 50, "gone")],
    },
]


class HealthTests(ManagementCase):
    """Figures of an API with two endpoints."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Let the gateway have results of every API."""
        self.patch(Health, "_found", self._find)
        await super().setUp()
        self.shown: list[dict[str, Any]] = FOUND
        self.path = "/apis/any/health"

    async def _find(self, api_id: str) -> list[dict[str, Any]]:
        return self.shown

    async def get(self, path: str) -> Any:
        """Ask for figures."""
        return await self.expect(200, "GET", f"{self.path}/{path}")

    async def test_endpoints(self) -> None:
        """Each endpoint is shown with its state."""
        self.assertEqual(
            (await self.get("endpoints"))["data"],
            [
                {"endpoint": "a", "status": "UP", "available": True},
                {"endpoint": "b", "status": "DOWN", "available": False},
            ],
        )

    async def test_availability(self) -> None:
        """The share of successes, of each endpoint and of all."""
        found = await self.get("availability")
        self.assertEqual(found, {"global": 0.5, "group": {"a": 0.6667, "b": 0.0}})
        found = await self.get("availability?field=gateway")
        self.assertEqual(list(found["group"].values()), [0.5])

    async def test_average(self) -> None:
        """The average time, of each endpoint and of all."""
        found = await self.get("average-response-time?field=endpoint")
        self.assertEqual(found, {"global": 30, "group": {"a": 23, "b": 50}})

    async def test_over_time(self) -> None:
        """The averages, interval by interval; nothing where there was no check."""
        path = "average-response-time-overtime?from=1000&to=4000&interval=1000"
        found = await self.get(path)
        self.assertEqual(
            found,
            {
                "timeRange": {"from": 1000, "to": 4000, "interval": 1000},
                "data": [10, 35, 40, None],
            },
        )
        for query in ("", "from=1", "from=2&to=1", "from=0&to=9&interval=0"):
            await self.refused(
                400,
                "query.invalid",
                "GET",
                f"{self.path}/average-response-time-overtime?{query}",
            )
        many = "average-response-time-overtime?from=0&to=100000&interval=1"
        await self.refused(400, "query.invalid", "GET", f"{self.path}/{many}")

    async def test_logs(self) -> None:
        """The checks, the newest first, in pages, all or by how they ended."""
        found = await self.get("logs?perPage=2")
        self.assertEqual(found["pagination"]["totalCount"], 4)
        first, second = found["data"]
        self.assertEqual(
            (first["endpointName"], first["responseTime"], first["success"]),
            ("a", 40, False),
        )
        self.assertEqual(first["steps"][0]["message"], "late")
        self.assertEqual(first["steps"][0]["response"], {"status": 504})
        self.assertEqual(second["endpointName"], "b")
        self.assertEqual(first["timestamp"], "1970-01-01T00:00:03.000Z")
        found = await self.get("logs?success=true")
        self.assertEqual([one["responseTime"] for one in found["data"]], [20, 10])
        again = await self.get("logs")
        self.assertEqual(again["data"][0]["id"], first["id"])

    async def test_nothing_known(self) -> None:
        """Without checks there are no figures."""
        self.shown = []
        self.assertEqual(await self.get("availability"), {"group": {}})
        self.assertEqual((await self.get("logs"))["data"], [])


class NoGatewayTests(ManagementCase):
    """A process that runs no gateway."""

    async def test_empty(self) -> None:
        """Without a gateway the lists are empty."""
        api_id = await self.create()
        found = await self.expect(200, "GET", f"/apis/{api_id}/health/endpoints")
        self.assertEqual(found, {"data": []})
        await self.refused(404, "api.notFound", "GET", "/apis/none/health/endpoints")
