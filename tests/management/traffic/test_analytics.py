"""Figures of calls by REST."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase
from tests.store.tables.flights.flights import flight


class TrafficCase(ManagementCase):
    """A management API whose store has flight records of one API."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Store them."""
        await super().setUp()
        self.api = await self.start()
        plan = (await self.expect(200, "GET", f"/apis/{self.api}/plans"))["data"][0]
        self.plan_id = plan["id"]
        known = {"api_id": self.api, "plan_id": self.plan_id}
        records = [
            flight(1000, **known),
            flight(1100, status=404, ttfb_ms=30, error_key="X", **known),
            flight(1200, api_id=self.api, plan_id="gone", application_id="gone"),
            flight(
                2100,
                status=0,
                ttfb_ms=None,
                ended=False,
                outcome=None,
                duration_ms=None,
                entrypoint="sse",
                events=9,
                **known,
            ),
        ]
        await self.store.write(lambda tx: tx.flights.save(records))

    async def figures(self, query: str, path: str = "analytics") -> Any:
        """Return figures of the API."""
        return await self.expect(200, "GET", f"/apis/{self.api}/{path}?{query}")


class AnalyticsTests(TrafficCase):
    """``GET /apis/{id}/analytics`` and the paths below it."""

    async def test_count(self) -> None:
        """The number of calls."""
        found = await self.figures("type=COUNT&from=0&to=9999")
        self.assertEqual(found, {"analyticsType": "COUNT", "count": 4})
        found = await self.figures("type=count&from=0&to=9999&terms=status:404")
        self.assertEqual(found["count"], 1)
        terms = f"terms=plan-id:{self.plan_id},plan-id:gone,status:200"
        found = await self.figures(f"type=COUNT&from=0&to=9999&{terms}")
        self.assertEqual(found["count"], 2)

    async def test_statistics(self) -> None:
        """Of the times until the response head."""
        query = "type=STATS&from=0&to=2000&field=gateway-response-time-ms"
        found = await self.figures(query)
        average = found.pop("avg")
        self.assertAlmostEqual(average, 50 / 3)
        self.assertEqual(
            found,
            {
                "analyticsType": "STATS",
                "count": 3,
                "min": 10,
                "max": 30,
                "sum": 50,
                "rps": 1.5,
                "rpm": 90.0,
                "rph": 5400.0,
            },
        )
        query = "type=STATS&from=0&to=1&field=gateway-response-time-ms"
        self.assertEqual((await self.figures(query))["count"], 0)

    async def test_groups(self) -> None:
        """With the names of plans and applications."""
        query = "type=GROUP_BY&from=0&to=9999&field=plan-id&order=-count:_count"
        self.assertEqual(
            await self.figures(query),
            {
                "analyticsType": "GROUP_BY",
                "values": {self.plan_id: 3, "gone": 1},
                "metadata": {
                    self.plan_id: {"name": "Keyless", "order": "0"},
                    "gone": {"name": "gone", "order": "1"},
                },
            },
        )
        query = "type=GROUP_BY&from=0&to=9999&field=application-id"
        found = await self.figures(query)
        self.assertEqual(found["metadata"]["1"]["name"], "Unknown")
        order = "order=-avg:gateway-response-time-ms&size=1"
        found = await self.figures(f"type=GROUP_BY&from=0&to=9999&field=status&{order}")
        self.assertEqual(found["values"], {"404": 30})

    async def test_ranges(self) -> None:
        """By hundreds of statuses."""
        query = "type=GROUP_BY&from=0&to=9999&field=status&ranges=200:300;400:500"
        found = await self.figures(query)
        self.assertEqual(found["values"], {"200.0-300.0": 2, "400.0-500.0": 1})

    async def test_histogram(self) -> None:
        """Counts by value, and averages."""
        aggregations = "FIELD:status,AVG:gateway-response-time-ms"
        found = await self.figures(
            f"type=HISTOGRAM&from=1000&to=2999&interval=1000&aggregations={aggregations}"
        )
        self.assertEqual(
            found["timestamp"], {"from": 1000, "to": 2999, "interval": 1000}
        )
        statuses, times = found["values"]
        self.assertEqual(
            {one["name"]: one["data"] for one in statuses["buckets"]},
            {"200": [2, 0], "404": [1, 0], "0": [0, 1]},
        )
        self.assertEqual((statuses["field"], statuses["name"]), ("status", "by_status"))
        self.assertEqual(statuses["metadata"]["404"], {"name": "404"})
        (average,) = times["buckets"]
        self.assertEqual(average["name"], "avg_gateway-response-time-ms")
        self.assertAlmostEqual(average["data"][0], 50 / 3)
        self.assertEqual(average["data"][1], 0)

    async def test_refused(self) -> None:
        """What has no effect, is missing or malformed, by its name."""
        times = "from=0&to=9999"
        for query, name in (
            (times, "type"),
            (f"{times}&type=OTHER", "type"),
            ("type=COUNT&to=1", "from"),
            ("type=COUNT&from=1", "to"),
            ("type=COUNT&from=2&to=1", "to"),
            (f"{times}&type=COUNT&field=status", "field"),
            (f"{times}&type=COUNT&interval=10", "interval"),
            (f"{times}&type=COUNT&query=status:200", "query"),
            (f"{times}&type=COUNT&terms=other:1", "terms"),
            (f"{times}&type=COUNT&terms=status:x", "terms"),
            (f"{times}&type=STATS", "field"),
            (f"{times}&type=STATS&field=host", "field"),
            (f"{times}&type=GROUP_BY", "field"),
            (f"{times}&type=GROUP_BY&field=timeline", "field"),
            (f"{times}&type=GROUP_BY&field=status&order=up", "order"),
            (f"{times}&type=GROUP_BY&field=status&order=avg:host", "order"),
            (f"{times}&type=GROUP_BY&field=status&order=count:x", "order"),
            (f"{times}&type=GROUP_BY&field=status&ranges=1-2", "ranges"),
            (f"{times}&type=GROUP_BY&field=status&ranges=1:2&size=1", "size"),
            (f"{times}&type=HISTOGRAM&aggregations=FIELD:status", "interval"),
            (f"{times}&type=HISTOGRAM&interval=1", "interval"),
            (f"{times}&type=HISTOGRAM&interval=0", "interval"),
            (f"{times}&type=HISTOGRAM&interval=100", "aggregations"),
            (
                f"{times}&type=HISTOGRAM&interval=100&aggregations=SUM:status",
                "aggregations",
            ),
        ):
            path = f"/apis/{self.api}/analytics?{query}"
            found = await self.ask("GET", path)
            self.assertEqual(found.status, 400, query)
            self.assertIn(f"parameter {name} ", found.json["message"], query)
        path = f"/apis/x/analytics?type=COUNT&{times}"
        await self.refused(404, "api.notFound", "GET", path)

    async def test_of_one_call(self) -> None:
        """The figures of a call."""
        found = await self.figures("", "analytics/request-1000")
        self.assertEqual(found["gatewayLatency"], 2)
        self.assertEqual(found["endpointResponseTime"], 8)
        self.assertEqual(found["plan"]["name"], "Keyless")
        path = f"/apis/{self.api}/analytics/none"
        await self.refused(404, "log.notFound", "GET", path)

    async def test_older_paths(self) -> None:
        """Each figure under a path of its own."""
        self.assertEqual(
            await self.figures("", "analytics/requests-count"),
            {"total": 4, "countsByEntrypoint": {"http-proxy": 3, "sse": 1}},
        )
        found = await self.figures("", "analytics/average-messages-per-request")
        self.assertEqual(
            found,
            {"average": 2.25, "averagesByEntrypoint": {"http-proxy": 0, "sse": 9}},
        )
        found = await self.figures("", "analytics/average-connection-duration")
        self.assertEqual(
            found, {"average": 100, "averagesByEntrypoint": {"http-proxy": 100}}
        )
        found = await self.figures("to=2000", "analytics/response-status-ranges")
        ranges = {f"{n}00.0-{n + 1}00.0": 0 for n in range(1, 6)} | {"unknown": 0}
        expected = {**ranges, "200.0-300.0": 2, "400.0-500.0": 1}
        self.assertEqual(
            found, {"ranges": expected, "rangesByEntrypoint": {"http-proxy": expected}}
        )
        found = await self.figures(
            "from=1000&to=1999", "analytics/response-time-over-time"
        )
        self.assertEqual(found["timeRange"], {"from": 1000, "to": 1999, "interval": 9})
        self.assertEqual((found["data"][0], found["data"][11]), (10, 30))
        found = await self.figures(
            "from=1000&to=1999", "analytics/response-status-overtime"
        )
        self.assertEqual(sum(found["data"]["200"]), 2)
        self.assertEqual(found["data"]["404"][11], 1)
        found = await self.figures("", "analytics/response-status-overtime")
        self.assertEqual(found["data"], {}, "the last day")
        path = f"/apis/{self.api}/analytics/requests-count?from=2&to=1"
        await self.refused(400, "query.invalid", "GET", path)


class LogTests(TrafficCase):
    """The JSON of logs whose plan or application is gone."""

    async def test_names(self) -> None:
        """What is known of them."""
        listed = await self.figures("", "logs")
        gone = listed["data"][1]
        self.assertEqual(gone["plan"], {"id": "gone", "apiId": self.api})
        self.assertEqual(gone["application"], {"id": "gone"})
        running = listed["data"][0]
        for name in ("status", "outcome", "duration", "gatewayResponseTime"):
            self.assertNotIn(name, running)
        self.assertEqual(running["plan"]["security"], {"type": "KEY_LESS"})
        self.assertEqual(listed["pagination"]["totalCount"], 4)
