"""APIs by REST: responses, refusals and races."""

from __future__ import annotations

import re
from typing import Any

from twisted.internet.defer import Deferred, gatherResults

from relay.model.secrets import MASK
from tests.management.harness import Answer, ManagementCase, api_body

UUID4 = re.compile(
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

UNBUILT = {"dynamicProperty": {"enabled": True}}


class CreateTests(ManagementCase):
    """Creating and reading."""

    async def test_create(self) -> None:
        """A new API is answered whole, with its URL and version."""
        answer = await self.ask("POST", "/apis", api_body("sse"))
        self.assertEqual(answer.status, 201, answer.content)
        api = answer.json
        self.assertTrue(UUID4.fullmatch(api["id"]))
        self.assertEqual(answer.headers["location"], f"{self.base}/apis/{api['id']}")
        for name, value in (
            ("definitionVersion", "V4"),
            ("type", "PROXY"),
            ("state", "STOPPED"),
            ("lifecycleState", "CREATED"),
            ("visibility", "PRIVATE"),
            ("deploymentState", "NEED_REDEPLOY"),
            ("primaryOwner", {"id": "admin", "displayName": "admin", "type": "USER"}),
            ("originContext", {"origin": "MANAGEMENT"}),
        ):
            self.assertEqual(api[name], value)
        self.assertNotIn("deployedAt", api)
        self.assertEqual(api["listeners"][0]["paths"][0]["path"], "/sse/")
        group = api["endpointGroups"][0]
        self.assertEqual(group["loadBalancer"], {"type": "ROUND_ROBIN"})
        self.assertEqual(set(api["_links"]), {"pictureUrl", "backgroundUrl"})
        for name in ("createdAt", "updatedAt"):
            self.assertTrue(INSTANT.fullmatch(api[name]), api[name])
        self.assertTrue(re.fullmatch(r'"\d{13}"', answer.headers["etag"]))
        self.assertTrue(answer.headers["last-modified"].endswith(" GMT"))

    async def test_get(self) -> None:
        """A GET returns the created API with the same version."""
        created = await self.ask("POST", "/apis", api_body())
        answer = await self.ask("GET", f"/apis/{created.json['id']}")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json, created.json)
        self.assertEqual(answer.headers["etag"], created.headers["etag"])

    async def test_both_prefixes(self) -> None:
        """The organisation may stand in the path; links then name it."""
        api_id = await self.create()
        base = "/management/v2/organizations/DEFAULT/environments/DEFAULT"
        api = await self.expect(200, "GET", f"{base}/apis/{api_id}")
        self.assertIn("/organizations/DEFAULT/", api["_links"]["pictureUrl"])

    async def test_shared_configuration_as_text(self) -> None:
        """A configuration that came as a JSON string is given back as an object."""
        body = api_body()
        body["endpointGroups"][0]["sharedConfiguration"] = (
            '{"http": {"idleTimeout": 70000}}'
        )
        api = await self.expect(201, "POST", "/apis", body)
        self.assertEqual(
            api["endpointGroups"][0]["sharedConfiguration"]["http"]["idleTimeout"],
            70000,
        )

    async def test_descriptive_members(self) -> None:
        """Words for people and portals are kept."""
        kept: dict[str, Any] = {
            "tags": ["a"],
            "labels": ["l"],
            "categories": ["c"],
            "groups": ["g"],
        }
        api_id = await self.create(**kept, crossId="cross", visibility="PUBLIC")
        api = await self.expect(200, "GET", f"/apis/{api_id}")
        for name, value in kept.items():
            self.assertEqual(api[name], value)
        self.assertEqual(api["crossId"], "cross")
        self.assertEqual(api["visibility"], "PUBLIC")

    async def test_every_problem_at_once(self) -> None:
        """All problems of a body are reported, each with its location."""
        body = api_body("", name="", visibility="SECRET", surprise=1)
        body["listeners"][0]["paths"] = []
        body["endpointGroups"][0]["endpoints"][0]["configuration"] = {"targt": "x"}
        error = await self.refused(400, "validation", "POST", "/apis", body)
        self.assertEqual(error["message"], "Validation error")
        found = {detail["location"] for detail in error["details"]}
        self.assertLessEqual(
            {
                "name",
                "visibility",
                "surprise",
                "listeners[0].paths",
                "endpointGroups[0].endpoints[0].configuration.target",
                "endpointGroups[0].endpoints[0].configuration.targt",
            },
            found,
        )
        for detail in error["details"]:
            self.assertEqual(set(detail), {"message", "location", "invalidValue"})

    async def test_not_built_yet(self) -> None:
        """A member that would change traffic and is not supported is refused."""
        error = await self.refused(
            400, "validation", "POST", "/apis", api_body(services=UNBUILT)
        )
        self.assertEqual(error["details"][0]["location"], "services.dynamicProperty")

    async def test_bodies_that_are_none(self) -> None:
        """No body, no object and no JSON are three different mistakes."""
        await self.refused(400, "body.missing", "POST", "/apis")
        await self.refused(400, "validation", "POST", "/apis", [])
        await self.refused(400, "json.invalid", "POST", "/apis", content=b"{")

    async def test_read_only_members(self) -> None:
        """Members that only the server sets are ignored in a body."""
        api = await self.expect(
            201, "POST", "/apis", api_body(id="mine", state="STARTED", createdAt=1)
        )
        self.assertTrue(UUID4.fullmatch(api["id"]))
        self.assertEqual(api["state"], "STOPPED")

    async def test_unknown(self) -> None:
        """An API that is not there is named."""
        for method, path in (
            ("GET", "/apis/none"),
            ("DELETE", "/apis/none"),
            ("POST", "/apis/none/_start"),
            ("POST", "/apis/none/_stop"),
            ("POST", "/apis/none/deployments"),
            ("GET", "/apis/none/deployments/current"),
            ("GET", "/apis/none/exposedEntrypoints"),
            ("GET", "/apis/none/picture"),
            ("GET", "/apis/none/plans"),
        ):
            error = await self.refused(404, "api.notFound", method, path)
            self.assertEqual(error["message"], "Api [none] cannot be found.")
            self.assertEqual(error["parameters"], {"api": "none"})
        for method, body in (("PUT", api_body()), ("PATCH", {"name": "x"})):
            await self.refused(404, "api.notFound", method, "/apis/none", body)


class PathTests(ManagementCase):
    """No path belongs to two APIs."""

    async def test_taken(self) -> None:
        """A path that contains another API's, or is contained, is refused."""
        await self.create("/sse")
        for path in ("/sse", "/sse/a", "//sse//", "/"):
            error = await self.refused(
                400, "validation", "POST", "/apis", api_body(path)
            )
            self.assertRegex(error["message"], r"^Path \[.*\] already exists")
            self.assertEqual(
                error["details"][0]["location"], "listeners[0].paths[0].path"
            )
        await self.create("/sse2")

    async def test_hosts_are_apart(self) -> None:
        """The same path under another host is another path."""
        body = api_body()
        body["listeners"][0]["paths"] = [{"host": "a.example", "path": "/sse"}]
        await self.expect(201, "POST", "/apis", body)
        await self.create("/sse")
        await self.refused(400, "validation", "POST", "/apis", body)

    async def test_path_rules(self) -> None:
        """Path mistakes stand in the message itself."""
        for paths, message in (
            ([], "HTTP listener requires a minimum of one path"),
            ([{"path": "/a"}, {"path": "a/"}], "Path [/a/] is duplicated"),
            ([{"path": "/a b"}], "Path [/a b] is invalid"),
        ):
            body = api_body()
            body["listeners"][0]["paths"] = paths
            error = await self.refused(400, "validation", "POST", "/apis", body)
            self.assertEqual(error["message"], message)

    async def test_race(self) -> None:
        """If one path is created many times at once, exactly one creation succeeds."""
        asked = [
            Deferred.fromCoroutine(self.ask("POST", "/apis", api_body("/race")))
            for _ in range(8)
        ]
        answers: list[Answer] = await gatherResults(asked)
        statuses = sorted(answer.status for answer in answers)
        self.assertEqual(statuses, [201] + [400] * 7)

    async def test_served_paths_are_taken_too(self) -> None:
        """A path that gateways still serve for one API is not given to another."""
        api_id = await self.start("/old")
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/new"))
        for path in ("/old", "/new"):
            await self.refused(400, "validation", "POST", "/apis", api_body(path))
        await self.expect(202, "POST", f"/apis/{api_id}/deployments")
        await self.create("/old")

    async def test_verify(self) -> None:
        """Paths can be tried before they are used."""
        api_id = await self.create("/sse")
        for body, verdict in (
            ({"paths": [{"path": "/free"}]}, {"ok": True}),
            (
                {"paths": [{"path": "/sse"}]},
                {"ok": False, "reason": "Path [/sse/] already exists"},
            ),
            ({"apiId": api_id, "paths": [{"path": "/sse"}]}, {"ok": True}),
            (
                {"paths": [{"path": "/sse", "host": "a.example"}]},
                {"ok": True},
            ),
            (
                {"paths": []},
                {
                    "ok": False,
                    "reason": "HTTP listener requires a minimum of one path",
                },
            ),
            (
                {"paths": [{"path": "/a b"}]},
                {"ok": False, "reason": "Path [/a b] is invalid"},
            ),
            (
                {"paths": [{"path": "/x"}, {"path": "x"}]},
                {"ok": False, "reason": "Path [/x/] is duplicated"},
            ),
        ):
            got = await self.expect(202, "POST", "/apis/_verify/paths", body)
            self.assertEqual(got, verdict)
        wrongs: list[Any] = [{}, {"paths": "/x"}, {"paths": [{"path": 1}]}, [], 1]
        for wrong in wrongs:
            await self.refused(400, "validation", "POST", "/apis/_verify/paths", wrong)


class HostTests(ManagementCase):
    """Hosts that are asked for."""

    async def test_verify(self) -> None:
        """Names are checked; listeners that Relay lacks are named."""
        http = {"listenerType": "HTTP"}
        for body, reason in (
            ({**http, "hosts": ["a.example", "b.example"]}, None),
            ({**http, "hosts": []}, "At least one host is required"),
            ({**http, "hosts": [" "]}, "Domain [ ] is invalid"),
            ({**http, "hosts": ["a b"]}, "Domain [a b] is invalid"),
            ({**http, "hosts": ["a.b", "A.b."]}, "Domain [A.b.] is duplicated"),
            (
                {"apiId": "x", "hosts": ["a.b"], "listenerType": "KAFKA"},
                "KAFKA listeners are not supported yet",
            ),
            ({"hosts": ["a.b"]}, "TCP listeners are not supported yet"),
        ):
            got = await self.expect(202, "POST", "/apis/_verify/hosts", body)
            told = {"ok": True} if reason is None else {"ok": False, "reason": reason}
            self.assertEqual(got, told)
        await self.refused(400, "validation", "POST", "/apis/_verify/hosts", {})


class UpdateTests(ManagementCase):
    """Replacing and patching."""

    async def test_put(self) -> None:
        """A replaced API has its new definition and its old identity."""
        api_id = await self.create(crossId="cross")
        before = await self.ask("GET", f"/apis/{api_id}")
        answer = await self.ask(
            "PUT", f"/apis/{api_id}", api_body("/other", name="Other")
        )
        self.assertEqual(answer.status, 200, answer.content)
        after = answer.json
        self.assertEqual((after["id"], after["name"]), (api_id, "Other"))
        self.assertEqual(after["createdAt"], before.json["createdAt"])
        self.assertEqual(after["crossId"], "cross")
        self.assertGreater(after["updatedAt"], before.json["updatedAt"])
        self.assertNotEqual(answer.headers["etag"], before.headers["etag"])
        await self.create("/sse")

    async def test_put_back_what_was_got(self) -> None:
        """The JSON of a GET can be sent back as it is."""
        api_id = await self.start()
        got = await self.expect(200, "GET", f"/apis/{api_id}")
        put = await self.expect(200, "PUT", f"/apis/{api_id}", got)
        changed = {name for name in got if got[name] != put[name]}
        self.assertEqual(changed, {"updatedAt"})
        default = {"mode": "DEFAULT", "matchRequired": False}
        self.assertEqual(put["flowExecution"], default)

    async def test_standing(self) -> None:
        """Visibility and lifecycle state are set by an update, and kept without."""
        api_id = await self.create()
        body = api_body(visibility="PUBLIC", lifecycleState="PUBLISHED")
        await self.expect(200, "PUT", f"/apis/{api_id}", body)
        api = await self.expect(200, "PUT", f"/apis/{api_id}", api_body())
        self.assertEqual(
            (api["visibility"], api["lifecycleState"]), ("PUBLIC", "PUBLISHED")
        )
        body = api_body(lifecycleState="DEPRECATED")
        await self.expect(200, "PUT", f"/apis/{api_id}", body)
        body = api_body(lifecycleState="PUBLISHED")
        await self.refused(
            400, "api.lifecycleState.invalid", "PUT", f"/apis/{api_id}", body
        )

    async def test_own_path(self) -> None:
        """An API keeps its own path, and takes no other's."""
        api_id = await self.create("/one")
        await self.create("/two")
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/one"))
        await self.refused(
            400, "validation", "PUT", f"/apis/{api_id}", api_body("/two")
        )

    async def test_patch(self) -> None:
        """
        A merge patch changes the members that it names, at any depth, and removes by
        null.
        """
        api_id = await self.create(tags=["a"], labels=["l"])
        for kind in ("application/merge-patch+json", "application/json"):
            api = await self.expect(
                200,
                "PATCH",
                f"/apis/{api_id}",
                {"name": kind, "tags": None, "analytics": {"enabled": False}},
                headers={"Content-Type": kind},
            )
            self.assertEqual((api["name"], api["tags"]), (kind, []))
            self.assertEqual(api["labels"], ["l"])
            self.assertEqual(api["analytics"]["enabled"], False)
            self.assertEqual(api["deploymentState"], "NEED_REDEPLOY")

    async def test_json_patch(self) -> None:
        """Operations change what GET returns, defaults included; the rest stays."""
        api_id = await self.create(labels=["l"])
        path = f"/apis/{api_id}"
        before = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert before is not None
        etag = (await self.ask("GET", path)).headers["etag"]
        operations = [
            {"op": "test", "path": "/state", "value": "STOPPED"},
            {"op": "copy", "from": "/id", "path": "/description"},
            {"op": "add", "path": "/tags/-", "value": "eu"},
            {"op": "move", "from": "/labels/0", "path": "/categories/0"},
            {"op": "replace", "path": "/listeners/0/paths/0/path", "value": "/new"},
            {"op": "replace", "path": "/visibility", "value": "PUBLIC"},
        ]
        headers = {"Content-Type": "application/json-patch+json", "If-Match": etag}
        api = await self.expect(200, "PATCH", path, operations, headers=headers)
        self.assertEqual(api["description"], api_id)
        self.assertEqual(
            (api["tags"], api["labels"], api["categories"]), (["eu"], [], ["l"])
        )
        self.assertEqual(api["listeners"][0]["paths"][0]["path"], "/new/")
        self.assertEqual(api["visibility"], "PUBLIC")
        after = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert after is not None
        changed = {"description", "tags", "labels", "categories", "listeners"}
        self.assertEqual(
            {n: v for n, v in after.definition.items() if n not in changed},
            {n: v for n, v in before.definition.items() if n not in changed},
        )
        await self.refused(
            412,
            "request.preconditionFailed",
            "PATCH",
            path,
            operations,
            headers=headers,
        )

    async def test_json_patch_of_concealed_properties(self) -> None:
        """A value that is shown as a mask stays, and is not read by an operation."""
        secret = {"key": "token", "value": "hush", "encryptable": True}
        api_id = await self.create(properties=[secret])
        path, more = f"/apis/{api_id}", {"key": "region", "value": "eu"}
        headers = {"Content-Type": "application/json-patch+json"}
        add = [{"op": "add", "path": "/properties/0", "value": more}]
        api = await self.expect(200, "PATCH", path, add, headers=headers)
        self.assertEqual([one["value"] for one in api["properties"]], ["eu", MASK])
        stored = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert stored is not None
        self.assertEqual(
            [one["value"] for one in stored.definition["properties"]], ["eu", "hush"]
        )
        test = [{"op": "test", "path": "/properties/1/value", "value": "hush"}]
        await self.refused(400, "patch.failed", "PATCH", path, test, headers=headers)

    async def test_refused_json_patches(self) -> None:
        """Nothing of a patch is stored if one operation cannot be applied."""
        api_id = await self.create()
        path = f"/apis/{api_id}"
        before = await self.expect(200, "GET", path)
        change = {"op": "replace", "path": "/name", "value": "x"}
        for code, operation, location in (
            ("patch.failed", {"op": "remove", "path": "/flows/0"}, "[1].path"),
            (
                "patch.fieldNotAllowed",
                {"op": "replace", "path": "/state", "value": "STARTED"},
                "[1].path",
            ),
            ("validation", {"op": "remove", "path": "/listeners"}, "listeners"),
            ("patch.invalid", {"op": "remove"}, "[1]"),
        ):
            error = await self.refused(
                400,
                code,
                "PATCH",
                path,
                [change, operation],
                headers={"Content-Type": "application/json-patch+json"},
            )
            self.assertEqual([one["location"] for one in error["details"]], [location])
        self.assertEqual(await self.expect(200, "GET", path), before)

    async def test_patch_is_checked(self) -> None:
        """The result of a patch is validated like a whole body."""
        api_id = await self.create()
        error = await self.refused(
            400, "validation", "PATCH", f"/apis/{api_id}", {"name": None, "x": 1}
        )
        self.assertEqual(
            {detail["location"] for detail in error["details"]}, {"name", "x"}
        )
        bodies: list[Any] = [[], "x", 1]
        for body in bodies:
            await self.refused(400, "patch.invalid", "PATCH", f"/apis/{api_id}", body)

    async def test_patch_of_read_only_members(self) -> None:
        """A patch of a read-only member is refused with the alternative."""
        api_id = await self.create()
        error = await self.refused(
            400,
            "patch.fieldNotAllowed",
            "PATCH",
            f"/apis/{api_id}",
            {"state": "STARTED", "id": "x"},
        )
        self.assertIn("_start", error["message"])
        self.assertEqual(len(error["details"]), 2)

    async def test_dry_run(self) -> None:
        """A dry run answers as the patch would, and changes nothing."""
        api_id = await self.create()
        before = await self.expect(200, "GET", f"/apis/{api_id}")
        api = await self.expect(
            200, "PATCH", f"/apis/{api_id}?dryRun=true", {"name": "dry"}
        )
        self.assertEqual(api["name"], "dry")
        await self.refused(
            400, "validation", "PATCH", f"/apis/{api_id}?dryRun=true", {"name": ""}
        )
        self.assertEqual(await self.expect(200, "GET", f"/apis/{api_id}"), before)

    async def test_if_match(self) -> None:
        """A version that is not the stored one stops every change."""
        api_id = await self.create()
        await self.plan(api_id)
        path = f"/apis/{api_id}"
        calls: list[tuple[str, str, Any]] = [
            ("PUT", path, api_body()),
            ("PATCH", path, {"name": "x"}),
            ("POST", f"{path}/_start", None),
            ("POST", f"{path}/_stop", None),
            ("POST", f"{path}/deployments", None),
            ("DELETE", f"{path}?closePlans=true", None),
        ]
        for method, where, body in calls:
            for stale in ('"1"', 'W/"1"', "1", '"', "nonsense", '"1", "2"'):
                await self.refused(
                    412,
                    "request.preconditionFailed",
                    method,
                    where,
                    body,
                    headers={"If-Match": stale},
                )
        for method, where, body in calls:
            etag = (await self.ask("GET", path)).headers["etag"]
            answer = await self.ask(method, where, body, headers={"If-Match": etag})
            self.assertIn(answer.status, (200, 202, 204), answer.content)

    async def test_if_match_forms(self) -> None:
        """Any of several versions, a weak one, one from Apache and a star fit."""
        api_id = await self.create()
        for form in ("*", "{0}", "W/{0}", '"1", {0}', '"{1}-gzip"'):
            etag = (await self.ask("GET", f"/apis/{api_id}")).headers["etag"]
            await self.expect(
                200,
                "PATCH",
                f"/apis/{api_id}",
                {"name": "x"},
                headers={"If-Match": form.format(etag, etag.strip('"'))},
            )

    async def test_lost_update(self) -> None:
        """Of many updates of one version exactly one succeeds."""
        api_id = await self.create()
        etag = (await self.ask("GET", f"/apis/{api_id}")).headers["etag"]
        asked = [
            Deferred.fromCoroutine(
                self.ask(
                    "PATCH",
                    f"/apis/{api_id}",
                    {"name": f"n{number}"},
                    headers={"If-Match": etag},
                )
            )
            for number in range(8)
        ]
        answers: list[Answer] = await gatherResults(asked)
        statuses = sorted(answer.status for answer in answers)
        self.assertEqual(statuses, [200] + [412] * 7)


class DeleteTests(ManagementCase):
    """Deleting."""

    async def test_delete(self) -> None:
        """A stopped API goes, with its path."""
        api_id = await self.create()
        await self.plan(api_id, publish=False)
        answer = await self.ask("DELETE", f"/apis/{api_id}")
        self.assertEqual((answer.status, answer.content), (204, b""))
        self.assertNotIn("content-type", answer.headers)
        await self.refused(404, "api.notFound", "GET", f"/apis/{api_id}")
        await self.create()

    async def test_running(self) -> None:
        """A running API is not deleted, with or without ``closePlans``."""
        api_id = await self.start()
        for query in ("", "?closePlans=true"):
            error = await self.refused(
                400, "api.running", "DELETE", f"/apis/{api_id}{query}"
            )
            self.assertEqual(error["parameters"], {"api": api_id})

    async def test_plans_not_closed(self) -> None:
        """An API with open plans is deleted only with ``closePlans=true``."""
        api_id = await self.create()
        await self.plan(api_id, name="Gold")
        error = await self.refused(
            400, "api.notDeletable", "DELETE", f"/apis/{api_id}?closePlans=false"
        )
        self.assertEqual(error["parameters"], {"plans": "Gold"})
        await self.refused(
            400, "query.invalid", "DELETE", f"/apis/{api_id}?closePlans=1"
        )
        await self.expect(204, "DELETE", f"/apis/{api_id}?closePlans=true")


class DuplicateTests(ManagementCase):
    """Copying."""

    async def test_duplicate(self) -> None:
        """A copy is stopped, has its own path, version and plans."""
        api_id = await self.start()
        copy = await self.expect(
            200,
            "POST",
            f"/apis/{api_id}/_duplicate",
            {
                "contextPath": "/copy",
                "host": "a.example",
                "version": "2",
                "filteredFields": [],
            },
        )
        self.assertNotEqual(copy["id"], api_id)
        self.assertEqual(
            (copy["state"], copy["apiVersion"], copy["name"]), ("STOPPED", "2", "SSE")
        )
        self.assertEqual(
            copy["listeners"][0]["paths"],
            [{"host": "a.example", "path": "/copy/", "overrideAccess": False}],
        )
        plans = await self.expect(200, "GET", f"/apis/{copy['id']}/plans")
        self.assertEqual(len(plans["data"]), 1)
        await self.expect(204, "POST", f"/apis/{copy['id']}/_start")

    async def test_filtered(self) -> None:
        """Filtered members, closed plans and cross ids are not copied."""
        api_id = await self.create(
            crossId="c", groups=["g"], members=[{"id": "m"}], pages=[{"id": "p"}]
        )
        closed = await self.plan(api_id)
        await self.expect(200, "POST", f"/apis/{api_id}/plans/{closed}/_close")
        await self.plan(api_id)
        copy = await self.expect(
            200,
            "POST",
            f"/apis/{api_id}/_duplicate",
            {"contextPath": "/b", "filteredFields": ["GROUPS", "MEMBERS", "PAGES"]},
        )
        self.assertEqual(copy["groups"], [])
        for name in ("crossId", "members", "pages"):
            self.assertNotIn(name, copy)
        everything = "?statuses=STAGING,PUBLISHED,DEPRECATED,CLOSED"
        plans = await self.expect(200, "GET", f"/apis/{copy['id']}/plans{everything}")
        self.assertEqual([p["status"] for p in plans["data"]], ["PUBLISHED"])
        copy = await self.expect(
            200,
            "POST",
            f"/apis/{api_id}/_duplicate",
            {"contextPath": "/c", "filteredFields": ["PLANS"]},
        )
        plans = await self.expect(200, "GET", f"/apis/{copy['id']}/plans{everything}")
        self.assertEqual(plans["data"], [])
        self.assertEqual(copy["groups"], ["g"])

    async def test_refusals(self) -> None:
        """A copy needs a path, a free one, and options that exist."""
        api_id = await self.create("/a")
        for body, location in (
            ({}, "contextPath"),
            ({"contextPath": "/a"}, "listeners[0].paths[0].path"),
            ({"contextPath": "/a b"}, "listeners[0].paths[0].path"),
            ({"contextPath": "/b", "filteredFields": ["X"]}, "filteredFields[0]"),
            ({"contextPath": "/b", "other": 1}, "other"),
        ):
            error = await self.refused(
                400, "validation", "POST", f"/apis/{api_id}/_duplicate", body
            )
            self.assertEqual(error["details"][0]["location"], location)
        await self.refused(
            404, "api.notFound", "POST", "/apis/none/_duplicate", {"contextPath": "/b"}
        )
