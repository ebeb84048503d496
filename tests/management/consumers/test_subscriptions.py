"""Subscriptions by REST."""

from __future__ import annotations

from tests.management.consumer_case import API_KEY, ConsumerCase


class CreateTests(ConsumerCase):
    async def test_create(self) -> None:
        """The publisher's word is the acceptance, whatever the plan's validation is."""
        body = {
            "applicationId": self.application_id,
            "planId": self.plan_id,
            "metadata": {"team": "a"},
        }
        answer = await self.ask("POST", self.subscriptions, body)
        self.assertEqual(answer.status, 201, answer.content)
        made = answer.json
        self.assertEqual(
            answer.headers["location"],
            f"{self.base}{self.subscriptions}/{made['id']}",
        )
        self.assertEqual(made["status"], "ACCEPTED")
        self.assertEqual(made["api"], {"id": self.api_id, "name": "SSE"})
        self.assertEqual(made["plan"]["name"], "Keys")
        self.assertEqual(made["application"]["name"], "Reader")
        self.assertEqual(made["metadata"], {"team": "a"})
        self.assertEqual(made["startingAt"], made["processedAt"])
        self.assertEqual(len(made.pop("apiKey")["key"]), 43)
        got = await self.ask("GET", f"{self.subscriptions}/{made['id']}")
        self.assertEqual(got.json, made)
        self.assertEqual(got.headers["etag"], answer.headers["etag"])

    async def test_which_plans(self) -> None:
        """A plan must be published, and want to know who comes."""
        for security, publish, action, code in (
            (API_KEY, False, None, "plan.notPublished"),
            (API_KEY, True, "_deprecate", "plan.deprecated"),
            (API_KEY, True, "_close", "plan.closed"),
            ({"type": "KEY_LESS"}, True, None, "plan.notSubscribable"),
        ):
            plan_id = await self.plan(self.api_id, publish, name="x", security=security)
            if action is not None:
                path = f"/apis/{self.api_id}/plans/{plan_id}/{action}"
                await self.expect(200, "POST", path)
            body = {"applicationId": self.application_id, "planId": plan_id}
            await self.refused(400, code, "POST", self.subscriptions, body)
        self.assertEqual(await self.known(), {})

    async def test_once(self) -> None:
        """An application subscribes to a plan once, until that is over."""
        made = await self.subscribed()
        body = {"applicationId": self.application_id, "planId": self.plan_id}
        await self.refused(
            400, "plan.alreadySubscribed", "POST", self.subscriptions, body
        )
        await self.act(made, "_close")
        await self.subscribed()

    async def test_refusals(self) -> None:
        """All that is wrong with a body, and nothing is half done."""
        error = await self.refused(
            400,
            "validation",
            "POST",
            self.subscriptions,
            {
                "planId": self.plan_id,
                "customApiKey": "no spaces",
                "metadata": {"a": 1},
                "x": 1,
            },
        )
        self.assertEqual(
            {detail["location"] for detail in error["details"]},
            {
                "applicationId",
                "customApiKey",
                "metadata.a",
                "x",
            },
        )
        for body, code in (
            ({"applicationId": "none", "planId": self.plan_id}, "application.notFound"),
            ({"applicationId": self.application_id, "planId": "none"}, "plan.notFound"),
        ):
            await self.refused(404, code, "POST", self.subscriptions, body)
        await self.refused(
            404, "subscription.notFound", "GET", f"{self.subscriptions}/none"
        )

    async def test_list(self) -> None:
        """
        Accepted subscriptions are listed, the newest first, unless other statuses are
        given.
        """
        first = await self.subscribed(customApiKey="chosen-by-us")
        other = await self.application("Other")
        second = await self.subscribed(applicationId=other)
        await self.act(first, "_pause")
        for query, expected in (
            ("", [second]),
            ("?statuses=PAUSED,ACCEPTED", [second, first]),
            ("?statuses=PAUSED&expands=plan,application", [first]),
            (f"?statuses=PAUSED,ACCEPTED&applicationIds={other}", [second]),
            (f"?planIds={self.plan_id}&perPage=1", [second]),
            ("?planIds=none", []),
            ("?statuses=PAUSED&apiKey=chosen-by-us", [first]),
            ("?statuses=PAUSED&apiKey=another", []),
        ):
            listing = await self.expect(200, "GET", f"{self.subscriptions}{query}")
            self.assertEqual(
                [one["id"] for one in listing["data"]],
                [one["id"] for one in expected],
                query,
            )
            self.assertNotIn("apiKey", str(listing["data"]).replace("apiKeyMode", ""))
        await self.refused(
            400, "query.invalid", "GET", f"{self.subscriptions}?apiKey=a&apiKey=b"
        )


class LifeTests(ConsumerCase):
    """The statuses of a subscription, and what gateways know about it."""

    async def test_accept(self) -> None:
        """A subscription is accepted with a message and with dates."""
        pending = await self.asked_for()
        self.assertEqual(await self.known(), {})
        await self.not_allowed(
            "validation",
            pending,
            "_accept",
            startingAt="2030-01-01T00:00:00Z",
            endingAt="2029-01-01T00:00:00Z",
        )
        accepted = await self.act(
            pending,
            "_accept",
            reason="welcome",
            startingAt="2020-01-01T01:00:00+01:00",
            endingAt="2040-01-01T00:00:00.500Z",
        )
        self.assertEqual(accepted["publisherMessage"], "welcome")
        self.assertEqual(accepted["startingAt"], "2020-01-01T00:00:00.000Z")
        self.assertEqual(accepted["endingAt"], "2040-01-01T00:00:00.500Z")
        self.assertIn("key", accepted["apiKey"])
        (known,) = (await self.known()).values()
        self.assertEqual(
            (known.starts_at_ms, known.ends_at_ms), (1577836800000, 2208988800500)
        )
        for action in ("_accept", "_reject"):
            await self.not_allowed("subscription.processed", pending, action)

    async def test_reject(self) -> None:
        """A rejected subscription has ended."""
        pending = await self.asked_for()
        rejected = await self.act(pending, "_reject", reason="no")
        self.assertEqual(rejected["status"], "REJECTED")
        self.assertEqual(rejected["publisherMessage"], "no")
        self.assertIn("closedAt", rejected)
        for action in ("_pause", "_resume", "_close"):
            codes = {"_pause": "Pausable", "_resume": "Paused", "_close": "Closable"}
            await self.not_allowed(f"subscription.not{codes[action]}", pending, action)

    async def test_pause(self) -> None:
        """A paused subscription admits no caller, and its keys are marked as paused."""
        made = await self.subscribed()
        paused = await self.act(made, "_pause")
        self.assertEqual(paused["status"], "PAUSED")
        self.assertIn("pausedAt", paused)
        self.assertTrue((await self.keys(made))[0]["paused"])
        self.assertEqual(await self.known(), {})
        resumed = await self.act(made, "_resume")
        self.assertEqual(resumed["status"], "ACCEPTED")
        self.assertNotIn("pausedAt", resumed)
        self.assertEqual(list(await self.known()), [made["id"]])

    async def test_close(self) -> None:
        """
        A closed subscription ends with its keys; closing a pending one rejects it.
        """
        made = await self.subscribed()
        closed = await self.act(made, "_close")
        self.assertEqual(closed["status"], "CLOSED")
        self.assertTrue((await self.keys(made))[0]["revoked"])
        self.assertEqual(await self.known(), {})
        pending = await self.asked_for()
        self.assertEqual((await self.act(pending, "_close"))["status"], "REJECTED")

    async def test_put(self) -> None:
        """Metadata and dates are replaced; an absent date is removed."""
        made = await self.subscribed(metadata={"a": "b"})
        path = f"{self.subscriptions}/{made['id']}"
        changed = await self.expect(
            200, "PUT", path, {"endingAt": "2040-01-01T00:00:00Z"}
        )
        self.assertEqual(changed["metadata"], {"a": "b"})
        self.assertNotIn("startingAt", changed)
        (known,) = (await self.known()).values()
        self.assertEqual(known.ends_at_ms, 2208988800000)
        changed = await self.expect(200, "PUT", path, {"metadata": {}})
        self.assertEqual(changed["metadata"], {})
        self.assertNotIn("endingAt", changed)
        for value in ("2040-01-01T00:00:00", "tomorrow", 1, "9999-99-99T00:00:00Z"):
            error = await self.refused(
                400, "validation", "PUT", path, {"endingAt": value}
            )
            self.assertEqual(error["details"][0]["location"], "endingAt", value)
        await self.act(made, "_close")
        await self.refused(400, "subscription.notUpdatable", "PUT", path, {})

    async def test_transfer(self) -> None:
        """A subscription moves to a plan of the same type with its keys."""
        made = await self.subscribed()
        other = await self.plan(self.api_id, name="More", security=API_KEY)
        moved = await self.act(made, "_transfer", planId=other)
        self.assertEqual(moved["plan"]["id"], other)
        (known,) = (await self.known()).values()
        self.assertEqual((known.plan_id, len(known.keys)), (other, 1))
        keyless = await self.plan(self.api_id)
        await self.not_allowed(
            "plan.notSubscribable", made, "_transfer", planId=keyless
        )

    async def test_one_application_has_one_live_subscription_to_a_plan(self) -> None:
        """
        A second live subscription to a plan is refused, also by transfer and resume.
        """
        made = await self.subscribed()
        other = await self.plan(self.api_id, name="More", security=API_KEY)
        body = {"applicationId": made["application"]["id"], "planId": other}
        second = await self.expect(201, "POST", self.subscriptions, body)
        await self.refused(
            400, "plan.alreadySubscribed", "POST", self.subscriptions, body
        )
        await self.not_allowed(
            "plan.alreadySubscribed", made, "_transfer", planId=other
        )
        await self.act(second, "_pause")
        await self.not_allowed(
            "plan.alreadySubscribed", made, "_transfer", planId=other
        )
        await self.act(made, "_transfer", planId=made["plan"]["id"])
        await self.act(second, "_close")
        moved = await self.act(made, "_transfer", planId=other)
        self.assertEqual(moved["plan"]["id"], other)
        await self.refused(
            400, "plan.alreadySubscribed", "POST", self.subscriptions, body
        )

    async def test_version(self) -> None:
        """A change based on an old version is refused."""
        made = await self.subscribed()
        await self.act(made, "_pause")
        await self.refused(
            412,
            "request.preconditionFailed",
            "POST",
            f"{self.subscriptions}/{made['id']}/_resume",
            headers={"If-Match": '"1"'},
        )


class PlanTests(ConsumerCase):
    """The effect of changes of a plan on its subscriptions."""

    async def test_closed(self) -> None:
        """Closing a plan closes its subscriptions, and gateways are notified."""
        made, pending = await self.subscribed(), None
        other = await self.application("Other")
        pending = await self.expect(
            201,
            "POST",
            f"/applications/{other}/subscriptions",
            {"planId": self.plan_id},
        )
        path = f"/apis/{self.api_id}/plans/{self.plan_id}"
        await self.expect(200, "POST", f"{path}/_close")
        for one, status in ((made, "CLOSED"), (pending, "REJECTED")):
            got = await self.expect(200, "GET", f"{self.subscriptions}/{one['id']}")
            self.assertEqual(got["status"], status)
        self.assertEqual(await self.known(), {})
        since = await self.store.read(lambda tx: tx.changes.since(0))
        self.assertIn(self.api_id, since.subjects)
        self.assertEqual(
            await self.store.read(lambda tx: tx.plans.served()), frozenset()
        )

    async def test_deprecated(self) -> None:
        """The subscriptions of a deprecated plan stay in force."""
        made = await self.subscribed()
        path = f"/apis/{self.api_id}/plans/{self.plan_id}/_deprecate"
        await self.expect(200, "POST", path)
        self.assertEqual(list(await self.known()), [made["id"]])

    async def test_deleted(self) -> None:
        """A plan with subscriptions is not deleted."""
        made = await self.subscribed()
        path = f"/apis/{self.api_id}/plans/{self.plan_id}"
        await self.refused(400, "plan.subscribed", "DELETE", path)
        await self.act(made, "_close")
        await self.expect(204, "DELETE", path)
        listing = await self.expect(200, "GET", f"{self.subscriptions}?statuses=CLOSED")
        self.assertEqual(listing["data"], [])

    async def test_api_deleted(self) -> None:
        """Deleting an API deletes its subscriptions, and gateways are notified."""
        made = await self.subscribed()
        position = await self.store.read(lambda tx: tx.changes.position())
        await self.expect(204, "DELETE", f"/apis/{self.api_id}?closePlans=true")
        since = await self.store.read(lambda tx: tx.changes.since(position))
        self.assertIn(f"subscription:{made['id']}", since.subjects)
        self.assertEqual(await self.known(), {})
