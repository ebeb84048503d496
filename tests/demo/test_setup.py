"""Setting up the demo's API, against the real management API."""

from __future__ import annotations

import json
import os
import shlex
from typing import Any

from argon2 import PasswordHasher
from treq.client import HTTPClient
from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase, TestCase
from twisted.web.client import Agent
from twisted.web.http_headers import Headers

from relay.demo import setup
from relay.demo.definition import API_NAME, PLAN_DEFINITION, api_definition
from relay.demo.setup import DemoApi, DemoError, demo_lines, setup_demo
from relay.demo.site import source_site
from relay.demo.source import DemoSource
from relay.management.access.auth import Authenticator
from relay.management.access.bootstrap import ensure_admin
from relay.management.access.passwords import Passwords
from relay.management.site import ManagementSite
from relay.settings.schema import load
from relay.store.store import Store
from tests.installed import CATALOG

REACTOR: Any = reactor
PASSWORD = "correct-horse-battery"
TARGET = "http://127.0.0.1:8090/sse?channel=ssechannel&v=1.1"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class SetupTests(TestCase):
    """A management API on an empty store."""

    async def setUp(self) -> None:  # type: ignore[override]
        directory = os.path.abspath(self.mktemp())
        os.makedirs(directory)
        settings = load(None, directory, {}, {})
        self.store = Store(
            settings.store.url, REACTOR, clock_ms=lambda: int(REACTOR.seconds() * 1000)
        )
        self.store.startService()
        self.addCleanup(self.store.stopService)
        passwords = Passwords(REACTOR, CHEAP)
        passwords.startService()
        self.addCleanup(passwords.stopService)
        environment = {"RELAY_ADMIN_PASSWORD": PASSWORD}
        ensure_admin(self.store, settings, environment, CHEAP)
        site = ManagementSite(
            self.store,
            CATALOG,
            settings,
            Authenticator(self.store, settings.admin, REACTOR, passwords),
            passwords,
            REACTOR,
            lambda: [],
        )
        self.url = self.serve(site)
        self.http = HTTPClient(Agent(REACTOR))

    def serve(self, site: Any) -> str:
        """The URL at which a site is found from now on."""
        port = REACTOR.listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        return f"http://127.0.0.1:{port.getHost().port}"

    async def set_up(
        self,
        context_path: str = "/sseconsumer",
        url: str | None = None,
        password: str = PASSWORD,
        target: str = TARGET,
    ) -> DemoApi:
        """Run the setup."""
        return await setup_demo(
            url or self.url, "admin", password, REACTOR, target, context_path
        )

    async def refused(self, context_path: str = "/sseconsumer", **more: str) -> str:
        """The one line of a setup that fails."""
        try:
            api = await self.set_up(context_path, **more)
        except DemoError as error:
            self.assertNotIn("\n", str(error))
            self.assertNotIn(PASSWORD, str(error))
            return str(error)
        self.fail(f"set up: {api}")

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Call the management API, and insist on success."""
        response = await self.http.request(
            method,
            f"{self.url}/management/v2/environments/DEFAULT{path}",
            auth=("admin", PASSWORD),
            headers=Headers({"Content-Type": ["application/json"]}),
            data=None if body is None else json.dumps(body).encode(),
        )
        content = await response.text()
        self.assertLess(response.code, 300, content)
        return await response.json() if content else None

    async def plans(self, api_id: str) -> list[dict[str, Any]]:
        """All plans of an API."""
        statuses = "STAGING,PUBLISHED,DEPRECATED,CLOSED"
        listing = await self.call("GET", f"/apis/{api_id}/plans?statuses={statuses}")
        plans: list[dict[str, Any]] = listing["data"]
        return plans

    async def assert_serves(self, api: DemoApi) -> None:
        """Check that an API is what gateways run, and lets callers in."""
        shown = await self.call("GET", f"/apis/{api.id}")
        states = (shown["state"], shown["deploymentState"])
        self.assertEqual(states, ("STARTED", "DEPLOYED"))
        plans = await self.plans(api.id)
        self.assertEqual([plan["status"] for plan in plans], ["PUBLISHED"])
        active = await self.store.read(lambda tx: tx.deployments.active(api.id))
        assert active is not None
        self.assertEqual(len(active.plans), 1)

    async def test_first_run(self) -> None:
        """On an empty store the tutorial's API is made, and serves."""
        api = await self.set_up()
        expected = DemoApi(api.id, API_NAME, "/sseconsumer", TARGET, created=True)
        self.assertEqual(api, expected)
        await self.assert_serves(api)
        shown = await self.call("GET", f"/apis/{api.id}")
        http = shown["endpointGroups"][0]["sharedConfiguration"]["http"]
        self.assertGreater(http["idleTimeout"], 60_000)

    async def test_second_run_changes_nothing(self) -> None:
        """A second run finds the API of the first one, and does not change it."""
        first = await self.set_up()
        before = await self.call("GET", f"/apis/{first.id}")
        second = await self.set_up()
        self.assertEqual((second.id, second.created), (first.id, False))
        self.assertEqual(await self.call("GET", f"/apis/{first.id}"), before)
        listing = await self.call("GET", "/apis")
        self.assertEqual(listing["pagination"]["totalCount"], 1)
        await self.assert_serves(second)

    async def test_stopped_api_is_started(self) -> None:
        """An API that its owner stopped serves again."""
        api = await self.set_up()
        await self.call("POST", f"/apis/{api.id}/_stop")
        await self.set_up()
        await self.assert_serves(api)

    async def test_saved_change_is_deployed_and_kept(self) -> None:
        """A change that the owner saved is deployed and kept."""
        api = await self.set_up()
        shown = await self.call("GET", f"/apis/{api.id}")
        endpoint = shown["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = "https://rest.ably.io/sse?channel=a&v=1.1"
        await self.call("PUT", f"/apis/{api.id}", shown)
        for stop in (False, True):
            if stop:
                await self.call("POST", f"/apis/{api.id}/_stop")
            again = await self.set_up()
            self.assertEqual(again.target, "https://rest.ably.io/sse?channel=a&v=1.1")
            await self.assert_serves(again)

    async def test_source_on_another_port(self) -> None:
        """An API of an earlier run follows the source to another port."""
        first = await self.set_up()
        moved = TARGET.replace(":8090", ":40123")
        second = await self.set_up(target=moved)
        self.assertEqual(
            (second.id, second.target, second.created), (first.id, moved, False)
        )
        await self.assert_serves(second)

    async def test_another_source_of_this_machine(self) -> None:
        """A target with another path is the owner's, and stays."""
        api = await self.set_up(target="http://127.0.0.1:8090/mine")
        again = await self.set_up(target=TARGET.replace(":8090", ":40123"))
        self.assertEqual(
            (again.id, again.target), (api.id, "http://127.0.0.1:8090/mine")
        )

    async def test_run_that_broke_off_is_completed(self) -> None:
        """A run that ended after any step is completed by the next one."""
        for steps in range(3):
            path = f"/sseconsumer{steps}"
            made = await self.call("POST", "/apis", api_definition(TARGET, path))
            plans = f"/apis/{made['id']}/plans"
            if steps > 0:
                plan = await self.call("POST", plans, PLAN_DEFINITION)
            if steps > 1:
                await self.call("POST", f"{plans}/{plan['id']}/_publish")
            api = await self.set_up(path)
            self.assertEqual((api.id, api.created), (made["id"], False))
            await self.assert_serves(api)

    async def test_found_beyond_the_first_page(self) -> None:
        """The API is found on a later page of the list."""
        self.patch(setup, "_PAGE_SIZE", 2)
        api = await self.set_up()
        for number in range(5):
            body = api_definition(TARGET, f"/other{number}")
            await self.call("POST", "/apis", {**body, "name": f"A {number}"})
        self.assertEqual((await self.set_up()).id, api.id)

    async def test_path_of_another_api(self) -> None:
        """An API of another name on the path is named, and not changed."""
        body = {**api_definition(TARGET, "/sseconsumer"), "name": "Mine"}
        mine = await self.call("POST", "/apis", body)
        self.assertEqual(
            await self.refused(),
            "demo: /sseconsumer is the context path of the API 'Mine' "
            f"({mine['id']}): move or delete it",
        )
        self.assertEqual(await self.call("GET", f"/apis/{mine['id']}"), mine)

    async def test_path_within_that_of_another_api(self) -> None:
        """A path that overlaps another API's cannot be used; nothing is made."""
        body = {**api_definition(TARGET, "/sseconsumer/a"), "name": "Mine"}
        await self.call("POST", "/apis", body)
        line = await self.refused()
        self.assertTrue(line.startswith("demo: /sseconsumer cannot be used: "), line)
        listing = await self.call("GET", "/apis")
        self.assertEqual(listing["pagination"]["totalCount"], 1)

    async def test_definition_that_is_refused(self) -> None:
        """The management API's reasons are in the line, with their places."""
        line = await self.refused(target="not a URL")
        self.assertIn("POST /apis was answered 400: ", line)
        self.assertIn("endpointGroups[0].endpoints[0].configuration.target", line)

    async def test_wrong_password(self) -> None:
        """A refused login is reported without the password."""
        line = await self.refused(password="another-horse")
        self.assertEqual(line, f"demo: {self.url} refused the user admin")
        self.assertNotIn("another-horse", line)

    async def test_nobody_there(self) -> None:
        """An address without a listener is reported."""
        port = REACTOR.listenTCP(
            0, source_site(DemoSource(REACTOR)), interface="127.0.0.1"
        )
        url = f"http://127.0.0.1:{port.getHost().port}"
        await port.stopListening()
        line = await self.refused(url=url)
        self.assertTrue(line.startswith(f"demo: cannot reach {url}: "), line)

    async def test_somebody_else_there(self) -> None:
        """A server that is no management API is reported with its answer."""
        url = self.serve(source_site(DemoSource(REACTOR)))
        line = await self.refused(url=url)
        self.assertIn("GET /apis?page=1&perPage=100 was answered 404", line)


class LinesTests(SynchronousTestCase):
    """The commands to try."""

    def test_default(self) -> None:
        """The lines are those of the tutorial."""
        self.assertEqual(
            demo_lines("http://127.0.0.1:8082", "http://127.0.0.1:8090").splitlines(),
            [
                "curl -N -u demo:relay "
                "'http://127.0.0.1:8082/sseconsumer?Channel=ssechannel'",
                "curl -u demo:relay -H 'Content-Type: application/json' "
                '-d \'{"name": "greeting", "data": "hello"}\' '
                "http://127.0.0.1:8090/channels/ssechannel/messages",
            ],
        )

    def test_quoting(self) -> None:
        """The lines are quoted for a shell, for all names."""
        lines = demo_lines("http://g/", "http://s/", "/p", "a b/c&d", "n:it's")
        subscribe, publish = map(shlex.split, lines.splitlines())
        self.assertEqual(
            subscribe[2:], ["-u", "n:it's", "http://g/p?Channel=a+b%2Fc%26d"]
        )
        self.assertEqual(publish[-1], "http://s/channels/a%20b%2Fc%26d/messages")
