"""Start, stop and deploy: saved definitions reach gateways."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.management.resources.deployments import Deployments, exposed
from relay.management.resources.gateway import Gateway
from relay.management.resources.representations import find_api
from relay.management.resources.trials import Trials
from relay.model.api.lifecycle import ActionRefused
from relay.model.records import Deployment, ServingReport
from tests.management.harness import (
    Answer,
    ManagementCase,
    api_body,
    plan_body,
    reactor,
)


class DeploymentCase(ManagementCase):
    """A test that looks at what gateways run."""

    async def served(self, api_id: str) -> Deployment | None:
        """Read what gateways are to run of an API."""
        return await self.store.read(lambda tx: tx.deployments.active(api_id))

    async def state(self, api_id: str) -> tuple[str, str]:
        """Read how an API stands."""
        api = await self.expect(200, "GET", f"/apis/{api_id}")
        return api["state"], api["deploymentState"]


class StartTests(DeploymentCase):
    """Starting and stopping."""

    async def test_tutorial(self) -> None:
        """The calls of a console: verify, create, plan, publish, start."""
        body = {"paths": [{"path": "/sseconsumer"}]}
        await self.expect(202, "POST", "/apis/_verify/paths", body)
        api = await self.expect(201, "POST", "/apis", api_body("/sseconsumer"))
        api_id = api["id"]
        plan = await self.expect(
            201, "POST", f"/apis/{api_id}/plans", plan_body(status="STAGING")
        )
        publish = f"/apis/{api_id}/plans/{plan['id']}/_publish"
        await self.expect(200, "POST", publish, {})
        answer = await self.ask("POST", f"/apis/{api_id}/_start", {})
        self.assertEqual((answer.status, answer.content), (204, b""))
        got = await self.ask("GET", f"/apis/{api_id}")
        self.assertEqual(got.headers["etag"], answer.headers["etag"])
        self.assertEqual(await self.state(api_id), ("STARTED", "DEPLOYED"))
        self.assertIn("deployedAt", got.json)
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual((deployment.number, deployment.label), (1, None))
        self.assertEqual(deployment.definition["id"], api_id)
        self.assertEqual(
            [(one["id"], one["status"]) for one in deployment.plans],
            [(plan["id"], "PUBLISHED")],
        )

    async def test_refusals(self) -> None:
        """An API without a served plan, or in that state already, is refused."""
        api_id = await self.create()
        start, stop = f"/apis/{api_id}/_start", f"/apis/{api_id}/_stop"
        await self.refused(400, "api.NotDeployable", "POST", start)
        await self.plan(api_id, publish=False)
        await self.refused(400, "api.NotDeployable", "POST", start)
        error = await self.refused(400, "api.stopped", "POST", stop)
        self.assertEqual(error["message"], "API is already stopped")
        self.assertIsNone(await self.served(api_id))
        await self.plan(api_id)
        await self.expect(204, "POST", start)
        error = await self.refused(400, "api.started", "POST", start)
        self.assertEqual(error["message"], "API is already started")
        await self.expect(204, "POST", stop)
        self.assertIsNone(await self.served(api_id))

    async def test_start_again(self) -> None:
        """A later start runs what was deployed, not what was saved since."""
        api_id = await self.start()
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")
        await self.expect(200, "PATCH", f"/apis/{api_id}", {"labels": ["new"]})
        listeners = api_body("/new")["listeners"]
        await self.expect(200, "PATCH", f"/apis/{api_id}", {"listeners": listeners})
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual(deployment.number, 1)
        path = deployment.definition["listeners"][0]["paths"][0]["path"]
        self.assertEqual(path, "/sse/")
        self.assertEqual(await self.state(api_id), ("STARTED", "NEED_REDEPLOY"))

    async def test_start_needs_a_plan_each_time(self) -> None:
        """A start is refused once the last plan is closed."""
        api_id = await self.create()
        plan_id = await self.plan(api_id)
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")
        await self.expect(200, "POST", f"/apis/{api_id}/plans/{plan_id}/_close")
        await self.refused(400, "api.NotDeployable", "POST", f"/apis/{api_id}/_start")

    async def test_race(self) -> None:
        """Of many starts at once one succeeds, with one deployment."""
        api_id = await self.create()
        await self.plan(api_id)
        asked = [
            Deferred.fromCoroutine(self.ask("POST", f"/apis/{api_id}/_start"))
            for _ in range(6)
        ]
        answers: list[Answer] = await gatherResults(asked)
        statuses = sorted(answer.status for answer in answers)
        self.assertEqual(statuses, [204] + [400] * 5)
        newest = await self.store.read(lambda tx: tx.deployments.latest(api_id))
        assert newest is not None
        self.assertEqual(newest.number, 1)

    async def test_path_taken_while_stopped(self) -> None:
        """
        A start fails if the path of the deployed definition belongs to another API now.
        """
        first = await self.start("/a")
        await self.expect(204, "POST", f"/apis/{first}/_stop")
        await self.expect(200, "PUT", f"/apis/{first}", api_body("/b"))
        await self.start("/a")
        error = await self.refused(400, "validation", "POST", f"/apis/{first}/_start")
        self.assertEqual(error["message"], "Path [/a/] already exists")
        await self.expect(202, "POST", f"/apis/{first}/deployments")
        await self.expect(204, "POST", f"/apis/{first}/_start")

    async def test_archived(self) -> None:
        """An archived API neither starts nor is deployed."""
        api_id = await self.create()
        await self.plan(api_id)
        await self.expect(
            200, "PATCH", f"/apis/{api_id}", {"lifecycleState": "ARCHIVED"}
        )
        for action in ("_start", "deployments"):
            await self.refused(400, "api.archived", "POST", f"/apis/{api_id}/{action}")


class DeployTests(DeploymentCase):
    """Deploying."""

    async def test_deploy(self) -> None:
        """A deployment takes along what was saved, under its label."""
        api_id = await self.start()
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/new"))
        self.assertEqual(await self.state(api_id), ("STARTED", "NEED_REDEPLOY"))
        before = await self.served(api_id)
        assert before is not None
        self.assertEqual(before.number, 1)
        answer = await self.ask(
            "POST", f"/apis/{api_id}/deployments", {"deploymentLabel": "second"}
        )
        self.assertEqual((answer.status, answer.content), (202, b""))
        got = await self.ask("GET", f"/apis/{api_id}")
        self.assertEqual(got.headers["etag"], answer.headers["etag"])
        self.assertEqual(got.json["deploymentState"], "DEPLOYED")
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual((deployment.number, deployment.label), (2, "second"))

    async def test_stopped(self) -> None:
        """Deploying a stopped API does not start it."""
        api_id = await self.create()
        await self.plan(api_id)
        await self.expect(202, "POST", f"/apis/{api_id}/deployments")
        self.assertEqual(await self.state(api_id), ("STOPPED", "DEPLOYED"))
        self.assertIsNone(await self.served(api_id))
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual(deployment.number, 1)

    async def test_refusals(self) -> None:
        """A deployment needs a served plan and a label that is one."""
        api_id = await self.create()
        path = f"/apis/{api_id}/deployments"
        await self.refused(400, "api.NotDeployable", "POST", path)
        await self.plan(api_id)
        for body, location in (
            ({"deploymentLabel": "x" * 33}, "deploymentLabel"),
            ({"deploymentLabel": 1}, "deploymentLabel"),
            ({"label": "x"}, "label"),
        ):
            error = await self.refused(400, "validation", "POST", path, body)
            self.assertEqual(error["details"][0]["location"], location)
        for label in ("x" * 32, "", None):
            await self.expect(202, "POST", path, {"deploymentLabel": label})

    async def test_current(self) -> None:
        """The current deployment is read, without later changes of the API."""
        api_id = await self.create()
        path = f"/apis/{api_id}/deployments"
        await self.refused(404, "api.notDeployed", "GET", f"{path}/current")
        plan_id = await self.plan(api_id)
        await self.expect(202, "POST", path, {"deploymentLabel": "first"})
        await self.expect(200, "PATCH", f"/apis/{api_id}", {"name": "later"})
        current = await self.expect(200, "GET", f"{path}/current")
        self.assertEqual((current["id"], current["name"]), (api_id, "SSE"))
        self.assertEqual([plan["id"] for plan in current["plans"]], [plan_id])
        self.assertEqual(
            (current["deploymentNumber"], current["deploymentLabel"]), (1, "first")
        )

    async def test_words_for_people(self) -> None:
        """A new name needs no deployment; a new target does."""
        api_id = await self.start()
        path = f"/apis/{api_id}"
        for words in ({"name": "x"}, {"description": "y"}, {"labels": ["z"]}):
            await self.expect(200, "PATCH", path, words)
            self.assertEqual((await self.state(api_id))[1], "DEPLOYED")
        groups: list[Any] = api_body()["endpointGroups"]
        groups[0]["endpoints"][0]["configuration"]["target"] = "https://other.example"
        await self.expect(200, "PATCH", path, {"endpointGroups": groups})
        self.assertEqual((await self.state(api_id))[1], "NEED_REDEPLOY")

    async def test_plans_reach_traffic_by_deployment(self) -> None:
        """A closed plan is served until the next deployment, a new one from it on."""
        api_id = await self.create()
        first = await self.plan(api_id)
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        await self.plan(api_id, publish=False)
        self.assertEqual((await self.state(api_id))[1], "DEPLOYED")
        await self.expect(200, "POST", f"/apis/{api_id}/plans/{first}/_deprecate")
        self.assertEqual((await self.state(api_id))[1], "DEPLOYED")
        await self.expect(200, "POST", f"/apis/{api_id}/plans/{first}/_close")
        second = await self.plan(api_id)
        self.assertEqual((await self.state(api_id))[1], "NEED_REDEPLOY")
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual([plan["id"] for plan in deployment.plans], [first])
        await self.expect(202, "POST", f"/apis/{api_id}/deployments")
        deployment = await self.served(api_id)
        assert deployment is not None
        self.assertEqual([plan["id"] for plan in deployment.plans], [second])
        await self.expect(204, "DELETE", f"/apis/{api_id}/plans/{second}")
        self.assertEqual((await self.state(api_id))[1], "NEED_REDEPLOY")


class ExposedTests(SynchronousTestCase):
    """The URLs at which clients reach an API."""

    def test_urls(self) -> None:
        """A path is reached below each gateway, under its own host if it has one."""
        definition = {
            "listeners": [
                {
                    "paths": [
                        {"path": "/sse/"},
                        {"path": "/"},
                        {"path": "/x/", "host": "a.example"},
                    ]
                }
            ]
        }
        for gateways, urls in (
            (
                ["http://localhost:8082"],
                [
                    "http://localhost:8082/sse",
                    "http://localhost:8082",
                    "http://a.example:8082/x",
                ],
            ),
            (
                ["https://gw.example/base/"],
                [
                    "https://gw.example/base/sse",
                    "https://gw.example/base",
                    "https://a.example/base/x",
                ],
            ),
            (
                ["http://[::1]:80"],
                ["http://[::1]:80/sse", "http://[::1]:80", "http://a.example:80/x"],
            ),
            (
                ["http://[::1]"],
                ["http://[::1]/sse", "http://[::1]", "http://a.example/x"],
            ),
            ([], []),
        ):
            self.assertEqual(exposed(definition, gateways), urls)


class ExposedEntrypointsTests(ManagementCase):
    """The same, by REST."""

    async def test_the_gateway(self) -> None:
        """The URLs of the gateway are known before there is an API."""
        got = await self.expect(200, "GET", "/exposedEntrypoints")
        self.assertEqual(got, [{"value": "http://localhost:8082"}])

    async def exposed(self, api_id: str) -> list[str]:
        """Ask for them; each URL stands in an object of its own."""
        got = await self.expect(200, "GET", f"/apis/{api_id}/exposedEntrypoints")
        return [one["value"] for one in got]

    async def test_what_is_served_is_exposed(self) -> None:
        """Only paths of a running deployment are exposed."""
        api_id = await self.create("/sse")
        self.assertEqual(await self.exposed(api_id), [])
        await self.plan(api_id)
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/new"))
        self.assertEqual(await self.exposed(api_id), ["http://localhost:8082/sse"])
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")
        self.assertEqual(await self.exposed(api_id), [])

    async def test_what_no_gateway_serves_is_not_exposed(self) -> None:
        """
        A deployment that every gateway refused is not exposed; an older one that is
        served is.
        """
        api_id = await self.start("/sse")

        async def report(made: ServingReport) -> None:
            await self.store.write(
                lambda tx: tx.gateways.report("g", "h", {api_id: made})
            )

        await report(ServingReport(1, None, "no file"))
        self.assertEqual(await self.exposed(api_id), [])
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/new"))
        await self.expect(202, "POST", f"/apis/{api_id}/deployments")
        await report(ServingReport(2, 1, "no file"))
        self.assertEqual(await self.exposed(api_id), ["http://localhost:8082/sse"])


class GatewayTests(DeploymentCase):
    """The report of this process's own gateway decides."""

    refusal: Exception | None = None

    async def setUp(self) -> None:  # type: ignore[override]
        """Use a gateway that the test controls."""
        await super().setUp()
        self.tried: list[int] = []
        self.waited: list[int | None] = []
        self.report: ServingReport | None = None
        family = Deployments(
            self.store,
            lambda: [],
            Trials(Gateway(self.try_out, self.reached), cast(Any, reactor)),
        )
        self.family = family

    def try_out(self, deployment: Deployment) -> None:
        """Try one."""
        self.tried.append(deployment.number)
        if self.refusal is not None:
            raise self.refusal

    def reached(
        self, api_id: str, number: int | None
    ) -> Deferred[ServingReport | None]:
        """Return the report at once."""
        self.waited.append(number)
        return succeed(self.report)

    async def act(self, action: str, api_id: str) -> Any:
        """Do something, as a client without a body."""
        call = RestCall("", "", Query({}, frozenset()), None, None, cast(Any, None))
        return await getattr(self.family, action)(call, api_id=api_id)

    async def test_what_cannot_be_served_is_refused_and_changes_nothing(self) -> None:
        """
        A deployment that fails its trial is refused with the reason, and nothing is
        stored.
        """
        api_id = await self.create()
        await self.plan(api_id)
        for error in (OSError(2, "no such file"), ValueError("no such file")):
            self.refusal = error
            for action in ("start", "deploy"):
                with self.assertRaises(ActionRefused) as raised:
                    await self.act(action, api_id)
                self.assertEqual(raised.exception.code, "api.deployment.refused")
                self.assertIn("no such file", raised.exception.message)
        self.assertEqual(await self.state(api_id), ("STOPPED", "NEED_REDEPLOY"))
        self.assertEqual(self.waited, [])
        newest = await self.store.read(lambda tx: tx.deployments.latest(api_id))
        self.assertIsNone(newest)

    async def test_verify(self) -> None:
        """A deployment is tried and dropped; the verdict has the reason."""
        api_id = await self.create()
        reply = await self.act("verify", api_id)
        self.assertEqual((reply.status, reply.body["ok"]), (200, False))
        self.assertIn("published plan", reply.body["reason"])
        await self.plan(api_id)
        self.assertEqual((await self.act("verify", api_id)).body, {"ok": True})
        self.refusal = ValueError("no such file")
        reply = await self.act("verify", api_id)
        self.assertEqual(reply.body["ok"], False)
        self.assertIn("no such file", reply.body["reason"])
        newest = await self.store.read(lambda tx: tx.deployments.latest(api_id))
        self.assertIsNone(newest)

    async def test_a_defect_is_told_without_its_words(self) -> None:
        """An unexpected error is refused without its text, which is logged."""
        api_id = await self.create()
        await self.plan(api_id)
        self.refusal = KeyError("hunter2")
        with self.assertRaises(ActionRefused) as raised:
            await self.act("start", api_id)
        self.assertNotIn("hunter2", str(raised.exception.parameters))
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)

    async def test_the_answer_waits_for_the_gateway(self) -> None:
        """
        The response waits until the gateway serves the deployment, or serves it no
        more.
        """
        api_id = await self.create()
        await self.plan(api_id)
        await self.act("deploy", api_id)
        self.assertEqual(self.waited, [])
        await self.act("start", api_id)
        await self.act("deploy", api_id)
        await self.act("stop", api_id)
        self.assertEqual(self.tried, [1, 1, 2])
        self.assertEqual(self.waited, [1, 2, None])

    async def test_what_the_gateway_refuses_after_the_trial_is_told(self) -> None:
        """
        A refusal after the trial, as for a file that was deleted meanwhile, is
        reported.
        """
        api_id = await self.create()
        await self.plan(api_id)
        self.report = ServingReport(1, None, "file gone")
        with self.assertRaises(ActionRefused) as raised:
            await self.act("start", api_id)
        self.assertIn("file gone", raised.exception.message)

    async def test_what_is_changed_during_the_trial_is_tried_again(self) -> None:
        """
        A definition that changes during its trial is tried again before it is stored.
        """
        api_id = await self.create()
        plan_id = await self.plan(api_id)
        changing = self.tried

        def change(deployment: Deployment) -> None:
            changing.append(deployment.number)
            if len(changing) == 1:
                blocking = self.store.write(
                    lambda tx: tx.apis.save(
                        replace(
                            found := find_api(tx, api_id),
                            definition={**found.definition, "labels": ["x"]},
                        )
                    )
                )
                blocking.addErrback(lambda failure: self.fail(str(failure)))

        gateway = Gateway(change, self.reached)
        self.family._trials = Trials(gateway, cast(Any, reactor))
        await self.act("start", api_id)
        self.assertEqual(self.tried, [1, 1])
        made = await self.served(api_id)
        assert made is not None
        self.assertEqual(made.definition["labels"], ["x"])
        self.assertEqual([one["id"] for one in made.plans], [plan_id])

    async def test_a_gateway_that_refused_makes_it_not_deployed(self) -> None:
        """The current deployment is the one in force, and each gateway is named."""
        api_id = await self.start()
        await self.expect(200, "PUT", f"/apis/{api_id}", api_body("/new"))
        await self.expect(202, "POST", f"/apis/{api_id}/deployments")
        self.assertEqual(await self.state(api_id), ("STARTED", "DEPLOYED"))
        made = ServingReport(2, 1, "no file")
        await self.store.write(lambda tx: tx.gateways.report("g", "h", {api_id: made}))
        self.assertEqual(await self.state(api_id), ("STARTED", "NEED_REDEPLOY"))
        path = f"/apis/{api_id}/deployments/current"
        current = await self.expect(200, "GET", path)
        self.assertEqual(current["deploymentNumber"], 1)
        (gateway,) = current["gateways"]
        self.assertEqual((gateway["id"], gateway["deploymentNumber"]), ("g", 1))
        self.assertEqual(
            gateway["refused"], {"deploymentNumber": 2, "reason": "no file"}
        )
