"""Shared policy groups, and the definitions that refer to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import maybeDeferred

from relay.management.resources.gateway import Gateway
from relay.management.site import ManagementSite
from relay.model.records import Deployment
from tests.management.harness import ManagementCase, api_body, basic, plan_body

GROUPS = "/shared-policy-groups"
STEP = {
    "policy": "transform-headers",
    "configuration": {"addHeaders": [{"name": "X-Token", "value": "s3cr3t"}]},
}


def body(**changes: Any) -> dict[str, Any]:
    """Return a group for the requests of PROXY APIs."""
    return {
        "name": "Headers",
        "apiType": "PROXY",
        "phase": "REQUEST",
        "steps": [STEP],
        **changes,
    }


def using(cross_id: str, phase: str = "request", **step: Any) -> list[dict[str, Any]]:
    """Return flows that refer to a group."""
    configuration = {"sharedPolicyGroupId": cross_id}
    one = {
        "policy": "shared-policy-group-policy",
        "configuration": configuration,
        **step,
    }
    return [{"name": "f", phase: [one]}]


class GroupCase(ManagementCase):
    """A management API that has groups."""

    async def group(self, **changes: Any) -> dict[str, Any]:
        """Create a group."""
        made: dict[str, Any] = await self.expect(201, "POST", GROUPS, body(**changes))
        return made

    async def deploy(self, group: dict[str, Any]) -> dict[str, Any]:
        """Deploy a group."""
        path = f"{GROUPS}/{group['id']}/_deploy"
        deployed: dict[str, Any] = await self.expect(202, "POST", path)
        return deployed


class LifeTests(GroupCase):
    """Create, get, change, deploy, undeploy, delete."""

    async def test_created(self) -> None:
        """A new group has all its members, and is not deployed."""
        given = body(
            crossId="cross-1", description="d", prerequisiteMessage="needs nothing"
        )
        answer = await self.ask("POST", GROUPS, given)
        made = answer.json
        self.assertEqual(answer.status, 201)
        self.assertTrue(answer.headers["location"].endswith(f"{GROUPS}/{made['id']}"))
        told = {name: made[name] for name in given if name != "steps"}
        self.assertEqual(told, {n: one for n, one in given.items() if n != "steps"})
        self.assertEqual(made["steps"][0]["policy"], "transform-headers")
        self.assertEqual((made["version"], made["lifecycleState"]), (0, "UNDEPLOYED"))
        self.assertEqual(made["originContext"], {"origin": "MANAGEMENT"})
        self.assertEqual(made["createdAt"], made["updatedAt"])
        self.assertNotIn("deployedAt", made)
        found = await self.expect(200, "GET", f"{GROUPS}/{made['id']}")
        self.assertEqual(found, made)
        other = await self.group()
        self.assertNotIn(other["crossId"], ("cross-1", other["id"], ""))

    async def test_refused(self) -> None:
        """With each mistake, by its place."""
        nested = {"policy": "shared-policy-group-policy"}
        for changes, location in (
            ({"name": None}, "name"),
            ({"apiType": None}, "apiType"),
            ({"phase": None}, "phase"),
            ({"phase": "PUBLISH"}, "phase"),
            ({"phase": "INTERACT"}, "phase"),
            ({"steps": [{"policy": "unheard-of"}]}, "steps[0].policy"),
            ({"steps": [{"policy": "event-filter"}]}, "steps[0].policy"),
            ({"steps": [STEP, nested]}, "steps[1].policy"),
            (
                {"steps": [{"policy": "latency", "configuration": {"time": "x"}}]},
                "steps[0].configuration.time",
            ),
            ({"hooks": []}, "hooks"),
        ):
            error = await self.refused(
                400, "validation", "POST", GROUPS, body(**changes)
            )
            self.assertEqual([one["location"] for one in error["details"]], [location])
        await self.group(crossId="cross-1")
        await self.refused(
            400,
            "sharedPolicyGroup.duplicateCrossId",
            "POST",
            GROUPS,
            body(crossId="cross-1"),
        )
        await self.refused(400, "body.missing", "POST", GROUPS)

    async def test_unknown(self) -> None:
        """An unknown group is a 404 for every method."""
        for method, path in (
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("GET", "/histories"),
            ("POST", "/_deploy"),
            ("POST", "/_undeploy"),
        ):
            error = await self.refused(
                404,
                "sharedPolicyGroup.notFound",
                method,
                f"{GROUPS}/nothing{path}",
                body() if method == "PUT" else None,
            )
            self.assertEqual(
                error["message"], "SharedPolicyGroup [nothing] cannot be found."
            )

    async def test_changed(self) -> None:
        """Absent members keep their values; type and phase cannot be changed."""
        made = await self.group(description="d", crossId="cross-1")
        path = f"{GROUPS}/{made['id']}"
        changed = await self.expect(200, "PUT", path, {"description": "new"})
        self.assertEqual(
            (changed["description"], changed["name"], changed["steps"]),
            ("new", "Headers", made["steps"]),
        )
        self.assertEqual(changed["lifecycleState"], "UNDEPLOYED")
        again = await self.expect(200, "PUT", path, {**changed, "name": "N"})
        self.assertEqual((again["name"], again["crossId"]), ("N", "cross-1"))
        for name, value in (("apiType", "MESSAGE"), ("phase", "RESPONSE")):
            error = await self.refused(400, "validation", "PUT", path, {name: value})
            self.assertEqual(error["details"][0]["location"], name)
        await self.group(crossId="cross-2")
        await self.refused(
            400,
            "sharedPolicyGroup.duplicateCrossId",
            "PUT",
            path,
            {"crossId": "cross-2"},
        )
        await self.refused(400, "validation", "PUT", path, [])
        moved = await self.expect(200, "PUT", path, {"crossId": "cross-3"})
        self.assertEqual(moved["crossId"], "cross-3")
        await self.deploy(moved)
        await self.refused(
            400, "sharedPolicyGroup.deployed", "PUT", path, {"crossId": "cross-4"}
        )

    async def test_deployed(self) -> None:
        """Each deployment is a version in the history."""
        made = await self.group()
        path = f"{GROUPS}/{made['id']}"
        await self.refused(
            400, "sharedPolicyGroup.notDeployed", "POST", f"{path}/_undeploy"
        )
        answer = await self.ask("POST", f"{path}/_deploy", {})
        one = answer.json
        self.assertEqual(answer.status, 202)
        self.assertEqual((one["version"], one["lifecycleState"]), (1, "DEPLOYED"))
        self.assertIn("etag", answer.headers)
        self.assertIn("deployedAt", one)
        two = await self.expect(200, "PUT", path, {"name": "two"})
        self.assertEqual((two["version"], two["lifecycleState"]), (1, "PENDING"))
        two = await self.deploy(made)
        self.assertEqual((two["version"], two["lifecycleState"]), (2, "DEPLOYED"))
        await self.expect(200, "PUT", path, {"name": "three"})
        for _ in range(2):
            gone = await self.expect(202, "POST", f"{path}/_undeploy")
            self.assertEqual(
                (gone["version"], gone["lifecycleState"], gone["name"]),
                (2, "UNDEPLOYED", "three"),
            )
        changed = await self.expect(200, "PUT", path, {"name": "four"})
        self.assertEqual(changed["lifecycleState"], "UNDEPLOYED")
        found = await self.expect(200, "GET", f"{path}/histories")
        self.assertEqual(
            [(x["name"], x["version"], x["lifecycleState"]) for x in found["data"]],
            [
                ("two", 2, "UNDEPLOYED"),
                ("two", 2, "UNDEPLOYED"),
                ("two", 2, "DEPLOYED"),
                ("Headers", 1, "DEPLOYED"),
            ],
        )
        asked = f"{path}/histories?sortBy=version&perPage=1&page=2"
        found = await self.expect(200, "GET", asked)
        self.assertEqual([one["version"] for one in found["data"]], [2])
        self.assertEqual(found["pagination"]["totalCount"], 4)
        await self.refused(400, "query.invalid", "GET", f"{path}/histories?sortBy=name")

    async def test_versions_of_clients(self) -> None:
        """A client that has read an older version changes nothing."""
        made = await self.group()
        path = f"{GROUPS}/{made['id']}"
        old = (await self.ask("GET", path)).headers["etag"]
        await self.expect(200, "PUT", path, {"name": "new"})
        for method, where in (
            ("PUT", path),
            ("DELETE", path),
            ("POST", f"{path}/_deploy"),
        ):
            await self.refused(
                412,
                "request.preconditionFailed",
                method,
                where,
                {"name": "newer"},
                headers={"If-Match": old},
            )

    async def test_list(self) -> None:
        """Groups are found by name or description, sorted, and listed in pages."""
        for name, phase in (("b", "RESPONSE"), ("A", "REQUEST"), ("c", "REQUEST")):
            await self.group(name=name, phase=phase, description=f"of {name} Kind")
        await self.group(name="other")

        async def names(query: str) -> list[str]:
            found = await self.expect(200, "GET", f"{GROUPS}?{query}")
            return [one["name"] for one in found["data"]]

        self.assertEqual(await names("q=kInd&sortBy=name"), ["A", "b", "c"])
        self.assertEqual(await names("q=kind&sortBy=-name"), ["c", "b", "A"])
        self.assertEqual(await names("sortBy=-phase&perPage=1"), ["b"])
        self.assertEqual(await names("sortBy=name&perPage=3&page=2"), ["other"])
        self.assertEqual(await names("q=a"), ["A"])
        self.assertEqual(await names("q="), ["other", "c", "A", "b"])
        await self.refused(400, "query.invalid", "GET", f"{GROUPS}?sortBy=version")

    async def test_policy_plugins(self) -> None:
        """The deployed groups are listed for steps, as the console reads them."""
        made = await self.group(crossId="cross-1", prerequisiteMessage="p")
        await self.group(crossId="cross-2")
        path = f"{GROUPS}/policy-plugins"
        self.assertEqual(await self.expect(200, "GET", path), [])
        await self.deploy(made)
        await self.expect(200, "PUT", f"{GROUPS}/{made['id']}", {"name": "later"})
        told = {
            "id": "cross-1",
            "policyId": "shared-policy-group-policy",
            "name": "Headers",
            "prerequisiteMessage": "p",
            "apiType": "PROXY",
            "phase": "REQUEST",
        }
        self.assertEqual(await self.expect(200, "GET", path), [told])
        await self.expect(202, "POST", f"{GROUPS}/{made['id']}/_undeploy")
        self.assertEqual(await self.expect(200, "GET", path), [])

    async def test_rights(self) -> None:
        """Viewers read, without secrets; publishers write."""
        made = await self.group()
        await self.deploy(made)
        users = "/management/v2/organizations/DEFAULT/users"
        for name, role in (("vera", "VIEWER"), ("paul", "PUBLISHER")):
            user = {"name": name, "password": "a long enough one", "role": role}
            await self.expect(201, "POST", users, user)
        vera, paul = (basic(one, "a long enough one") for one in ("vera", "paul"))
        path = f"{GROUPS}/{made['id']}"
        for where in (path, GROUPS, f"{path}/histories"):
            answer = await self.ask("GET", where, credentials=vera)
            self.assertEqual(answer.status, 200)
            self.assertNotIn(b"s3cr3t", answer.content)
            self.assertIn(b"********", answer.content)
        for method, where in (
            ("POST", GROUPS),
            ("PUT", path),
            ("DELETE", path),
            ("POST", f"{path}/_deploy"),
            ("POST", f"{path}/_undeploy"),
        ):
            await self.refused(
                403, "forbidden", method, where, body(), credentials=vera
            )
        shown = await self.expect(200, "GET", path, credentials=paul)
        self.assertIn("s3cr3t", str(shown))
        await self.expect(200, "PUT", path, shown, credentials=paul)
        trail = await self.ask("GET", "/audits?perPage=20")
        self.assertNotIn(b"s3cr3t", trail.content)
        self.assertIn(b"SHARED_POLICY_GROUP_DEPLOYED", trail.content)


class ReferenceTests(GroupCase):
    """APIs and plans that use groups."""

    async def test_checked_when_saved(self) -> None:
        """A group must exist, for the type of the API and the phase of the step."""
        await self.group(crossId="cross-1")
        await self.group(crossId="cross-m", apiType="MESSAGE")
        at = "flows[0].{}[0].configuration.sharedPolicyGroupId".format
        for flows, phase in (
            (using("nothing"), "request"),
            (using("cross-1", "response"), "response"),
            (using("cross-m"), "request"),
        ):
            error = await self.refused(
                400, "validation", "POST", "/apis", self.api(flows)
            )
            told = [one["location"] for one in error["details"]]
            self.assertEqual(told, [at(phase)])
        await self.expect(201, "POST", "/apis", self.api(using("x", enabled=False)))
        made = await self.expect(201, "POST", "/apis", self.api(using("cross-1"), "/b"))
        path = f"/apis/{made['id']}"
        await self.refused(
            400, "validation", "PUT", path, self.api(using("nothing"), "/b")
        )
        merge = {"Content-Type": "application/merge-patch+json"}
        await self.refused(
            400, "validation", "PATCH", path, {"flows": using("x")}, headers=merge
        )
        plans = f"{path}/plans"
        wrong = plan_body(flows=using("nothing"))
        await self.refused(400, "validation", "POST", plans, wrong)
        plan = await self.plan(made["id"], flows=using("cross-1"))
        await self.refused(400, "validation", "PUT", f"{plans}/{plan}", wrong)
        missing = using("nothing")
        missing[0]["request"][0]["configuration"] = {}
        error = await self.refused(
            400, "validation", "POST", "/apis", self.api(missing, "/c")
        )
        self.assertEqual(error["details"][0]["location"], at("request"))

    def api(self, flows: list[dict[str, Any]], path: str = "/a") -> dict[str, Any]:
        """Return the body of an API with flows."""
        return api_body(path, flows=flows)

    async def test_used(self) -> None:
        """A group that is used, saved or deployed, cannot be deleted or renamed."""
        group = await self.group(crossId="cross-1")
        path = f"{GROUPS}/{group['id']}"
        api = await self.create(flows=using("cross-1"))

        async def kept() -> None:
            for method, sent in (("DELETE", None), ("PUT", {"crossId": "cross-2"})):
                error = await self.refused(
                    400, "sharedPolicyGroup.used", method, path, sent
                )
                self.assertIn(api, error["message"])

        await kept()
        await self.plan(api)
        await self.expect(204, "POST", f"/apis/{api}/_start")
        await self.expect(200, "PUT", f"/apis/{api}", self.api([], "/sse"))
        await kept()
        await self.expect(202, "POST", f"/apis/{api}/deployments")
        await self.expect(204, "DELETE", path)
        await self.refused(404, "sharedPolicyGroup.notFound", "GET", path)


class TrialTests(GroupCase):
    """A group is tried with the APIs that use it before it is deployed."""

    async def test_refused(self) -> None:
        """When one of them could not be served, nothing is changed."""
        tried: list[Deployment] = []

        def try_out(deployment: Deployment) -> None:
            if any(one.version == 2 for one in deployment.groups.values()):
                tried.append(deployment)
                raise ValueError("no such resource")

        await maybeDeferred(self.port.stopListening)
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            self.site.clock,
            list,
            gateway=replace(Gateway(), try_out=try_out),
        )
        await self.listen()
        group = await self.group(crossId="cross-1")
        path = f"{GROUPS}/{group['id']}"
        api = await self.create(flows=using("cross-1"))
        await self.plan(api)
        await self.expect(204, "POST", f"/apis/{api}/_start")
        await self.deploy(group)
        error = await self.refused(
            400, "sharedPolicyGroup.refused", "POST", f"{path}/_deploy"
        )
        self.assertIn(api, error["message"])
        self.assertIn("no such resource", error["message"])
        self.assertEqual([one.api_id for one in tried], [api])
        found = await self.expect(200, "GET", path)
        self.assertEqual((found["version"], found["lifecycleState"]), (1, "DEPLOYED"))
        await self.expect(204, "POST", f"/apis/{api}/_stop")
        self.assertEqual((await self.deploy(group))["version"], 2)
