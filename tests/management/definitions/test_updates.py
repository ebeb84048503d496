"""Updates of APIs with their plans from files."""

from __future__ import annotations

from typing import Any

from relay.model.secrets import MASK
from tests.management.harness import ManagementCase, api_body, plan_body

EVERY = "statuses=STAGING,PUBLISHED,DEPRECATED,CLOSED"
KEYS: dict[str, Any] = {"security": {"type": "API_KEY"}}


class UpdateTests(ManagementCase):
    """The file replaces what is stored, or nothing."""

    async def put(
        self, api_id: str, sent: Any, status: int = 200, query: str = ""
    ) -> Any:
        """Update an API from a file."""
        path = f"/apis/{api_id}/_import/definition{query}"
        return await self.expect(status, "PUT", path, sent)

    async def listed(self, api_id: str) -> dict[str, Any]:
        """Return all plans of an API by their names."""
        page = await self.expect(200, "GET", f"/apis/{api_id}/plans?{EVERY}")
        return {one["name"]: one for one in page["data"]}

    async def test_export_and_import(self) -> None:
        """The export of an API changes nothing of it."""
        api_id = await self.create()
        await self.plan(api_id)
        await self.plan(api_id, False, name="Keys", **KEYS)
        before = await self.expect(200, "GET", f"/apis/{api_id}")
        plans = await self.listed(api_id)
        export = await self.expect(200, "GET", f"/apis/{api_id}/_export/definition")
        path = f"/apis/{api_id}/_import/definition"
        dry = await self.expect(200, "PUT", f"{path}?dryRun=true", export)
        after = await self.expect(200, "PUT", path, export)
        self.assertEqual(after.pop("problems"), [])
        self.assertEqual(after, before)
        self.assertEqual(await self.listed(api_id), plans)
        self.assertEqual(dry["changes"], [])

    async def test_plans(self) -> None:
        """Plans are found by id, hrid, crossId and name; others are new, or deleted."""
        api_id = await self.create()
        ids = {
            name: await self.plan(api_id, False, name=name, **KEYS, **members)
            for name, members in (
                ("by-id", {}),
                ("by-hrid", {"hrid": "two"}),
                ("by-cross-id", {"crossId": "three"}),
                ("by-name", {}),
                ("gone", {}),
            )
        }
        plans = [
            plan_body(name="1", id=ids["by-id"], status="STAGING", **KEYS),
            plan_body(name="2", hrid="two", status="PUBLISHED", **KEYS),
            plan_body(name="3", crossId="three", status="CLOSED", **KEYS),
            plan_body(name="by-name", status="DEPRECATED", **KEYS),
            plan_body(name="new", **KEYS),
        ]
        await self.put(api_id, {"api": api_body(), "plans": plans})
        listed = await self.listed(api_id)
        found = {name: (one["id"], one["status"]) for name, one in listed.items()}
        new = found.pop("new")
        self.assertEqual(new[1], "PUBLISHED")
        self.assertNotIn(new[0], ids.values())
        self.assertEqual(
            found,
            {
                "1": (ids["by-id"], "STAGING"),
                "2": (ids["by-hrid"], "PUBLISHED"),
                "3": (ids["by-cross-id"], "CLOSED"),
                "by-name": (ids["by-name"], "DEPRECATED"),
            },
        )
        self.assertEqual((listed["2"]["order"], listed["new"]["order"]), (1, 2))
        without = api_body(description="no plans in the file")
        await self.put(api_id, {"api": without})
        self.assertEqual(set(await self.listed(api_id)), set(listed))
        # A closed plan stays when a file does not have it.
        await self.put(api_id, {"api": api_body(), "plans": [plans[1]]})
        self.assertEqual(set(await self.listed(api_id)), {"2", "3"})

    async def test_what_a_plan_keeps(self) -> None:
        """A plan does not go back, and keeps its security and its mode."""
        api_id = await self.create()
        await self.plan(api_id, name="Keys", **KEYS)
        for changes, location in (
            ({"status": "STAGING"}, "plans[0].status"),
            ({"security": {"type": "KEY_LESS"}}, "plans[0].security.type"),
        ):
            plan = plan_body(name="Keys", **{**KEYS, **changes})
            sent = {"api": api_body(), "plans": [plan]}
            error = await self.put(api_id, sent, 400)
            self.assertEqual(error["details"][0]["location"], location)

    async def test_used_plans(self) -> None:
        """A plan with a subscription is not deleted because a file lacks it."""
        api_id = await self.create()
        plan = await self.plan(api_id, name="Keys", **KEYS)
        application = await self.expect(201, "POST", "/applications", {"name": "A"})
        asked = {"applicationId": application["id"], "planId": plan}
        await self.expect(201, "POST", f"/apis/{api_id}/subscriptions", asked)
        sent = {"api": api_body(), "plans": [plan_body(name="Other", **KEYS)]}
        error = await self.put(api_id, sent, 400)
        self.assertEqual(error["technicalCode"], "plan.subscribed")
        self.assertEqual(set(await self.listed(api_id)), {"Keys"})
        plan_closed = plan_body(name="Keys", status="CLOSED", **KEYS)
        closed = {"api": api_body(), "plans": [plan_closed]}
        await self.put(api_id, closed)
        path = f"/apis/{api_id}/subscriptions?statuses=CLOSED"
        page = await self.expect(200, "GET", path)
        self.assertEqual(page["pagination"]["totalCount"], 1)

    async def test_secrets(self) -> None:
        """Masks keep what is stored; a file without properties keeps them."""
        groups = api_body()["endpointGroups"]
        groups[0]["sharedConfiguration"] = {
            "headers": [{"name": "X-Key", "value": "s3cret"}]
        }
        concealed = {"key": "k", "value": "hidden", "encryptable": True}
        api_id = await self.create(endpointGroups=groups, properties=[concealed])
        export = await self.expect(200, "GET", f"/apis/{api_id}/_export/definition")
        (shown,) = export["api"]["properties"]
        self.assertEqual(shown["value"], MASK)
        shared = export["api"]["endpointGroups"][0]["sharedConfiguration"]
        self.assertEqual(shared["headers"][0]["value"], "s3cret")
        shared["headers"][0]["value"] = MASK
        await self.put(api_id, export)
        export["api"].pop("properties")
        after = await self.put(api_id, export)
        headers = after["endpointGroups"][0]["sharedConfiguration"]["headers"]
        self.assertEqual(headers[0]["value"], "s3cret")
        self.assertEqual(after["properties"], [shown])
        stored = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert stored is not None
        self.assertEqual(stored.definition["properties"][0]["value"], "hidden")

    async def test_states(self) -> None:
        """``STARTED`` deploys what has changed, ``STOPPED`` stops."""
        api_id = await self.start()
        body = {**api_body(), "hrid": "trams", "version": "1", "state": "STARTED"}
        for name in ("apiVersion", "definitionVersion"):
            body.pop(name)
        current = f"/apis/{api_id}/deployments/current"
        for number, changes in ((1, {"name": "x"}), (2, {"tags": ["t"]})):
            api = await self.put(api_id, {**body, **changes})
            self.assertEqual(api["state"], "STARTED")
            self.assertEqual(api["deploymentState"], "DEPLOYED")
            deployment = await self.expect(200, "GET", current)
            self.assertEqual(deployment["deploymentNumber"], number)
        api = await self.put(api_id, {**body, "state": "STOPPED"})
        self.assertEqual(api["state"], "STOPPED")
        api = await self.put(api_id, body)
        self.assertEqual(api["state"], "STARTED")
        error = await self.put(api_id, {**body, "state": "PAUSED"}, 400)
        self.assertEqual(error["details"][0]["location"], "state")

    async def test_versions(self) -> None:
        """A stale version is refused, and so is an API that is not there."""
        api_id = await self.create()
        path = f"/apis/{api_id}/_import/definition"
        stale = {"If-Match": '"1"'}
        sent = {"api": api_body()}
        await self.expect(412, "PUT", path, sent, headers=stale)
        await self.expect(404, "PUT", "/apis/none/_import/definition", sent)
