"""API keys by REST."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from relay.model.consumers.api_key import digest_of
from tests.management.consumer_case import ConsumerCase
from tests.store.databases import rows


def seconds(text: str) -> float:
    """Read a time."""
    return datetime.fromisoformat(text).timestamp()


class KeyCase(ConsumerCase):
    """A test on the keys of one subscription."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Subscribe."""
        await super().setUp()
        self.made = await self.subscribed()
        self.ring = f"{self.subscriptions}/{self.made['id']}/api-keys"
        self.secret = self.made["apiKey"]["key"]
        self.key = self.made["apiKey"]["id"]

    async def standings(self) -> list[tuple[str, int | None, bool]]:
        """Return the keys that gateways have read."""
        known = await self.known()
        return [tuple(key) for one in known.values() for key in one.keys]


class OwnTests(KeyCase):
    async def test_shown_once(self) -> None:
        """Afterwards only its beginning is; neither the store nor an answer has it."""
        (shown,) = await self.keys(self.made)
        self.assertEqual(shown["id"], self.key)
        self.assertEqual(shown["key"], f"{self.secret[:6]}…")
        self.assertEqual(shown["subscriptions"], [{"id": self.made["id"]}])
        self.assertEqual(
            (shown["revoked"], shown["paused"], shown["expired"]), (False,) * 3
        )
        self.assertEqual(
            await self.standings(), [(digest_of(self.secret), None, False)]
        )
        stored = rows(f"{self.settings.data_dir}/relay.db", "SELECT * FROM api_keys")
        self.assertNotIn(self.secret, str(stored))
        for answer in (
            await self.ask("GET", f"{self.subscriptions}/{self.made['id']}"),
            await self.ask("GET", self.ring),
        ):
            self.assertNotIn(self.secret, answer.content.decode())

    async def test_renew(self) -> None:
        """A new one is shown, and those before it end in two hours."""
        renewed = await self.expect(200, "POST", f"{self.ring}/_renew", {})
        self.assertEqual(len(renewed["key"]), 43)
        self.assertNotEqual(renewed["key"], self.secret)
        new, old = await self.keys(self.made)
        self.assertEqual(new["id"], renewed["id"])
        self.assertNotIn("expireAt", new)
        self.assertAlmostEqual(
            seconds(old["expireAt"]) - seconds(new["createdAt"]), 7200, delta=1
        )
        await self.expect(200, "POST", f"{self.ring}/_renew", {})
        kept = {key["id"]: key for key in await self.keys(self.made)}
        self.assertEqual(kept[self.key]["expireAt"], old["expireAt"])

    async def test_custom(self) -> None:
        """A publisher may choose a key that was never used before."""
        body = {"customApiKey": "chosen-by-us"}
        renewed = await self.expect(200, "POST", f"{self.ring}/_renew", body)
        self.assertEqual(renewed["key"], "chosen-by-us")
        self.assertEqual((await self.keys(self.made))[0]["key"], "cho…")
        await self.refused(400, "apiKey.exists", "POST", f"{self.ring}/_renew", body)
        verify = f"{self.subscriptions}/_verify"
        for key, ok in (
            ("chosen-by-us", False),
            ("another-key", True),
            ("short", False),
            ("x" * 65, False),
            ("semi;colons", False),
            (7, False),
        ):
            asked = {"applicationId": self.application_id, "apiKey": key}
            answer = await self.expect(200, "POST", verify, asked)
            self.assertEqual(answer["ok"], ok, key)
            self.assertEqual("reason" in answer, not ok, key)
        error = await self.refused(
            400, "validation", "POST", f"{self.ring}/_renew", {"customApiKey": "short"}
        )
        self.assertNotIn("short", json.dumps(error["details"]))

    async def test_revoke(self) -> None:
        """A key is revoked, and reactivated."""
        revoked = await self.expect(200, "POST", f"{self.ring}/{self.key}/_revoke")
        self.assertTrue(revoked["revoked"])
        self.assertIn("revokedAt", revoked)
        self.assertEqual((await self.standings())[0][2], True)
        await self.refused(
            400, "apiKey.revoked", "POST", f"{self.ring}/{self.key}/_revoke"
        )
        await self.refused(
            400,
            "apiKey.revoked",
            "PUT",
            f"{self.ring}/{self.key}",
            {"expireAt": None},
        )
        active = await self.expect(200, "POST", f"{self.ring}/{self.key}/_reactivate")
        self.assertFalse(active["revoked"])
        self.assertEqual((await self.standings())[0][2], False)
        await self.refused(
            400, "apiKey.active", "POST", f"{self.ring}/{self.key}/_reactivate"
        )

    async def test_expire(self) -> None:
        """A key expires at any time, or never."""
        path = f"{self.ring}/{self.key}"
        expired = await self.expect(
            200, "PUT", path, {"expireAt": "2020-01-01T00:00:00Z"}
        )
        self.assertTrue(expired["expired"])
        self.assertEqual((await self.standings())[0][1], 1577836800000)
        active = await self.expect(200, "POST", f"{path}/_reactivate")
        self.assertFalse(active["expired"])
        self.assertNotIn("expireAt", active)
        await self.expect(200, "PUT", path, {"expireAt": "2040-01-01T00:00:00Z"})
        never = await self.expect(200, "PUT", path, {"expireAt": None})
        self.assertNotIn("expireAt", never)
        await self.refused(400, "validation", "PUT", path, {})

    async def test_unknown(self) -> None:
        """A key of another subscription is not found."""
        other = await self.application("Other")
        theirs = (await self.subscribed(applicationId=other))["apiKey"]["id"]
        for key in ("none", theirs):
            await self.refused(
                404, "apiKey.notFound", "POST", f"{self.ring}/{key}/_revoke"
            )

    async def test_over(self) -> None:
        """A closed subscription gets no keys, and those that it had stay revoked."""
        await self.act(self.made, "_close")
        for path in (f"{self.ring}/_renew", f"{self.ring}/{self.key}/_reactivate"):
            await self.refused(400, "subscription.notUpdatable", "POST", path)


class SharedTests(KeyCase):
    """One key for all subscriptions of an application."""

    async def another(self, path: str = "/other") -> dict[str, Any]:
        """Subscribe to another API, and share the keys from then on."""
        api_id = await self.create(path)
        plan_id = await self.plan(api_id, name="k", security={"type": "API_KEY"})
        body = {
            "applicationId": self.application_id,
            "planId": plan_id,
            "apiKeyMode": "SHARED",
        }
        made = await self.expect(201, "POST", f"/apis/{api_id}/subscriptions", body)
        assert isinstance(made, dict)
        return made

    async def test_shared(self) -> None:
        """The key that there is opens the other API, too."""
        second = await self.another()
        self.assertNotIn("apiKey", second)
        self.assertEqual(second["application"]["apiKeyMode"], "SHARED")
        digest = digest_of(self.secret)
        self.assertEqual(await self.standings(), [(digest, None, False)] * 2)
        ring = f"/applications/{self.application_id}/api-keys"
        (shown,) = (await self.expect(200, "GET", ring))["data"]
        self.assertEqual(
            {one["id"] for one in shown["subscriptions"]},
            {self.made["id"], second["id"]},
        )
        self.assertEqual(await self.keys(self.made), [shown])

    async def test_kept_together(self) -> None:
        """Shared keys are changed through their application only."""
        await self.another()
        await self.refused(400, "apiKey.shared", "POST", f"{self.ring}/_renew")
        ring = f"/applications/{self.application_id}/api-keys"
        renewed = await self.expect(200, "POST", f"{ring}/_renew")
        self.assertEqual(len(await self.standings()), 4)
        key = f"{ring}/{renewed['id']}"
        self.assertTrue((await self.expect(200, "POST", f"{key}/_revoke"))["revoked"])
        again = await self.expect(200, "POST", f"{key}/_reactivate")
        self.assertFalse(again["revoked"])
        body = {"expireAt": "2040-01-01T00:00:00Z"}
        put = await self.expect(200, "PUT", key, body)
        self.assertEqual(put["expireAt"], "2040-01-01T00:00:00.000Z")

    async def test_closed(self) -> None:
        """A subscription that is over leaves the keys to the others."""
        second = await self.another()
        await self.act(self.made, "_close")
        self.assertEqual(list(await self.known()), [second["id"]])
        self.assertEqual(
            await self.standings(), [(digest_of(self.secret), None, False)]
        )
        await self.expect(204, "DELETE", f"/applications/{self.application_id}")
        (shown,) = (
            await self.expect(
                200, "GET", f"/applications/{self.application_id}/api-keys"
            )
        )["data"]
        self.assertTrue(shown["revoked"])

    async def test_one_for_each_api(self) -> None:
        """
        An application with shared keys has at most one subscription with keys to an
        API.
        """
        await self.another()
        plan_id = await self.plan(self.api_id, name="2", security={"type": "API_KEY"})
        body = {"applicationId": self.application_id, "planId": plan_id}
        await self.refused(
            400, "plan.alreadySubscribed", "POST", self.subscriptions, body
        )

    async def test_chosen_once(self) -> None:
        """
        The mode cannot change to SHARED while several subscriptions have keys of their
        own.
        """
        plan_id = await self.plan(self.api_id, name="2", security={"type": "API_KEY"})
        await self.subscribed(planId=plan_id)
        path = f"/applications/{self.application_id}"
        body = {"name": "x", "apiKeyMode": "SHARED"}
        await self.refused(400, "application.apiKeyMode", "PUT", path, body)
        body["apiKeyMode"] = "EXCLUSIVE"
        await self.expect(200, "PUT", path, body)
        body["apiKeyMode"] = "SHARED"
        await self.refused(400, "application.apiKeyMode", "PUT", path, body)
        await self.refused(400, "apiKey.notShared", "POST", f"{path}/api-keys/_renew")

    async def test_first(self) -> None:
        """An application that shares from the start gets its key with the first."""
        application = await self.application("Sharing", apiKeyMode="SHARED")
        first = await self.subscribed(applicationId=application)
        self.assertEqual(len(first["apiKey"]["key"]), 43)
        other = await self.application("Other", apiKeyMode="SHARED")
        body = {
            "applicationId": other,
            "planId": self.plan_id,
            "customApiKey": "chosen-by-us",
        }
        await self.refused(400, "apiKey.shared", "POST", self.subscriptions, body)
