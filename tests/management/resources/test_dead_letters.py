"""Subscriptions to PUSH plans, and their dead letters."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.model.secrets import MASK
from tests.management.consumer_case import ConsumerCase
from tests.wire.webhook.hooked import configuration, hooked_api

URL = "https://hooks.example/a?token=s3cr3t"


class PushCase(ConsumerCase):
    """An API whose consumers are called, and one of them."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create both."""
        await super().setUp()
        created = await self.expect(201, "POST", "/apis", hooked_api("/hooked"))
        self.api_id = created["id"]
        body = {"name": "hooks", "mode": "PUSH", "validation": "AUTO"}
        plans = f"/apis/{self.api_id}/plans"
        made = await self.expect(201, "POST", plans, body)
        self.plan_id = made["id"]
        await self.expect(200, "POST", f"{plans}/{self.plan_id}/_publish")
        self.subscriptions = f"/apis/{self.api_id}/subscriptions"

    async def made(self, **more: Any) -> dict[str, Any]:
        """Subscribe."""
        return await self.subscribed(consumerConfiguration=configuration(URL, **more))


class ConfigurationTests(PushCase):
    """Where events go: checked, kept, and shown without secrets."""

    async def test_the_secret_is_shown_once(self) -> None:
        """Only the response that creates the secret contains it."""
        made = await self.made()
        secret = made["consumerConfiguration"]["entrypointConfiguration"]["signature"]
        self.assertTrue(secret["secret"].startswith("whsec_"))
        path = f"{self.subscriptions}/{made['id']}"
        shown = await self.expect(200, "GET", path)
        listed = await self.expect(200, "GET", self.subscriptions)
        audits = await self.expect(200, "GET", f"/apis/{self.api_id}/audits")
        text = json.dumps([shown, listed, audits])
        self.assertNotIn(secret["secret"], text)
        self.assertNotIn("s3cr3t", text)
        own = shown["consumerConfiguration"]["entrypointConfiguration"]
        self.assertEqual(own["signature"], {"secret": MASK})

    async def test_what_is_sent_back_masked_stays(self) -> None:
        """A secret that is sent back masked, or not at all, is kept."""
        made = await self.made()
        path = f"{self.subscriptions}/{made['id']}"
        before = (await self.known())[made["id"]].consumer_configuration
        shown = await self.expect(200, "GET", path)
        sent = {"consumerConfiguration": shown["consumerConfiguration"]}
        await self.expect(200, "PUT", path, sent)
        kept = (await self.known())[made["id"]].consumer_configuration
        self.assertEqual(kept, before)
        sent = {"consumerConfiguration": configuration("https://b.example/")}
        answer = await self.expect(200, "PUT", path, sent)
        self.assertNotIn("whsec_", json.dumps(answer))
        kept = (await self.known())[made["id"]].consumer_configuration
        own = kept["entrypointConfiguration"]
        secret = before["entrypointConfiguration"]["signature"]
        self.assertEqual(
            (own["callbackUrl"], own["signature"]), ("https://b.example/", secret)
        )

    async def test_refusals(self) -> None:
        """Each by its place; nothing is made."""
        at = "consumerConfiguration"
        own = f"{at}.entrypointConfiguration"
        for wrong, location in (
            (None, at),
            ({}, f"{at}.entrypointId"),
            ({"entrypointId": "sse"}, f"{at}.entrypointId"),
            ({"entrypointId": "webhook"}, f"{own}.callbackUrl"),
            ({**configuration(URL), "channel": "/a b"}, f"{at}.channel"),
            (configuration("nonsense"), f"{own}.callbackUrl"),
            (configuration(URL, retry={"maxAttempts": 0}), f"{own}.retry.maxAttempts"),
            ({"entrypointId": "webhook", "entrypointConfiguration": "{"}, own),
            (
                configuration(URL, auth={"type": "token", "token": {"value": MASK}}),
                f"{own}.auth.token.value",
            ),
        ):
            body = {
                "applicationId": self.application_id,
                "planId": self.plan_id,
                "consumerConfiguration": wrong,
            }
            answer = await self.expect(400, "POST", self.subscriptions, body)
            self.assertEqual(
                [one["location"] for one in answer["details"]], [location], str(wrong)
            )
        listed = await self.expect(200, "GET", self.subscriptions)
        self.assertEqual(listed["data"], [])

    async def test_certificates_that_cannot_be_used_are_refused_when_written(
        self,
    ) -> None:
        """
        Unusable certificates are refused, since no event could be delivered with them.
        """
        location = "consumerConfiguration.entrypointConfiguration.ssl"
        broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        pkcs12 = {"type": "PKCS12", "content": "AAAA", "password": "s3cr3t"}
        made = await self.made()
        path = f"{self.subscriptions}/{made['id']}"
        kept = (await self.known())[made["id"]].consumer_configuration
        for ssl in (
            {"trustStore": pkcs12},
            {"keyStore": pkcs12},
            {"trustStore": {"type": "PEM", "content": broken}},
        ):
            sent = {"consumerConfiguration": configuration(URL, ssl=ssl)}
            for method, where, body in (
                ("PUT", path, sent),
                (
                    "POST",
                    self.subscriptions,
                    {
                        "applicationId": await self.application(str(ssl)[:40]),
                        "planId": self.plan_id,
                        **sent,
                    },
                ),
            ):
                answer = await self.expect(400, method, where, body)
                (detail,) = answer["details"]
                self.assertEqual(detail["location"], location)
                self.assertNotIn("s3cr3t", json.dumps(answer))
        after = (await self.known())[made["id"]].consumer_configuration
        self.assertEqual(after, kept)

    async def test_only_push_plans_have_one(self) -> None:
        """A configuration for another type of plan is refused."""
        other = await self.plan(self.api_id, name="k", security={"type": "API_KEY"})
        body = {
            "applicationId": self.application_id,
            "planId": other,
            "consumerConfiguration": configuration(URL),
        }
        answer = await self.expect(400, "POST", self.subscriptions, body)
        (detail,) = answer["details"]
        self.assertEqual(detail["location"], "consumerConfiguration")

    async def test_plans_fit_the_listeners(self) -> None:
        """PUSH needs consumers that are called."""
        plain = await self.create("/plain")
        body = {"name": "hooks", "mode": "PUSH"}
        answer = await self.expect(400, "POST", f"/apis/{plain}/plans", body)
        self.assertEqual(answer["details"][0]["location"], "mode")
        body = await self.expect(200, "GET", f"/apis/{self.api_id}")
        body["listeners"] = [one for one in body["listeners"] if one["type"] == "HTTP"]
        await self.expect(200, "PUT", f"/apis/{self.api_id}", body)
        path = f"/apis/{self.api_id}/_start"
        await self.refused(400, "api.listener.missing", "POST", path)

    async def test_the_schema(self) -> None:
        """Consoles draw the form of a subscription from it."""
        path = "/management/v2/plugins/entrypoints/webhook"
        schema = await self.expect(200, "GET", f"{path}/subscription-schema")
        self.assertIn("callbackUrl", schema["properties"])
        shape = await self.expect(200, "GET", path)
        self.assertEqual(shape["supportedListenerType"], "SUBSCRIPTION")
        other = "/management/v2/plugins/entrypoints/sse/subscription-schema"
        await self.refused(404, "plugin.notFound", "GET", other)


class LetterTests(PushCase):
    """Events that could not be delivered."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Leave two letters."""
        await super().setUp()
        self.one = await self.made()
        self.path = f"{self.subscriptions}/{self.one['id']}"
        state = DeliveryState(
            self.one["id"],
            self.api_id,
            "/news",
            "abc-1",
            7,
            3,
            2,
            1,
            {"reason": "evicted", "after": None, "atMs": 0},
            5_000,
        )
        letter = DeadLetter(
            "1", self.one["id"], "abc-0", 4_000, 3, 503, "answered 503", {"data": "x"}
        )
        other = replace(letter, id="2", status=None, reason="no answer")

        def leave(tx: Any) -> None:
            tx.deliveries.put(state)
            tx.deliveries.dead_letter(letter)
            tx.deliveries.dead_letter(other)

        await self.store.write(leave)

    async def test_delivery(self) -> None:
        """The stored state of a delivery is shown without a running delivery."""
        shown = await self.expect(200, "GET", f"{self.path}/delivery")
        self.assertEqual(
            shown,
            {
                "delivered": 7,
                "failedAttempts": 3,
                "failedInARow": 2,
                "deadLetters": 2,
                "gaps": 1,
                "channel": "/news",
                "lastEventId": "abc-1",
                "lastGap": {
                    "reason": "evicted",
                    "after": None,
                    "at": "1970-01-01T00:00:00.000Z",
                },
                "updatedAt": "1970-01-01T00:00:05.000Z",
                "here": False,
            },
        )

    async def test_listing(self) -> None:
        """Page by page; the event itself is with the letter."""
        path = f"{self.path}/dead-letters"
        listed = await self.expect(200, "GET", f"{path}?perPage=1&page=2")
        self.assertEqual([one["id"] for one in listed["data"]], ["2"])
        self.assertEqual(listed["pagination"]["totalCount"], 2)
        shown = await self.expect(200, "GET", f"{path}/1")
        self.assertEqual((shown["status"], shown["event"]), (503, {"data": "x"}))
        await self.refused(404, "deadLetter.notFound", "GET", f"{path}/3")

    async def test_replay_and_delete(self) -> None:
        """One dead letter, or all, are replayed and deleted."""
        path = f"{self.path}/dead-letters"
        told = await self.expect(202, "POST", f"{path}/2/_replay")
        self.assertEqual(told, {"count": 1})
        listed = await self.expect(200, "GET", path)
        self.assertEqual([one["replay"] for one in listed["data"]], [False, True])
        self.assertEqual(
            await self.expect(202, "POST", f"{path}/_replay"), {"count": 2}
        )
        await self.refused(404, "deadLetter.notFound", "POST", f"{path}/3/_replay")
        await self.expect(204, "DELETE", f"{path}/1")
        await self.refused(404, "deadLetter.notFound", "DELETE", f"{path}/1")
        await self.expect(204, "DELETE", path)
        self.assertEqual((await self.expect(200, "GET", path))["data"], [])

    async def test_failure(self) -> None:
        """A failure is shown, and only a failed subscription can be resumed."""
        await self.not_allowed("subscription.notFailed", self.one, "_resumeFailure")

        def fail(tx: Any) -> None:
            record = tx.subscriptions.get(self.api_id, self.one["id"])
            failed = replace(record, consumer_status="FAILURE", failure_cause="gone")
            tx.subscriptions.save(failed)

        await self.store.write(fail)
        shown = await self.expect(200, "GET", self.path)
        self.assertEqual(
            (shown["consumerStatus"], shown["failureCause"]), ("FAILURE", "gone")
        )
        shown = await self.act(self.one, "_resumeFailure")
        self.assertEqual(shown["consumerStatus"], "STARTED")
        self.assertNotIn("failureCause", shown)

    async def test_who_calls_has_none(self) -> None:
        """A subscription to another plan has no deliveries."""
        other = await self.plan(self.api_id, name="k", security={"type": "API_KEY"})
        one = await self.subscribed(planId=other)
        for path in ("delivery", "dead-letters"):
            await self.refused(
                400,
                "subscription.notPushed",
                "GET",
                f"{self.subscriptions}/{one['id']}/{path}",
            )
