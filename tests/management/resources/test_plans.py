"""Plans by REST."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, gatherResults

from relay.catalog import Catalog, PlanType
from relay.plans.keyless import KeyLess
from tests.installed import CATALOG
from tests.management.harness import Answer, ManagementCase, plan_body


class PlanCase(ManagementCase):
    """A test on the plans of one API."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create the API."""
        await super().setUp()
        self.api_id = await self.create()
        self.plans = f"/apis/{self.api_id}/plans"

    async def names(self, query: str = "") -> list[str]:
        """List the names of plans."""
        listing = await self.expect(200, "GET", f"{self.plans}{query}")
        return [plan["name"] for plan in listing["data"]]

    async def act(self, plan_id: str, action: str) -> Any:
        """Do something to a plan that must be allowed."""
        return await self.expect(200, "POST", f"{self.plans}/{plan_id}/{action}")


class CreateTests(PlanCase):
    """Creating, reading and listing."""

    async def test_create(self) -> None:
        """A new plan has the status STAGING, independently of the body."""
        answer = await self.ask("POST", self.plans, plan_body(status="PUBLISHED"))
        self.assertEqual(answer.status, 201, answer.content)
        plan = answer.json
        self.assertEqual(
            answer.headers["location"], f"{self.base}{self.plans}/{plan['id']}"
        )
        for name, value in (
            ("status", "STAGING"),
            ("apiId", self.api_id),
            ("definitionVersion", "V4"),
            ("mode", "STANDARD"),
            ("security", {"type": "KEY_LESS", "configuration": {}}),
            ("flows", []),
        ):
            self.assertEqual(plan[name], value)
        self.assertNotIn("publishedAt", plan)
        got = await self.ask("GET", f"{self.plans}/{plan['id']}")
        self.assertEqual(got.json, plan)
        self.assertEqual(got.headers["etag"], answer.headers["etag"])

    async def test_refusals(self) -> None:
        """Plans that are not built yet or not whole are refused with every place."""
        body = plan_body(name="", security={"type": "SAML"}, selectionRule="{#x}")
        error = await self.refused(400, "validation", "POST", self.plans, body)
        self.assertLessEqual(
            {"name", "security.type", "selectionRule"},
            {detail["location"] for detail in error["details"]},
        )
        body = plan_body(security={"type": "KEY_LESS", "configuration": {"x": 1}})
        error = await self.refused(400, "validation", "POST", self.plans, body)
        self.assertEqual(error["details"][0]["location"], "security.configuration.x")
        await self.refused(400, "body.missing", "POST", self.plans)

    async def test_unknown(self) -> None:
        """A plan that is not there, or is another API's, is not found."""
        other = await self.create("/other")
        plan_id = await self.plan(self.api_id)
        for path in (f"{self.plans}/none", f"/apis/{other}/plans/{plan_id}"):
            for method, end, body in (
                ("GET", "", None),
                ("PUT", "", plan_body()),
                ("PATCH", "", {"name": "x"}),
                ("DELETE", "", None),
                ("POST", "/_publish", None),
                ("POST", "/_deprecate", None),
                ("POST", "/_close", None),
            ):
                await self.refused(404, "plan.notFound", method, path + end, body)
        await self.refused(404, "api.notFound", "POST", "/apis/x/plans", plan_body())

    async def test_deprecated_api(self) -> None:
        """An API on its way out gets no new plan."""
        await self.expect(
            200, "PATCH", f"/apis/{self.api_id}", {"lifecycleState": "DEPRECATED"}
        )
        await self.refused(400, "api.deprecated", "POST", self.plans, plan_body())

    async def test_list(self) -> None:
        """Published plans are listed unless other statuses are named."""
        await self.plan(self.api_id, publish=False, name="staging")
        closed = await self.plan(self.api_id, name="closed")
        await self.act(closed, "_close")
        published = await self.plan(self.api_id, name="published")
        self.assertEqual(await self.names(), ["published"])
        self.assertEqual(await self.names("?statuses=STAGING"), ["staging"])
        both = {"staging", "closed"}
        self.assertEqual(set(await self.names("?statuses=STAGING,CLOSED")), both)
        self.assertEqual(
            set(await self.names("?statuses=STAGING&statuses=CLOSED")), both
        )
        self.assertEqual(await self.names("?securities=API_KEY"), [])
        self.assertEqual(await self.names("?securities=KEY_LESS,JWT"), ["published"])
        self.assertEqual(await self.names("?mode=STANDARD"), ["published"])
        self.assertEqual(await self.names("?mode=PUSH"), [])
        await self.act(published, "_deprecate")
        self.assertEqual(await self.names(), [])
        for query in ("statuses=OPEN", "securities=X", "mode=x", "perPage=0"):
            answer = await self.ask("GET", f"{self.plans}?{query}")
            self.assertEqual(answer.status, 400)
        await self.refused(
            400, "query.unsupported", "GET", f"{self.plans}?status=STAGING"
        )

    async def test_fields_and_paging(self) -> None:
        """Flows are left out when other fields are asked for; pages hold their part."""
        for number in range(3):
            await self.plan(self.api_id, publish=False, name=f"p{number}")
        query = "?statuses=STAGING&perPage=2&page=2"
        listing = await self.expect(200, "GET", f"{self.plans}{query}")
        self.assertEqual([plan["name"] for plan in listing["data"]], ["p2"])
        self.assertEqual(listing["pagination"]["totalCount"], 3)
        self.assertEqual(listing["links"]["self"], f"{self.base}{self.plans}{query}")
        for query, present in (
            ("", True),
            ("&fields=flow", True),
            ("&fields=none", False),
        ):
            listing = await self.expect(
                200, "GET", f"{self.plans}?statuses=STAGING{query}"
            )
            self.assertIs("flows" in listing["data"][0], present)


class LifecycleTests(PlanCase):
    """Every row of the life of a plan."""

    async def test_life(self) -> None:
        """A plan is published, deprecated and closed, each with its time."""
        plan_id = await self.plan(self.api_id, publish=False)
        published = await self.act(plan_id, "_publish")
        self.assertEqual(published["status"], "PUBLISHED")
        self.assertEqual(published["publishedAt"], published["updatedAt"])
        self.assertEqual(published["order"], 1)
        deprecated = await self.act(plan_id, "_deprecate")
        self.assertEqual(deprecated["status"], "DEPRECATED")
        self.assertEqual(deprecated["publishedAt"], published["publishedAt"])
        closed = await self.act(plan_id, "_close")
        self.assertEqual(closed["status"], "CLOSED")
        self.assertIn("closedAt", closed)

    async def test_every_refusal(self) -> None:
        """Each action in each status is allowed or refused with its code."""
        reach: dict[str, tuple[str, ...]] = {
            "STAGING": (),
            "PUBLISHED": ("_publish",),
            "DEPRECATED": ("_publish", "_deprecate"),
            "CLOSED": ("_close",),
        }
        expected = {
            ("STAGING", "_publish"): None,
            ("STAGING", "_deprecate"): "plan.notPublished",
            ("STAGING", "_close"): None,
            ("PUBLISHED", "_publish"): "plan.published",
            ("PUBLISHED", "_deprecate"): None,
            ("PUBLISHED", "_close"): None,
            ("DEPRECATED", "_publish"): "plan.deprecated",
            ("DEPRECATED", "_deprecate"): "plan.deprecated",
            ("DEPRECATED", "_close"): None,
            ("CLOSED", "_publish"): "plan.closed",
            ("CLOSED", "_deprecate"): "plan.closed",
            ("CLOSED", "_close"): "plan.closed",
        }
        for (status, action), code in expected.items():
            plan_id = await self.plan(self.api_id, publish=False)
            for step in reach[status]:
                await self.act(plan_id, step)
            path = f"{self.plans}/{plan_id}"
            if code is None:
                await self.act(plan_id, action)
            else:
                error = await self.refused(400, code, "POST", f"{path}/{action}")
                self.assertEqual(error["parameters"], {"plan": plan_id})
                got = await self.expect(200, "GET", path)
                self.assertEqual(got["status"], status)
            await self.expect(204, "DELETE", path)

    async def test_one_keyless_plan(self) -> None:
        """A second keyless plan waits until the first is closed."""
        first = await self.plan(self.api_id)
        second = await self.plan(self.api_id, publish=False)
        publish = f"{self.plans}/{second}/_publish"
        await self.refused(400, "plan.keyless.exists", "POST", publish)
        await self.act(first, "_deprecate")
        await self.refused(400, "plan.keyless.exists", "POST", publish)
        await self.act(first, "_close")
        await self.act(second, "_publish")

    async def test_race(self) -> None:
        """Of many keyless plans that are published at once exactly one is published."""
        ids = [await self.plan(self.api_id, publish=False) for _ in range(6)]
        asked = [
            Deferred.fromCoroutine(self.ask("POST", f"{self.plans}/{one}/_publish"))
            for one in ids
        ]
        answers: list[Answer] = await gatherResults(asked)
        statuses = sorted(answer.status for answer in answers)
        self.assertEqual(statuses, [200] + [400] * 5)
        self.assertEqual(len(await self.names()), 1)


class UpdateTests(PlanCase):
    """Replacing, patching and deleting."""

    async def test_put(self) -> None:
        """A replaced plan keeps its status, order, security type and cross id."""
        plan_id = await self.plan(self.api_id, crossId="cross")
        body = plan_body(name="Other", description="d")
        del body["security"]["type"]
        plan = await self.expect(200, "PUT", f"{self.plans}/{plan_id}", body)
        self.assertEqual((plan["name"], plan["status"]), ("Other", "PUBLISHED"))
        self.assertEqual((plan["order"], plan["crossId"]), (1, "cross"))
        self.assertEqual(plan["security"]["type"], "KEY_LESS")

    async def test_put_back_what_was_got(self) -> None:
        """The JSON of a GET can be sent back as it is."""
        plan_id = await self.plan(self.api_id)
        got = await self.expect(200, "GET", f"{self.plans}/{plan_id}")
        put = await self.expect(200, "PUT", f"{self.plans}/{plan_id}", got)
        self.assertEqual({n for n in got if got[n] != put[n]}, {"updatedAt"})

    async def test_patch(self) -> None:
        """A merge patch changes the members that it names; a dry run stores nothing."""
        plan_id = await self.plan(self.api_id)
        path = f"{self.plans}/{plan_id}"
        plan = await self.expect(
            200, "PATCH", f"{path}?dryRun=true", {"description": "dry"}
        )
        self.assertEqual(plan["description"], "dry")
        plan = await self.expect(200, "GET", path)
        self.assertEqual(plan["description"], "for all")
        plan = await self.expect(
            200,
            "PATCH",
            path,
            {"description": None, "characteristics": ["a"]},
            headers={"Content-Type": "application/merge-patch+json"},
        )
        self.assertNotIn("description", plan)
        self.assertEqual((plan["characteristics"], plan["order"]), (["a"], 1))
        error = await self.refused(
            400, "patch.fieldNotAllowed", "PATCH", path, {"status": "CLOSED"}
        )
        self.assertIn("_close", error["message"])
        await self.refused(400, "validation", "PATCH", path, {"name": ""})

    async def test_closed(self) -> None:
        """A closed plan is not changed any more, but can be deleted."""
        plan_id = await self.plan(self.api_id)
        await self.act(plan_id, "_close")
        path = f"{self.plans}/{plan_id}"
        await self.refused(400, "plan.closed", "PUT", path, plan_body())
        await self.refused(400, "plan.closed", "PATCH", path, {"name": "x"})
        answer = await self.ask("DELETE", path)
        self.assertEqual((answer.status, answer.content), (204, b""))
        await self.refused(404, "plan.notFound", "GET", path)

    async def test_if_match(self) -> None:
        """A version that is not the stored one stops every change."""
        plan_id = await self.plan(self.api_id, publish=False)
        path = f"{self.plans}/{plan_id}"
        calls: list[tuple[str, str, Any]] = [
            ("PUT", path, plan_body()),
            ("PATCH", path, {"name": "x"}),
            ("POST", f"{path}/_publish", None),
            ("POST", f"{path}/_deprecate", None),
            ("POST", f"{path}/_close", None),
            ("DELETE", path, None),
        ]
        for method, where, body in calls:
            await self.refused(
                412,
                "request.preconditionFailed",
                method,
                where,
                body,
                headers={"If-Match": '"1"'},
            )
        for method, where, body in calls:
            etag = (await self.ask("GET", path)).headers["etag"]
            answer = await self.ask(method, where, body, headers={"If-Match": etag})
            self.assertIn(answer.status, (200, 204), answer.content)


class OrderTests(PlanCase):
    """The order of several published plans, which a keyless one alone never has."""

    catalog = Catalog(
        CATALOG.endpoints.values(),
        CATALOG.entrypoints.values(),
        [CATALOG.plans["KEY_LESS"], PlanType("API_KEY", "API key", KeyLess)],
    )

    async def published(self, *names: str) -> dict[str, str]:
        """Publish plans.

        :returns: their ids by name.
        """
        security = {"type": "API_KEY"}
        return {
            name: await self.plan(self.api_id, name=name, security=security)
            for name in names
        }

    async def orders(self) -> dict[str, int]:
        """Read the order of each published plan."""
        listing = await self.expect(200, "GET", self.plans)
        return {plan["name"]: plan["order"] for plan in listing["data"]}

    async def test_published_last(self) -> None:
        """A plan is published behind the others."""
        await self.published("a", "b", "c")
        self.assertEqual(await self.orders(), {"a": 1, "b": 2, "c": 3})

    async def test_moved(self) -> None:
        """A plan that is given another place makes the others make room."""
        ids = await self.published("a", "b", "c")
        for order, place, names in (
            (1, 1, ["c", "a", "b"]),
            (99, 3, ["a", "b", "c"]),
            (0, 1, ["c", "a", "b"]),
            (2, 2, ["a", "c", "b"]),
        ):
            path = f"{self.plans}/{ids['c']}"
            plan = await self.expect(200, "PATCH", path, {"order": order})
            self.assertEqual(plan["order"], place)
            self.assertEqual(await self.names(), names)

    async def test_gone(self) -> None:
        """A plan that is closed or deleted leaves no gap."""
        ids = await self.published("a", "b", "c")
        await self.act(ids["a"], "_close")
        self.assertEqual(await self.orders(), {"b": 1, "c": 2})
        await self.expect(204, "DELETE", f"{self.plans}/{ids['b']}")
        self.assertEqual(await self.orders(), {"c": 1})

    async def test_security_is_for_life(self) -> None:
        """A plan is never given another way of knowing its callers."""
        ids = await self.published("a")
        await self.refused(
            400, "plan.security.type", "PUT", f"{self.plans}/{ids['a']}", plan_body()
        )
