"""What the gateway of the process says before anything is saved."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed

from relay.management.resources.gateway import Gateway
from relay.management.site import ManagementSite
from relay.model.records import Deployment, ServingReport
from tests.management.automation.harness import BASE, AutomationCase, api_spec
from tests.management.automation.test_policy_groups import GROUPS, SPEC


class TrialTests(AutomationCase):
    """A body is saved with its deployment, or not at all."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Use a gateway that the test controls."""
        await super().setUp()
        self.tried: list[int] = []
        self.reason = ""
        self.meanwhile: Callable[[Deployment], None] | None = None
        gateway = Gateway(self.try_out, self.reached)
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            self.site.clock,
            lambda: ["http://localhost:8082"],
            gateway=gateway,
        )
        await self.listen()
        self.base = self.origin + BASE

    def try_out(self, deployment: Deployment) -> None:
        """Try a deployment."""
        self.tried.append(deployment.number)
        if self.meanwhile is not None:
            change, self.meanwhile = self.meanwhile, None
            change(deployment)
        if self.reason:
            raise ValueError(self.reason)

    def reached(
        self, api_id: str, number: int | None
    ) -> Deferred[ServingReport | None]:
        """Serve every deployment at once."""
        return succeed(None)

    async def test_refused(self) -> None:
        """What could not be served leaves no trace."""
        before = await self.trail()
        self.reason = "no such thing"
        code = "api.deployment.refused"
        error = await self.refused(400, code, "PUT", "/apis", api_spec())
        self.assertIn(self.reason, error["message"])
        shown = await self.put("/apis?dryRun=true", api_spec())
        self.assertIn(self.reason, shown["errors"]["severe"][0])
        self.assertEqual(await self.trail(), before)
        await self.refused(404, "hrid.notFound", "GET", "/apis/events")
        self.reason = ""
        made = await self.put("/apis", api_spec())
        self.reason = "no more"
        changed = api_spec("/other", name="Other", plans=made["plans"])
        await self.refused(400, code, "PUT", "/apis", changed)
        self.assertEqual(await self.expect(200, "GET", "/apis/events"), made)

    async def test_not_tried(self) -> None:
        """What is in force already is not tried again."""
        await self.put("/apis", api_spec())
        await self.put("/apis", api_spec())
        await self.put("/apis", api_spec(description="new"))
        self.assertEqual(self.tried, [1])

    async def test_deployed_meanwhile(self) -> None:
        """A deployment that others made during the trial is followed by another."""
        made = await self.put("/apis", api_spec())

        def deploy(deployment: Deployment) -> None:
            writing = self.store.write(
                lambda tx: tx.deployments.add(made["id"], deployment.definition, [], "")
            )
            writing.addErrback(lambda failure: self.fail(str(failure)))

        self.meanwhile = deploy
        await self.put("/apis", api_spec("/other"))
        self.assertEqual(self.tried, [1, 2, 3])
        current = await self.managed(f"/apis/{made['id']}/deployments/current")
        self.assertEqual(current["deploymentNumber"], 3)
        self.assertEqual(current["listeners"][0]["paths"][0]["path"], "/other/")
        self.assertEqual(len(current["plans"]), 1)

    async def test_of_a_group(self) -> None:
        """A version that an API could not be served with is not saved."""
        await self.put(GROUPS, SPEC)
        step = {
            "policy": "shared-policy-group-policy",
            "enabled": True,
            "configuration": {"hrid": "simple"},
        }
        flows = [{"name": "f", "enabled": True, "request": [step]}]
        await self.put("/apis", api_spec(flows=flows))
        self.reason = "too slow"
        changed = {**SPEC, "name": "Slower"}
        code = "sharedPolicyGroup.refused"
        await self.refused(400, code, "PUT", GROUPS, changed)
        self.assertEqual(
            (await self.expect(200, "GET", f"{GROUPS}/simple"))["name"], "Slow"
        )
        self.reason = ""
        await self.same(GROUPS, changed)
