"""Deployments take effect without an end of running streams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.deployer import Deployer
from relay.gateway.routes import RouteTable
from relay.gateway.served import ServedApi
from relay.model.api.definition import ApiDefinition
from relay.model.records import Deployment, ServingReport
from relay.model.schema.types.request_target import RequestTarget
from tests.gateway.harness import (
    EVENT_STREAM,
    GatewayCase,
    chunk,
    definition,
    deployed,
    get,
    post,
    response,
)
from tests.gateway.raw import Client, SourceConnection, settle, until
from tests.gateway.test_drain import start_drain
from tests.pki import Authority


class DeployerCase(GatewayCase):
    def body(self, place: str = "base", path: str = "/api") -> dict[str, Any]:
        """An API that forwards to a place of the source."""
        target = f"http://{self.source.address}/{place}"
        return definition(target, paths=[{"path": path}])

    async def place(self, path: bytes = b"/api") -> bytes | int:
        """Where a call comes out, or the status that refuses it."""
        client = await self.asked(get(path))
        await until(
            lambda: (
                client.received
                or any(one.requests > one.given_out for one in self.source.connections)
            ),
            "an answer or a call",
        )
        if client.received:
            return (await client.answer()).status
        source = await self.source.asked()
        target = (await source.head()).target
        source.send(response(b"", b"Connection: close"))
        await client.answer()
        await source.until_over()
        return target


class ApplyTests(DeployerCase):
    async def test_deployed_again(self) -> None:
        """New calls go to the new deployment; old streams go on."""
        await self.stage()
        client, source = await self.stream()
        self.gateway.deployer.apply({"api-1": deployed(self.body("new"), number=2)})
        self.assertEqual(await self.place(), b"/new")
        source.send(chunk(b"data: 1\n\n"))
        self.assertEqual(await client.event(), b"data: 1\n\n")
        source.send(b"0\r\n\r\n")
        await self.gateway.ended(2)
        await source.until_over()
        self.assertEqual(self.gateway.groups[0]._pools[0].kept, 0)

    async def test_moved(self) -> None:
        """A path that is given up is free at once."""
        await self.stage()
        self.gateway.deployer.apply(
            {"api-1": deployed(self.body("new", "/moved"), number=2)}
        )
        self.assertEqual(await self.place(b"/moved"), b"/new")
        self.assertEqual(await self.place(), 404)

    async def test_the_same_again(self) -> None:
        """A deployment that is served already is left alone."""
        await self.stage()
        self.gateway.deployer.apply({"api-1": deployed(self.body())})
        self.assertEqual(len(self.gateway.groups), 1)

    async def test_closed(self) -> None:
        """A closed deployer serves nothing; closing it again has no effect."""
        await self.stage()
        self.gateway.deployer.close()
        self.assertEqual(await self.place(), 404)
        self.gateway.deployer.close()

    async def test_only_what_has_changed(self) -> None:
        """A deployment does not affect other APIs."""
        await self.open_source()
        await self.open_gateway(self.body("one", "/1"), self.body("two", "/2"))
        self.gateway.deployer.apply(
            {"api-2": deployed(self.body("new", "/2"), "api-2", 2)}
        )
        self.assertEqual(len(self.gateway.groups), 3)
        self.assertEqual(await self.place(b"/1"), b"/one")
        self.assertEqual(await self.place(b"/2"), b"/new")

    async def test_replaced_as_a_whole(self) -> None:
        """APIs that are missing from the new set are no longer served."""
        await self.open_source()
        await self.open_gateway(self.body("one", "/1"), self.body("two", "/2"))
        self.gateway.deployer.replace_all(
            [
                deployed(self.body("two", "/2"), "api-2"),
                deployed(self.body("three", "/3"), "api-3"),
            ]
        )
        self.assertEqual(await self.place(b"/1"), 404)
        self.assertEqual(await self.place(b"/2"), b"/two")
        self.assertEqual(await self.place(b"/3"), b"/three")
        self.assertEqual(len(self.gateway.groups), 3)


class RedeploymentTests(DeployerCase):
    """What a deployment does to the streams of those before it."""

    async def redeployed(self, **redeployment: Any) -> list[Client]:
        """Deploy again while two streams and a call are open; return the clients."""
        await self.stage(http={"idleTimeout": 0, "readTimeout": 60_000})
        self.streams = [await self.stream() for _ in range(2)]
        self.download, self.source_of_download = await self.call(get(b"/api"))
        body = self.body("new") | {"redeployment": redeployment}
        self.gateway.deployer.apply({"api-1": deployed(body, number=2)})
        return [client for client, _ in self.streams]

    async def test_kept(self) -> None:
        """The default."""
        clients = await self.redeployed()
        self.reactor.advance_ms(60_000)
        await settle()
        self.assertFalse(any(one.over for one in clients))

    async def test_drained(self) -> None:
        """Streams end over the spread, the call does not; new calls are served."""
        clients = await self.redeployed(runningStreams="drain", spreadMs=10_000)
        self.assertEqual(await self.place(), b"/new")
        self.reactor.advance_ms(50)
        await settle()
        self.assertFalse(any(one.over for one in clients))
        self.reactor.advance_ms(10_000)
        for one in clients:
            await one.until_over()
        self.source_of_download.send(response(b"whole"))
        self.assertEqual((await self.download.answer()).body, b"whole")
        outcomes = sorted(line["outcome"] for line in self.gateway.closed)
        self.assertEqual(outcomes, ["completed", "completed", "stopped", "stopped"])

    async def test_at_once(self) -> None:
        """Without a spread."""
        for one in await self.redeployed(runningStreams="drain"):
            await one.until_over()


class FailureTests(DeployerCase):
    def broken(self) -> dict[str, Deployment]:
        """Deployments that cannot be served, for as many reasons."""
        good = self.body("new")
        no_listener = good | {"listeners": []}
        no_group = good | {"endpointGroups": []}
        unknown = good | {"nonsense": "hunter2"}
        plan = {"id": "p", "security": {"type": "JWT"}, "status": "PUBLISHED"}
        no_key = definition(
            "https://h",
            shared={"ssl": {"trustStore": {"type": "PEM", "path": "/nowhere"}}},
        )
        plans: list[tuple[dict[str, Any], ...]] = [(plan,), ({},)]
        return {
            "no listener": deployed(no_listener, number=2),
            "no group": deployed(no_group, number=3),
            "unknown key": deployed(unknown, number=4),
            "no certificate": deployed(no_key, number=5),
            "no definition": deployed({}, number=6),
        } | {
            f"plan {n}": Deployment(f"x{n}", "api-1", 7 + n, None, good, one, 0)
            for n, one in enumerate(plans)
        }

    async def test_the_old_one_goes_on(self) -> None:
        """
        A deployment that cannot be served is logged, and the previous one stays in
        force.
        """
        await self.stage()
        for name, broken in self.broken().items():
            with capturedLogs() as events:
                self.gateway.deployer.apply({"api-1": broken})
            self.assertEqual(await self.place(), b"/base", name)
            (event,) = [one for one in events if one["log_level"].name != "info"]
            text = event["log_format"].format(**event)
            self.assertIn("api-1", text, name)
            self.assertIn(str(broken.number), text, name)
            self.assertNotIn("hunter2", text, name)
        self.flushLoggedErrors()

    async def test_outdated_comparisons(self) -> None:
        """A condition that can no longer hold is logged, with its place."""
        await self.stage()
        selector = {"type": "CONDITION", "condition": "{#request.version == 'HTTP/2'}"}
        flows = [{"selectors": [selector]}]
        with capturedLogs() as events:
            body = self.body("base") | {"flows": flows}
            self.gateway.deployer.apply({"api-1": deployed(body, number=9)})
        (event,) = [one for one in events if one["log_level"].name == "warn"]
        text = event["log_format"].format(**event)
        self.assertTrue(text.startswith("API api-1 "), text)
        self.assertIn(": flows[0].selectors[0].condition: #request.version", text)

    async def test_the_others_are_served(self) -> None:
        """
        A deployment that cannot be served does not delay other APIs, even at the start.
        """
        await self.open_source()
        await self.open_gateway()
        for broken in self.broken().values():
            self.gateway.deployer.replace_all(
                [broken, deployed(self.body("two", "/2"), "api-2")]
            )
            self.assertEqual(await self.place(b"/2"), b"/two")
            self.assertEqual(await self.place(), 404)
        self.flushLoggedErrors()

    async def test_mended(self) -> None:
        """The next good deployment is served."""
        await self.stage()
        self.gateway.deployer.apply({"api-1": self.broken()["unknown key"]})
        self.gateway.deployer.apply({"api-1": deployed(self.body("new"), number=9)})
        self.assertEqual(await self.place(), b"/new")


class ReportTests(DeployerCase):
    """The deployer reports the deployments that it serves."""

    async def notes(self) -> None:
        """Serve one API, and record the reports."""
        await self.stage()
        self.told: dict[str, ServingReport | None] = {}
        self.gateway.deployer._note = self.told.__setitem__

    def broken(self, number: int) -> Deployment:
        """A deployment whose trust store is missing."""
        shared = {"ssl": {"trustStore": {"type": "PEM", "path": "/nowhere"}}}
        return deployed(definition("https://h", shared=shared), number=number)

    async def test_each_deployment_is_reported(self) -> None:
        """Served, refused, or stopped."""
        await self.notes()
        apply = self.gateway.deployer.apply
        apply({"api-1": deployed(self.body("new"), number=2)})
        self.assertEqual(self.told, {"api-1": ServingReport(2, 2, None)})
        apply({"api-1": self.broken(3)})
        report = self.told["api-1"]
        assert report is not None and report.reason is not None
        self.assertEqual((report.number, report.serving), (3, 2))
        self.assertIn("/nowhere", report.reason)
        apply({"api-1": None})
        self.assertEqual(self.told, {"api-1": None})
        self.flushLoggedErrors()

    async def test_what_was_in_force_is_served_after_a_restart(self) -> None:
        """When the active deployment cannot be served, as before the restart."""
        await self.notes()
        deployer = self.gateway.deployer
        deployer.replace_all([])
        deployer.replace_all([self.broken(3)], {"api-1": deployed(self.body("old"))})
        self.assertEqual(await self.place(), b"/old")
        report = self.told["api-1"]
        assert report is not None
        self.assertEqual((report.number, report.serving), (3, 1))
        deployer.replace_all([self.broken(3)], {"api-1": deployed(self.body("old"))})
        self.assertEqual(await self.place(), b"/old")
        deployer.apply({"api-1": deployed(self.body("new"), number=4)})
        self.assertEqual(await self.place(), b"/new")

    async def test_a_refused_deployment_is_served_when_what_it_needs_is_there(
        self,
    ) -> None:
        """Once it is tried again."""
        await self.notes()
        path = Path(self.mktemp())
        shared = {"ssl": {"trustStore": {"type": "PEM", "path": str(path)}}}
        needs = definition(f"http://{self.source.address}/new", shared=shared)
        self.gateway.deployer.apply({"api-1": deployed(needs, number=2)})
        self.assertEqual(await self.place(), b"/base")
        path.write_text(Authority().pem)
        self.gateway.deployer.retry()
        self.assertEqual(await self.place(), b"/new")
        self.assertEqual(self.told["api-1"], ServingReport(2, 2, None))
        self.gateway.deployer.retry()


class StopTests(DeployerCase):
    async def test_an_earlier_stop_ends_nothing(self) -> None:
        """After a stop, a start and another stop the whole drain time applies again."""
        client, source = await self.stopped()
        self.reactor.advance_ms(6_000)
        self.gateway.deployer.apply({"api-1": deployed(self.body(), number=2)})
        self.gateway.deployer.apply({"api-1": None})
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertFalse(client.over)
        self.reactor.advance_ms(1)
        await client.until_over()
        await source.until_over()

    async def stopped(self) -> tuple[Client, SourceConnection]:
        """An API that is stopped with a download under way."""
        await self.stage(drain_timeout_ms=10_000, http={"idleTimeout": 0})
        client, source = await self.call(get(b"/api"))
        source.send(response(b"12", b"Connection: close")[:-1])
        await client.head()
        self.gateway.deployer.apply({"api-1": None})
        self.assertEqual(await self.place(), 404)
        return client, source

    async def test_event_streams(self) -> None:
        """Event streams end at once, since they would not end by themselves."""
        await self.stage(drain_timeout_ms=10_000, http={"idleTimeout": 0})
        client, source = await self.stream()
        self.gateway.deployer.apply({"api-1": None})
        await client.until_over()
        await source.until_over()
        self.assertTrue(client.was_cut)
        line = await self.gateway.ended()
        self.assertEqual((line["outcome"], line["errorKey"]), ("stopped", None))

    async def test_a_streamed_answer_to_a_post_is_given_its_time(self) -> None:
        """
        A streamed response to a POST has the drain time, since it is not requested
        again.
        """
        await self.stage(drain_timeout_ms=10_000)
        for drains in (False, True):
            client, source = await self.call(post(b"/api", b"{}"))
            source.send(EVENT_STREAM)
            await client.head()
            if drains:
                start_drain(self.gateway)
            else:
                self.gateway.deployer.apply({"api-1": None})
            self.reactor.advance_ms(9_999)
            source.send(chunk(b"data: token\n\n") + b"0\r\n\r\n")
            await client.until_received(b"0\r\n\r\n")
            self.gateway.deployer.apply({"api-1": deployed(self.body())})

    async def test_stopped(self) -> None:
        """A stopped API takes no calls; what runs is given a while, then cut."""
        client, source = await self.stopped()
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertFalse(client.over)
        self.reactor.advance_ms(1)
        await client.until_over()
        await source.until_over()
        self.assertTrue(client.was_cut)
        line = await self.gateway.ended(2)
        self.assertEqual((line["outcome"], line["errorKey"]), ("stopped", None))

    async def test_started_again(self) -> None:
        """An API that is started again within the drain time keeps its exchanges."""
        client, source = await self.stopped()
        self.gateway.deployer.apply({"api-1": deployed(self.body())})
        self.reactor.advance_ms(20_000)
        source.send(b"2")
        await client.until_received(b"2")
        self.assertEqual(await self.place(), b"/base")

    async def test_stopped_twice(self) -> None:
        """Stopping an API that is not served has no effect."""
        await self.stopped()
        self.gateway.deployer.apply({"api-1": None, "api-9": None})
        self.assertEqual(await self.place(), 404)

    async def test_unanswered_calls(self) -> None:
        """Calls that wait at the end of the drain time are answered with a 503."""
        await self.stage(drain_timeout_ms=5_000)
        client, source = await self.call(get(b"/api"))
        self.gateway.deployer.apply({"api-1": None})
        self.reactor.advance_ms(5_000)
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"retry-after")), (503, b"5"))
        await source.until_over()
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["errorKey"]), ("stopped", "API_STOPPED")
        )


class _Backend:
    def close(self) -> None:
        """There is nothing to close."""

    def hold(self) -> Callable[[], None]:
        """Keep nothing."""
        return self.close


class ManyTests(SynchronousTestCase):
    """Deployments that take longer to make ready than one turn of the reactor has."""

    def setUp(self) -> None:
        """A gateway on a clock that runs while something is made ready."""
        self.clock = Clock()
        self.built: list[tuple[str, int]] = []
        self.broken: set[str] = set()
        self.resource = SimpleNamespace(table=RouteTable())
        self.deployer = Deployer(self.clock, cast(Any, self.resource), self.build)

    def build(self, deployment: Deployment) -> Any:
        """Take 2 ms."""
        self.clock.rightNow += 0.002
        if deployment.api_id in self.broken:
            raise ValueError("broken")
        self.built.append((deployment.api_id, deployment.number))
        body = definition("http://h/", paths=[{"path": f"/{deployment.api_id}"}])
        parsed, backend = ApiDefinition.read(body), _Backend()
        return ServedApi(deployment, parsed, cast(Any, backend), cast(Any, backend), {})

    def serves(self, api_id: str) -> int | None:
        """Return the number of the deployment that calls of an API come to."""
        target = RequestTarget.parse(f"/{api_id}".encode())
        route = self.resource.table.match("h", target, "default")
        return None if route is None else route.api.number

    def some(self, count: int = 10) -> dict[str, Deployment]:
        """Make deployments of some APIs."""
        made = [deployed(definition("http://h/"), f"api-{n}") for n in range(count)]
        return {one.api_id: one for one in made}

    def test_other_things_are_done_in_between(self) -> None:
        """
        Each API is served as soon as it is built, and other work runs between two of
        them.
        """
        done = self.deployer.replace_all(list(self.some().values()))
        turns: list[int] = []

        def other() -> None:
            turns.append(len(self.built))
            self.assertEqual(self.serves(self.built[-1][0]), 1)
            if not done.called:
                self.clock.callLater(0, other)

        other()
        self.clock.advance(0)
        self.successResultOf(done)
        self.assertEqual(sorted(set(turns)), [3, 6, 9, 10])

    def test_a_stop_builds_no_more(self) -> None:
        """
        A stop ends the building of deployments, and fires the Deferred of the caller.
        """
        done = self.deployer.apply(self.some())
        self.deployer.close()
        while not done.called:
            self.clock.advance(0)
        self.assertEqual(len(self.built), 3)
        self.assertIsNone(self.serves("api-0"))

    def test_a_retry_brings_nothing_back(self) -> None:
        """A refused deployment is retried unless a newer one has replaced it."""
        self.broken = {"api-0", "api-1"}
        self.deployer.apply(self.some(2))
        self.deployer.apply(self.some())
        self.broken = set()
        newer = deployed(definition("http://h/"), "api-0", 2)
        self.deployer.apply({"api-0": newer})
        self.deployer.retry()
        for _ in range(10):
            self.clock.advance(0)
        self.assertEqual((self.serves("api-0"), self.serves("api-1")), (2, 1))
        self.assertNotIn(("api-0", 1), self.built)
