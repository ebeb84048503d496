"""An API with a plan for keys, and applications that subscribe to it."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase

API_KEY = {"type": "API_KEY", "configuration": {}}


class ConsumerCase(ManagementCase):
    """A test on subscriptions."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create the API, its plan and an application."""
        await super().setUp()
        self.api_id = await self.create()
        self.plan_id = await self.plan(self.api_id, name="Keys", security=API_KEY)
        self.application_id = await self.application()
        self.subscriptions = f"/apis/{self.api_id}/subscriptions"

    async def application(self, name: str = "Reader", **more: Any) -> str:
        """Create an application.

        :returns: its id.
        """
        body = {"name": name, **more}
        created = await self.expect(201, "POST", "/applications", body)
        return str(created["id"])

    async def subscribed(self, **changed: Any) -> dict[str, Any]:
        """Subscribe the application as the publisher.

        :returns: the subscription.
        """
        body = {"applicationId": self.application_id, "planId": self.plan_id}
        made = await self.expect(201, "POST", self.subscriptions, {**body, **changed})
        assert isinstance(made, dict)
        return made

    async def asked_for(self, **changed: Any) -> dict[str, Any]:
        """Subscribe the application as its owner.

        :returns: the subscription.
        """
        path = f"/applications/{self.application_id}/subscriptions"
        made = await self.expect(201, "POST", path, {"planId": self.plan_id, **changed})
        assert isinstance(made, dict)
        return made

    async def act(self, subscription: dict[str, Any], action: str, **body: Any) -> Any:
        """Do something to a subscription that must be allowed."""
        path = f"{self.subscriptions}/{subscription['id']}/{action}"
        return await self.expect(200, "POST", path, body)

    async def not_allowed(
        self, code: str, subscription: dict[str, Any], action: str, **body: Any
    ) -> None:
        """Do something to a subscription that must be refused."""
        path = f"{self.subscriptions}/{subscription['id']}/{action}"
        await self.refused(400, code, "POST", path, body)

    async def keys(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the keys of a subscription."""
        path = f"{self.subscriptions}/{subscription['id']}/api-keys"
        listing = await self.expect(200, "GET", path)
        data = listing["data"]
        assert isinstance(data, list)
        return data

    async def known(self) -> dict[str, Any]:
        """Return the entitlements that gateways have read."""
        return dict(await self.store.read(lambda tx: tx.entitlements.all()))
