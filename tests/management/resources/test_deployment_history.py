"""The deployments of an API by REST, and their differences."""

from __future__ import annotations

import json
from typing import Any

from relay.model.records import ServingReport
from tests.management.harness import ADMIN, ManagementCase, basic, plan_body

PASSWORD = "a long enough password"
GROUPS: list[dict[str, Any]] = [
    {
        "name": "group",
        "type": "http-proxy",
        "sharedConfiguration": {"http": {"idleTimeout": 80000}},
        "endpoints": [
            {
                "name": "endpoint",
                "type": "http-proxy",
                "inheritConfiguration": True,
                "configuration": {"target": "https://example.com/sse"},
            }
        ],
    }
]


class HistoryCase(ManagementCase):
    """A test with an API that runs."""

    async def add_user(self, name: str, role: str) -> dict[str, str]:
        """
        Create a user.

        :returns: the headers with its credentials.
        """
        body = {"name": name, "password": PASSWORD, "role": role}
        await self.expect(201, "POST", "/management/v2/users", body)
        return basic(name, PASSWORD)

    async def diff(self, api_id: str, query: str = "", **options: Any) -> Any:
        """Read differences."""
        url = f"/apis/{api_id}/deployments/_diff{query}"
        return await self.expect(200, "GET", url, **options)

    async def deploy(self, api_id: str, label: str = "", **options: Any) -> None:
        """Deploy what is saved."""
        url = f"/apis/{api_id}/deployments"
        body = {"deploymentLabel": label}
        await self.expect(202, "POST", url, body, **options)

    async def edit(self, api_id: str, **members: Any) -> None:
        """Change members of the definition."""
        await self.expect(200, "PATCH", f"/apis/{api_id}", members)


class ListTests(HistoryCase):
    """Who deployed what, when, and where it is in force."""

    async def test_list(self) -> None:
        """The newest comes first, with its label, user and gateways."""
        api_id = await self.start()
        ann = await self.add_user("ann", "PUBLISHER")
        await self.deploy(api_id, "second", credentials=ann)
        await self.store.write(
            lambda tx: tx.gateways.report(
                "g1", "alpha", {api_id: ServingReport(2, 2, None)}
            )
        )
        await self.store.write(
            lambda tx: tx.gateways.report(
                "g2", "beta", {api_id: ServingReport(2, 1, "no such file")}
            )
        )
        listing = await self.expect(200, "GET", f"/apis/{api_id}/deployments")
        second, first = listing["data"]
        self.assertEqual(listing["pagination"]["totalCount"], 2)
        for one in (first, second):
            self.assertEqual(len(one.pop("id")), 36)
            self.assertRegex(one.pop("deployedAt"), r"^\d{4}-.*Z$")
            for gateway in one["gateways"]:
                del gateway["reportedAt"]
        refused = {"deploymentNumber": 2, "reason": "no such file"}
        self.assertEqual(
            second,
            {
                "deploymentNumber": 2,
                "deploymentLabel": "second",
                "deployedBy": {"id": "ann", "displayName": "ann"},
                "gateways": [{"id": "g1", "host": "alpha", "deploymentNumber": 2}],
                "refusals": [{"id": "g2", "host": "beta", "reason": "no such file"}],
            },
        )
        self.assertEqual(
            first,
            {
                "deploymentNumber": 1,
                "deployedBy": {"id": "admin", "displayName": "admin"},
                "gateways": [
                    {
                        "id": "g2",
                        "host": "beta",
                        "deploymentNumber": 1,
                        "refused": refused,
                    }
                ],
                "refusals": [],
            },
        )

    async def test_pages(self) -> None:
        """The list has pages, and an API without deployments has an empty one."""
        api_id = await self.create()
        url = f"/apis/{api_id}/deployments"
        self.assertEqual((await self.expect(200, "GET", url))["data"], [])
        await self.plan(api_id)
        for _ in range(3):
            await self.deploy(api_id)
        page = await self.expect(200, "GET", f"{url}?perPage=2&page=2")
        self.assertEqual([one["deploymentNumber"] for one in page["data"]], [1])
        self.assertEqual(page["pagination"]["totalCount"], 3)
        await self.refused(404, "api.notFound", "GET", "/apis/x/deployments")

    async def test_users_are_for_those_who_read_the_trail(self) -> None:
        """A viewer is not shown who deployed, and nobody once the entry is deleted."""
        api_id = await self.start()
        viewer = await self.add_user("vic", "VIEWER")
        for path in ("deployments", "deployments/1"):
            url = f"/apis/{api_id}/{path}"
            seen = json.dumps(await self.expect(200, "GET", url, credentials=viewer))
            self.assertNotIn("deployedBy", seen)
            self.assertIn("deployedBy", json.dumps(await self.expect(200, "GET", url)))
        await self.store.write(lambda tx: tx.audits.forget(tx.now_ms + 1, 1000))
        url = f"/apis/{api_id}/deployments"
        self.assertNotIn("deployedBy", json.dumps(await self.expect(200, "GET", url)))

    async def test_one(self) -> None:
        """A past deployment is shown as it was, with its plans."""
        api_id = await self.start()
        await self.edit(api_id, name="Later")
        await self.deploy(api_id)
        url = f"/apis/{api_id}/deployments"
        first = await self.expect(200, "GET", f"{url}/1")
        self.assertEqual((first["name"], first["deploymentNumber"]), ("SSE", 1))
        self.assertEqual([one["name"] for one in first["plans"]], ["Keyless"])
        self.assertEqual(first["gateways"], [])
        self.assertEqual(first["deployedBy"]["id"], "admin")
        for number in ("3", "0", "x", "01", "9" * 12):
            error = await self.refused(
                404, "deployment.notFound", "GET", f"{url}/{number}"
            )
            self.assertEqual(error["parameters"], {"deployment": number})


class DiffTests(HistoryCase):
    """The differences of deployments and of what is saved."""

    async def test_draft(self) -> None:
        """By default the newest deployment is compared with what is saved."""
        api_id = await self.start()
        found = await self.diff(api_id)
        self.assertEqual(
            found,
            {
                "from": {"deploymentNumber": 1},
                "to": {"draft": True},
                "affectsTraffic": False,
                "data": [],
                "plans": [],
            },
        )
        await self.edit(api_id, endpointGroups=GROUPS, labels=["new"])
        found = await self.diff(api_id)
        self.assertTrue(found["affectsTraffic"])
        self.assertEqual(
            found["data"],
            [
                {
                    "path": "/endpointGroups/0/sharedConfiguration/http/idleTimeout",
                    "op": "replace",
                    "before": 70000,
                    "after": 80000,
                    "affectsTraffic": True,
                },
                {
                    "path": "/labels",
                    "op": "add",
                    "before": None,
                    "after": ["new"],
                    "affectsTraffic": False,
                },
            ],
        )

    async def test_plans(self) -> None:
        """Plans are compared by id; those in staging are not deployed."""
        api_id = await self.start()
        plans = f"/apis/{api_id}/plans"
        old = (await self.expect(200, "GET", plans))["data"][0]["id"]
        await self.expect(200, "PATCH", f"{plans}/{old}", {"name": "Everybody"})
        keys = {"type": "API_KEY", "configuration": {}}
        new = await self.plan(api_id, name="Keys", security=keys)
        await self.plan(api_id, publish=False, name="Later", security=keys)
        found = await self.diff(api_id)
        self.assertEqual(
            [(one["path"], one["op"], one["affectsTraffic"]) for one in found["data"]],
            [
                (f"/plans/{old}/name", "replace", False),
                (f"/plans/{new}", "add", True),
            ],
        )
        self.assertEqual(
            found["plans"],
            [{"id": old, "name": "Everybody"}, {"id": new, "name": "Keys"}],
        )
        await self.expect(200, "POST", f"{plans}/{old}/_deprecate")
        await self.deploy(api_id)
        backwards = await self.diff(api_id, "?from=2&to=1")
        self.assertEqual(
            [(one["path"], one["op"]) for one in backwards["data"]],
            [
                (f"/plans/{old}/name", "replace"),
                (f"/plans/{old}/status", "replace"),
                (f"/plans/{new}", "remove"),
            ],
        )
        self.assertEqual(backwards["to"], {"deploymentNumber": 1})

    async def test_out_of_sync(self) -> None:
        """An API is out of sync exactly when a difference affects traffic."""
        api_id = await self.start()
        for members, expected in (
            ({"description": "new"}, "DEPLOYED"),
            (
                {"flowExecution": {"mode": "DEFAULT", "matchRequired": False}},
                "DEPLOYED",
            ),
            ({"properties": [{"key": "a", "value": "b"}]}, "NEED_REDEPLOY"),
            ({"properties": []}, "DEPLOYED"),
        ):
            await self.edit(api_id, **members)
            api = await self.expect(200, "GET", f"/apis/{api_id}")
            self.assertEqual(api["deploymentState"], expected, members)
            found = await self.diff(api_id)
            self.assertEqual(found["affectsTraffic"], expected == "NEED_REDEPLOY")

    async def test_secrets(self) -> None:
        """A changed secret is a difference whose values are masked for everybody."""
        api_id = await self.create(
            properties=[{"key": "token", "value": "hush-1", "encryptable": True}]
        )
        await self.plan(api_id)
        await self.deploy(api_id)
        secret = {"key": "token", "value": "hush-2", "encryptable": True}
        groups = json.loads(json.dumps(GROUPS))
        target = "https://example.com/sse?key=hush-3"
        groups[0]["endpoints"][0]["configuration"]["target"] = target
        await self.edit(api_id, properties=[secret], endpointGroups=groups)
        viewer = await self.add_user("vic", "VIEWER")
        for credentials in (ADMIN, viewer):
            found = await self.diff(api_id, credentials=credentials)
            self.assertNotIn("hush", json.dumps(found))
            one = next(
                each for each in found["data"] if each["path"] == "/properties/0/value"
            )
            self.assertEqual((one["before"], one["after"]), ("********",) * 2)

    async def test_refusals(self) -> None:
        """What does not exist cannot be compared."""
        api_id = await self.create()
        url = f"/apis/{api_id}/deployments/_diff"
        await self.refused(404, "api.notDeployed", "GET", url)
        await self.refused(404, "deployment.notFound", "GET", f"{url}?from=1")
        await self.refused(404, "api.notFound", "GET", "/apis/x/deployments/_diff")
        await self.refused(400, "query.unsupported", "GET", f"{url}?form=1")
        await self.expect(201, "POST", f"/apis/{api_id}/plans", plan_body())
