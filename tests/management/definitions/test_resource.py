"""APIs that are created together with their plans."""

from __future__ import annotations

from typing import Any

from relay.dialects.finding import Finding
from relay.dialects.writing.yaml_text import write_yaml
from relay.model.secrets import MASK
from tests.dialects.bodies import flow, resource, step
from tests.dialects.test_vectors import BUILT
from tests.dialects.vectors import vectors
from tests.management.harness import ManagementCase, api_body, plan_body

IMPORT = "/apis/_import/definition"


def body(*plans: dict[str, Any], **api: Any) -> dict[str, Any]:
    """Return an exported definition."""
    return {"api": api_body(**api), "plans": list(plans)}


class ImportTests(ManagementCase):
    """One call, in which all or nothing is created."""

    async def locations(self, sent: object) -> list[str]:
        """Send a body that is refused; return the locations of its mistakes."""
        error = await self.refused(400, "validation", "POST", IMPORT, sent)
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
        return [one["location"] for one in error["details"]]

    async def test_created(self) -> None:
        """The API and its plans are those that single calls create."""
        keys = plan_body(name="Keys", security={"type": "API_KEY"})
        sent = body(
            plan_body(status="PUBLISHED"),
            {**keys, "status": "PUBLISHED"},
            {**keys, "status": "STAGING"},
        )
        answer = await self.ask("POST", IMPORT, sent)
        self.assertEqual(answer.status, 201, answer.content)
        api = answer.json
        self.assertTrue(answer.headers["location"].endswith(f"/apis/{api['id']}"))
        self.assertEqual((api["state"], api["deploymentState"]), _STOPPED)
        plans = f"/apis/{api['id']}/plans?statuses=STAGING,PUBLISHED"
        listed = (await self.expect(200, "GET", plans))["data"]
        self.assertEqual(
            {(one["name"], one["status"], one["order"]) for one in listed},
            {
                ("Keyless", "PUBLISHED", 1),
                ("Keys", "PUBLISHED", 2),
                ("Keys", "STAGING", 0),
            },
        )
        by_calls = await self.create("/other")
        await self.plan(by_calls)
        other = await self.expect(200, "GET", f"/apis/{by_calls}")
        self.assertEqual(api.pop("problems"), [])
        for name in set(api) - _OWN:
            self.assertEqual(api[name], other[name], name)
        plans = f"/apis/{by_calls}/plans"
        (plan,) = (await self.expect(200, "GET", plans))["data"]
        (same,) = (one for one in listed if one["name"] == "Keyless")
        for name in set(plan) - _OWN_OF_PLAN:
            self.assertEqual(same[name], plan[name], name)
        await self.expect(204, "POST", f"/apis/{api['id']}/_start")

    async def test_dry_run(self) -> None:
        """A dry run shows the API, and saves nothing."""
        sent = body(plan_body(status="PUBLISHED"))
        api = await self.expect(200, "POST", f"{IMPORT}?dryRun=true", sent)
        self.assertEqual(api["name"], "SSE")
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
        await self.refused(
            400, "validation", "POST", f"{IMPORT}?dryRun=true", body(type="FTP")
        )

    async def test_all_mistakes_at_once(self) -> None:
        """The mistakes of the API and of all plans, with their locations."""
        sent = body(
            plan_body(name=""),
            plan_body(security={"type": "RUNES"}, status="CLOSED"),
            plan_body(mode="PUSH"),
            apiVersion="",
        )
        self.assertEqual(
            await self.locations(sent),
            [
                "api.apiVersion",
                "plans[0].name",
                "plans[1].security.type",
                "plans[2].security",
            ],
        )

    async def test_rules_of_plans(self) -> None:
        """Plans follow the rules of single calls."""
        sent = body(
            plan_body(status="PUBLISHED"),
            plan_body(status="PUBLISHED"),
            plan_body(status="ENDED"),
            plan_body(mode="PUSH", security=None),
        )
        self.assertEqual(
            await self.locations(sent),
            ["plans[1].security.type", "plans[2].status", "plans[3].mode"],
        )

    async def test_taken_path(self) -> None:
        """A path of another API is refused at its location."""
        await self.create("/sse")
        error = await self.refused(400, "validation", "POST", IMPORT, body())
        (detail,) = error["details"]
        self.assertEqual(detail["location"], "api.listeners[0].paths[0].path")

    async def test_what_is_beside_an_api(self) -> None:
        """What has no effect is kept or left out, and reported."""
        sent = {
            **body(),
            "export": {"date": "…"},
            "pages": [{"name": "Doc"}],
            "members": [],
            "metadata": None,
            "planz": [],
        }
        api = await self.expect(201, "POST", IMPORT, sent)
        self.assertEqual(
            [(one["path"], one["severity"]) for one in api["problems"]],
            [("pages", "warning"), ("planz", "warning")],
        )
        self.assertEqual(api["pages"], [{"name": "Doc"}])

    async def test_no_definition(self) -> None:
        """A file without a definition is refused."""
        self.assertEqual(await self.locations({"plans": {}}), [""])
        self.assertEqual(await self.locations([]), [""])
        for content, kind, code in (
            (b"", "application/json", "body.missing"),
            (b"a: 1", "text/plain", "mediaType.unsupported"),
        ):
            answer = await self.ask(
                "POST", IMPORT, content=content, headers={"Content-Type": kind}
            )
            self.assertEqual(answer.json["technicalCode"], code)


class DialectTests(ManagementCase):
    """Files in other dialects, and what their problems do."""

    async def send(self, content: str, query: str = "", status: int = 201) -> Any:
        """Import a file of YAML."""
        headers = {"Content-Type": "application/yaml"}
        return await self.expect(
            status, "POST", IMPORT + query, content=content.encode(), headers=headers
        )

    async def test_yaml(self) -> None:
        """A custom resource is imported under its name, and started."""
        plans = {"open": {"name": "Open", "security": {"type": "KEY_LESS"}}}
        spec = api_body(state="STARTED", plans=plans)
        file = write_yaml(resource("ApiV4Definition", "trams", **spec))
        api = await self.send(file)
        self.assertEqual((api["hrid"], api["state"]), ("trams", "STARTED"))
        self.assertEqual(api["deploymentState"], "DEPLOYED")
        self.assertEqual(api["problems"], [])
        (plan,) = (await self.expect(200, "GET", f"/apis/{api['id']}/plans"))["data"]
        self.assertEqual((plan["hrid"], plan["name"]), ("open", "Open"))
        error = await self.send(file, status=400)
        self.assertEqual(
            {one["location"] for one in error["details"]},
            {"metadata.name", "spec.listeners[0].paths[0].path"},
        )

    async def test_lines(self) -> None:
        """A refused file has the line of each problem."""
        file = write_yaml(resource("ApiV4Definition", "trams", **api_body(type="FTP")))
        line = 1 + file.splitlines().index("  type: FTP")
        (detail,) = (await self.send(file, status=400))["details"]
        self.assertEqual(
            (detail["location"], detail["severity"], detail["line"]),
            ("spec.type", "severe", line),
        )

    async def test_waiving(self) -> None:
        """A severe problem is waived by its place, and only a problem is."""
        flows = [flow(step("groovy", a=1), step("latency", time=1))]
        file = write_yaml(api_body(flows=flows))
        at = "flows[0].request[0]"
        (detail,) = (await self.send(file, status=400))["details"]
        self.assertEqual(detail["location"], f"{at}.policy")
        api = await self.send(file, f"?waive={at}")
        (kept,) = api["flows"][0]["request"]
        self.assertEqual(kept["policy"], "latency")
        self.assertEqual(
            [(one["path"], one["severity"]) for one in api["problems"]],
            [(f"{at}.policy", "warning")],
        )
        other = write_yaml(api_body("/other"))
        error = await self.send(other, "?waive=listeners", 400)
        self.assertEqual(error["details"][0]["location"], "listeners")

    async def test_waived_locations_with_commas(self) -> None:
        """Each parameter is one location, whatever characters it has."""
        flows = [flow(step("groovy", a=1))]
        plans = {
            name: {"security": {"type": "API_KEY"}, "flows": flows}
            for name in ("a,b", "c")
        }
        file = write_yaml(api_body(plans=plans))
        ends = ".flows[0].request[0].policy"
        places = [f"plans.{name}{ends}" for name in plans]
        details = (await self.send(file, status=400))["details"]
        self.assertEqual([one["location"] for one in details], places)
        error = await self.send(file, f"?waive={','.join(places)}", 400)
        self.assertIn(",".join(places), [one["location"] for one in error["details"]])
        query = "&".join(f"waive={place}" for place in places)
        api = await self.send(file, f"?{query}")
        self.assertEqual([one["path"] for one in api["problems"]], places)

    async def test_hrids_and_states(self) -> None:
        """A closed plan is closed, a deprecated one deprecated; hrids are unique."""
        plan = {"security": {"type": "API_KEY"}}
        plans = [
            {**plan, "name": "Old", "hrid": "keys", "status": "CLOSED"},
            {**plan, "name": "Keys", "hrid": "keys", "status": "DEPRECATED"},
            {**plan, "name": "Keys", "status": "PUBLISHED"},
        ]
        api = await self.send(write_yaml(api_body(hrid="trams", plans=plans)))
        every = "statuses=CLOSED,DEPRECATED,PUBLISHED"
        path = f"/apis/{api['id']}/plans?{every}"
        listed = (await self.expect(200, "GET", path))["data"]
        self.assertEqual(
            {(one["name"], one["hrid"], one["status"]) for one in listed},
            {
                ("Old", "keys", "CLOSED"),
                ("Keys", "keys", "DEPRECATED"),
                ("Keys", "keys-2", "PUBLISHED"),
            },
        )
        self.assertTrue(
            all("closedAt" in one for one in listed if one["name"] == "Old")
        )
        twice = api_body("/other", plans=[{**plans[1]}, {**plans[1], "name": "x"}])
        error = await self.send(write_yaml(twice), status=400)
        self.assertEqual(error["details"][0]["location"], "plans[1].hrid")

    async def test_groups(self) -> None:
        """A group of the store is named by its hrid; one of the file is inlined."""
        group = {"name": "G", "hrid": "g", "apiType": "PROXY", "phase": "REQUEST"}
        made = await self.expect(201, "POST", "/shared-policy-groups", group)
        by_hrid = [flow(step("shared-policy-group-policy", hrid="g"))]
        api = await self.send(write_yaml(api_body(flows=by_hrid)))
        (kept,) = api["flows"][0]["request"]
        self.assertEqual(
            kept["configuration"], {"sharedPolicyGroupId": made["crossId"]}
        )
        missing = [flow(step("shared-policy-group-policy", hrid="h"))]
        error = await self.send(write_yaml(api_body("/a", flows=missing)), status=400)
        self.assertEqual(
            error["details"][0]["location"],
            "flows[0].request[0].configuration.hrid",
        )
        carried = resource(
            "SharedPolicyGroup",
            "h",
            name="H",
            apiType="PROXY",
            phase="REQUEST",
            steps=[step("latency", time=1)],
        )
        definition = resource("ApiV4Definition", "b", **api_body("/b", flows=missing))
        application = resource("Application", "c", name="C")
        documents = map(write_yaml, (carried, definition, application))
        api = await self.send("---\n".join(documents))
        (kept,) = api["flows"][0]["request"]
        self.assertEqual(kept["policy"], "latency")
        self.assertEqual([one["path"] for one in api["problems"]], ["[2]"])

    async def test_masks(self) -> None:
        """The mask of a secret is never stored."""
        secret = {"name": "X-Key", "value": MASK}
        groups = api_body()["endpointGroups"]
        groups[0]["sharedConfiguration"] = {"headers": [secret]}
        properties = [{"key": "k", "value": MASK, "encrypted": True}]
        sent = api_body(endpointGroups=groups, properties=properties)
        error = await self.send(write_yaml(sent), status=400)
        self.assertEqual(
            {one["location"] for one in error["details"]},
            {
                "endpointGroups[0].sharedConfiguration.headers[0].value",
                "properties[0].value",
            },
        )

    async def test_dry_run(self) -> None:
        """A dry run answers what would change, and changes nothing."""
        plans = {"open": {"name": "Open", "security": {"type": "KEY_LESS"}}}
        spec = api_body(version="2", state="STARTED", plans=plans)
        file = write_yaml(resource("ApiV4Definition", "trams", **spec))
        api = await self.send(file, "?dryRun=true", 200)
        self.assertEqual(api["state"], "STARTED")
        events = [one["event"] for one in api["changes"]]
        self.assertIn("API_CREATED", events)
        self.assertIn("PLAN_CREATED", events)
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])


class VectorTests(ManagementCase):
    """The definitions of all dialects, sent to the daemon."""

    async def test_vectors(self) -> None:
        """Each is imported or refused as it must be, with exactly its problems."""
        for key, vector in vectors().items():
            if vector.dialect in ("crd-application", "crd-subscription"):
                continue
            kind = "json" if vector.name.endswith("json") else "yaml"
            answer = await self.ask(
                "POST",
                IMPORT,
                content=vector.content or b" ",
                headers={"Content-Type": f"application/{kind}"},
            )
            if key in BUILT:
                continue
            self.assertEqual(
                answer.status,
                400 if vector.refused else 201,
                (vector.name, answer.json),
            )
            told = (
                [
                    Finding(one["location"], "severe", one["message"], one.get("line"))
                    for one in answer.json["details"]
                ]
                if vector.refused
                else [
                    Finding(one["path"], one["severity"], one["message"])
                    for one in answer.json["problems"]
                ]
            )
            self.assertEqual(list(vector.faults(told)), [])
            wanted = vector.becomes.get("state", "STOPPED")
            self.assertEqual(answer.json.get("state", wanted), wanted, vector.name)


_STOPPED = ("STOPPED", "NEED_REDEPLOY")
_OWN = {"hrid", "id", "listeners", "createdAt", "updatedAt", "_links"}
_OWN_OF_PLAN = {"id", "apiId", "createdAt", "updatedAt", "publishedAt"}
