"""Lists of plans, of files and of bodies of the Automation API."""

from __future__ import annotations

from typing import Any

from tests.management.automation.harness import AutomationCase, api_spec, plan_spec
from tests.management.harness import PREFIX

EVERY = "statuses=STAGING,PUBLISHED,DEPRECATED,CLOSED"
PUSH = {"mode": "PUSH", "security": None}


class ListCase(AutomationCase):
    """A test that sends the same lists in both ways."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create an API with two plans."""
        await super().setUp()
        keys, mtls = plan_spec("keys", "API_KEY"), plan_spec("mtls", "MTLS")
        made = await self.put("/apis", api_spec(plans=[keys, mtls]))
        self.path = f"/apis/{made['id']}"

    async def imported(self, status: int, *plans: dict[str, Any], **api: Any) -> Any:
        """Put a file, of which the plans are these."""
        path = f"{PREFIX}{self.path}/_import/definition"
        sent = api_spec(plans=list(plans), **api)
        return await self.expect(status, "PUT", path, sent)

    async def stored(self) -> list[tuple[str, str]]:
        """Return the hrids and statuses of all plans."""
        page = await self.managed(f"{self.path}/plans?{EVERY}")
        return sorted((one["hrid"], one["status"]) for one in page["data"])


class ProblemTests(ListCase):
    """Everything that is wrong is reported at once, by its location."""

    async def test_of_plans(self) -> None:
        """The rules of all plans, each at its member."""
        plans = [
            plan_spec("keys", "MTLS", "STAGING"),
            plan_spec("a"),
            plan_spec("b"),
            {**plan_spec("a", status="STAGING"), **PUSH},
            plan_spec("c", "API_KEY", "ENDED"),
        ]
        at = [
            "plans[0].status",
            "plans[0].security.type",
            "plans[2].security.type",
            "plans[3].hrid",
            "plans[3].mode",
            "plans[4].status",
        ]
        body = api_spec(plans=plans)
        error = await self.refused(400, "validation", "PUT", "/apis", body)
        self.assertEqual([one["location"] for one in error["details"]], at)
        error = await self.imported(400, *plans)
        self.assertEqual([one["location"] for one in error["details"]], at)
        self.assertEqual(
            await self.stored(), [("keys", "PUBLISHED"), ("mtls", "PUBLISHED")]
        )

    async def test_of_named_plans(self) -> None:
        """Plans that are no list have the locations of the body."""
        plans = {"keys": plan_spec("keys", "API_KEY", "STAGING")}
        body = api_spec(plans=plans)
        error = await self.refused(400, "plan.status", "PUT", "/apis", body)
        self.assertEqual(error["details"][0]["location"], "plans.keys.status")

    async def test_of_a_deprecated_api(self) -> None:
        """A deprecated API keeps its plans, and takes no others."""
        api = {"lifecycleState": "DEPRECATED"}
        keys, more = plan_spec("keys", "API_KEY"), plan_spec("more")
        await self.imported(200, keys, **api)
        await self.same("/apis", api_spec(plans=[keys], **api))
        body = api_spec(plans=[keys, more], **api)
        error = await self.refused(400, "api.deprecated", "PUT", "/apis", body)
        self.assertEqual(error["details"][0]["location"], "plans[1]")
        error = await self.imported(400, keys, more, **api)
        self.assertEqual(error["details"][0]["location"], "plans[1]")


class MatchTests(ListCase):
    """Which stored plan a listed one is."""

    async def test_a_closed_plan_gives_up_its_hrid(self) -> None:
        """The open plan is found first, in whatever order the two are listed."""
        closed = plan_spec("keys", "API_KEY", "CLOSED", name="Old")
        opened = plan_spec("keys", "API_KEY", name="New")
        both = [("keys", "CLOSED"), ("keys", "PUBLISHED")]
        for _ in range(2):
            await self.imported(200, closed, opened)
            self.assertEqual(await self.stored(), both)
        before = await self.trail()
        await self.imported(200, closed, opened)
        self.assertEqual(await self.trail(), before)
        await self.same("/apis", api_spec(plans=[closed, opened]))
        self.assertEqual(await self.stored(), both)

    async def test_the_newest_closed_plan(self) -> None:
        """A body finds the same one of several closed plans each time."""
        closed = plan_spec("keys", "API_KEY", "CLOSED")
        opened = plan_spec("keys", "API_KEY")
        mtls = plan_spec("mtls", "MTLS")
        for _ in range(2):
            await self.same("/apis", api_spec(plans=[mtls, closed]))
            await self.same("/apis", api_spec(plans=[mtls, opened]))
        await self.same("/apis", api_spec(plans=[mtls, closed]))
        self.assertEqual(
            await self.stored(), [("keys", "CLOSED")] * 3 + [("mtls", "PUBLISHED")]
        )

    async def test_the_stronger_member(self) -> None:
        """A name finds what no id and no hrid of another plan has found."""
        renamed = plan_spec("other", "API_KEY", name="Keys")
        await self.imported(200, renamed, plan_spec("keys", "API_KEY", name="Keys"))
        self.assertEqual(
            await self.stored(), [("keys", "PUBLISHED"), ("other", "PUBLISHED")]
        )
        events = await self.trail()
        self.assertEqual(events.count("PLAN_DELETED"), 1)
        self.assertEqual(events.count("PLAN_CREATED"), 3)

    async def test_an_empty_list(self) -> None:
        """A file without plans keeps them; a body without plans has none."""
        await self.imported(200)
        self.assertEqual(len(await self.stored()), 2)
        await self.same("/apis", api_spec(state="STOPPED", plans=[]))
        self.assertEqual(await self.stored(), [])
