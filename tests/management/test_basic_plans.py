"""The passwords of BASIC plans, by the calls that are there for keys."""

from __future__ import annotations

from relay.model.consumers.api_key import digest_of
from tests.management.consumer_case import ConsumerCase
from tests.store.databases import rows

BASIC = {"type": "BASIC", "configuration": {"realm": "Events"}}


class PasswordTests(ConsumerCase):
    async def setUp(self) -> None:  # type: ignore[override]
        """Subscribe to a BASIC plan."""
        await super().setUp()
        self.plan_id = await self.plan(self.api_id, name="People", security=BASIC)
        self.made = await self.subscribed()
        self.ring = f"{self.subscriptions}/{self.made['id']}/api-keys"
        self.credentials = self.made["credentials"]

    async def test_shown_once(self) -> None:
        """A name, which is the subscription's id, and a password of 256 bits."""
        self.assertNotIn("apiKey", self.made)
        self.assertEqual(self.credentials["username"], self.made["id"])
        password = self.credentials["password"]
        self.assertEqual(len(password), 43)
        (shown,) = await self.keys(self.made)
        self.assertEqual(shown["id"], self.credentials["id"])
        self.assertEqual(shown["username"], self.made["id"])
        self.assertEqual(shown["password"], f"{password[:6]}…")
        self.assertNotIn("key", shown)
        (known,) = (await self.known()).values()
        self.assertEqual([key.digest for key in known.keys], [digest_of(password)])
        for table in ("api_keys", "subscriptions", "audits"):
            stored = rows(
                f"{self.settings.data_dir}/relay.db", f"SELECT * FROM {table}"
            )
            self.assertNotIn(password, str(stored), table)

    async def test_life(self) -> None:
        """Renewed, revoked, reactivated, dated and ended as a key is."""
        renewed = await self.expect(200, "POST", f"{self.ring}/_renew", {})
        self.assertEqual(renewed["username"], self.made["id"])
        self.assertNotEqual(renewed["password"], self.credentials["password"])
        _, old = await self.keys(self.made)
        self.assertIn("expireAt", old)
        one = f"{self.ring}/{renewed['id']}"
        revoked = await self.expect(200, "POST", f"{one}/_revoke")
        self.assertTrue(revoked["revoked"])
        self.assertFalse(
            (await self.expect(200, "POST", f"{one}/_reactivate"))["revoked"]
        )
        body = {"expireAt": "2090-01-31T12:00:00Z"}
        self.assertIn("expireAt", await self.expect(200, "PUT", one, body))
        await self.act(self.made, "_close")
        self.assertEqual(
            [key["revoked"] for key in await self.keys(self.made)], [True, True]
        )

    async def test_no_chosen_password(self) -> None:
        """A chosen password is refused everywhere, since it would be easy to guess."""
        body = {"customApiKey": "password1"}
        await self.refused(400, "plan.notApiKey", "POST", f"{self.ring}/_renew", body)
        other = await self.application("Other")
        wanted = {"applicationId": other, "planId": self.plan_id, **body}
        await self.refused(400, "plan.notApiKey", "POST", self.subscriptions, wanted)
        asked = await self.expect(
            201,
            "POST",
            f"/applications/{other}/subscriptions",
            {"planId": self.plan_id},
        )
        self.assertNotIn("credentials", asked)
        await self.not_allowed("plan.notApiKey", asked, "_accept", **body)
        accepted = await self.act(asked, "_accept")
        self.assertEqual(accepted["credentials"]["username"], asked["id"])

    async def test_never_shared(self) -> None:
        """An application whose keys are shared has passwords for each subscription."""
        application = await self.application("Sharing", apiKeyMode="SHARED")
        wanted = {"applicationId": application, "planId": self.plan_id}
        made = await self.expect(201, "POST", self.subscriptions, wanted)
        self.assertEqual(made["credentials"]["username"], made["id"])
        ring = f"{self.subscriptions}/{made['id']}/api-keys"
        await self.expect(200, "POST", f"{ring}/_renew", {})
        self.assertEqual(len(await self.keys(made)), 2)
        shared = f"/applications/{application}/api-keys"
        self.assertEqual((await self.expect(200, "GET", shared))["data"], [])

    async def test_transfer(self) -> None:
        """A subscription moves only to another plan of the same type."""
        other = await self.plan(self.api_id, name="Others", security=BASIC)
        keys = await self.plan(
            self.api_id, name="K", security={"type": "API_KEY", "configuration": {}}
        )
        await self.not_allowed(
            "subscription.transferNotAllowed", self.made, "_transfer", planId=keys
        )
        moved = await self.act(self.made, "_transfer", planId=other)
        self.assertEqual(moved["plan"]["security"], {"type": "BASIC"})
