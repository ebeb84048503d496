"""Applications by REST."""

from __future__ import annotations

from urllib.parse import quote

from relay.model.consumers.certificates import thumbprint
from tests.management.consumer_case import ConsumerCase
from tests.pki import Authority


class ApplicationTests(ConsumerCase):
    async def test_create(self) -> None:
        """
        The created application has the members that were sent, and those of the server.
        """
        body = {
            "name": "Reader",
            "description": "reads",
            "domain": "example.com",
            "type": "iOS",
            "settings": {"app": {"type": "web", "clientId": "me"}},
            "id": "mine",
            "status": "ARCHIVED",
        }
        answer = await self.ask("POST", "/applications", body)
        self.assertEqual(answer.status, 201, answer.content)
        made = answer.json
        self.assertEqual(
            answer.headers["location"], f"{self.base}/applications/{made['id']}"
        )
        self.assertNotEqual(made["id"], "mine")
        for name in ("name", "description", "domain", "type", "settings"):
            self.assertEqual(made[name], body[name])
        self.assertEqual(
            (made["status"], made["apiKeyMode"]), ("ACTIVE", "UNSPECIFIED")
        )
        got = await self.ask("GET", f"/applications/{made['id']}")
        self.assertEqual(got.json, made)
        self.assertEqual(got.headers["etag"], answer.headers["etag"])

    async def test_refusals(self) -> None:
        """Unsupported and invalid members are refused with all their locations."""
        error = await self.refused(
            400,
            "validation",
            "POST",
            "/applications",
            {
                "name": " ",
                "apiKeyMode": "SOME",
                "nme": 1,
                "settings": {
                    "oauth": {"grantTypes": ["x"]},
                    "tls": {"clientCertificate": "x"},
                    "app": {"clientId": ""},
                },
            },
        )
        self.assertEqual(
            {detail["location"] for detail in error["details"]},
            {
                "name",
                "apiKeyMode",
                "nme",
                "settings.oauth",
                "settings.tls.clientCertificate",
                "settings.app.clientId",
            },
        )
        for method in ("GET", "DELETE"):
            await self.refused(
                404, "application.notFound", method, "/applications/none"
            )

    async def test_client_id(self) -> None:
        """A token names one application, unless that is archived."""
        settings = {"app": {"clientId": "me"}}
        first = await self.application("one", settings=settings)
        body = {"name": "two", "settings": settings}
        await self.refused(
            400, "application.clientId.exists", "POST", "/applications", body
        )
        second = await self.application("two")
        path = f"/applications/{second}"
        await self.refused(400, "application.clientId.exists", "PUT", path, body)
        await self.expect(204, "DELETE", f"/applications/{first}")
        await self.expect(200, "PUT", path, body)
        await self.expect(200, "PUT", path, body)

    async def test_client_certificate(self) -> None:
        """
        A client certificate belongs to one application in every encoding, and mTLS
        plans need one.
        """
        issued = Authority().client()
        tls = {"clientCertificate": issued.certificate_pem}
        body = {"name": "two", "settings": {"tls": tls}}
        await self.application("one", settings={"tls": tls})
        tls["clientCertificate"] = quote(issued.certificate_pem)
        await self.refused(
            400, "application.clientCertificate.exists", "POST", "/applications", body
        )
        tls["clientCertificate"] = "".join(
            Authority().client().certificate_pem for _ in range(2)
        )
        await self.refused(400, "validation", "POST", "/applications", body)
        security = {"type": "MTLS", "configuration": {}}
        plan_id = await self.plan(self.api_id, name="Certificates", security=security)
        wanted = {"applicationId": self.application_id, "planId": plan_id}
        await self.refused(
            400, "plan.clientCertificateRequired", "POST", self.subscriptions, wanted
        )
        own = Authority().client()
        settings = {"tls": {"clientCertificate": own.certificate_pem}}
        path = f"/applications/{self.application_id}"
        await self.expect(200, "PUT", path, {"name": "Reader", "settings": settings})
        made = await self.subscribed(planId=plan_id)
        (known,) = (await self.known()).values()
        self.assertEqual(known.subscription_id, made["id"])
        self.assertEqual(known.certificate, thumbprint(own.certificate))

    async def test_list(self) -> None:
        """Applications are listed by name; archived ones only on request."""
        other = await self.application("alpha", description="of Beta")
        await self.application("Gamma")

        async def names(query: str = "") -> list[str]:
            listing = await self.expect(200, "GET", f"/applications{query}")
            return [one["name"] for one in listing["data"]]

        self.assertEqual(await names(), ["alpha", "Gamma", "Reader"])
        self.assertEqual(await names("?perPage=1&page=2"), ["Gamma"])
        self.assertEqual(await names("?query=beta%20ALPHA"), ["alpha"])
        self.assertEqual(await names(f"?ids={other}"), ["alpha"])
        await self.expect(204, "DELETE", f"/applications/{other}")
        self.assertEqual(await names(), ["Gamma", "Reader"])
        self.assertEqual(await names("?status=ARCHIVED"), ["alpha"])

    async def test_put(self) -> None:
        """A PUT replaces the whole definition, unless the version is old."""
        path = f"/applications/{self.application_id}"
        answer = await self.ask("GET", path)
        etag = {"If-Match": answer.headers["etag"]}
        changed = await self.expect(
            200, "PUT", path, {**answer.json, "name": "Writer"}, headers=etag
        )
        self.assertEqual(changed["name"], "Writer")
        await self.refused(
            412,
            "request.preconditionFailed",
            "PUT",
            path,
            {"name": "x"},
            headers=etag,
        )

    async def test_patch(self) -> None:
        """Both kinds of patches change what they name, and nothing else."""
        settings = {"app": {"type": "web", "clientId": "c-1"}}
        id = await self.application(description="d", settings=settings)
        path, kind = f"/applications/{id}", "application/json-patch+json"
        body = {"description": None, "settings": {"app": {"type": None}}}
        changed = await self.expect(200, "PATCH", path, body)
        self.assertNotIn("description", changed)
        self.assertEqual(changed["settings"], {"app": {"clientId": "c-1"}})
        operations = [
            {"op": "test", "path": "/status", "value": "ACTIVE"},
            {"op": "replace", "path": "/settings/app/clientId", "value": "c-2"},
            {"op": "replace", "path": "/apiKeyMode", "value": "EXCLUSIVE"},
        ]
        etag = (await self.ask("GET", path)).headers["etag"]
        headers = {"Content-Type": kind, "If-Match": etag}
        changed = await self.expect(200, "PATCH", path, operations, headers=headers)
        self.assertEqual(changed["settings"], {"app": {"clientId": "c-2"}})
        self.assertEqual(
            (changed["name"], changed["apiKeyMode"]), ("Reader", "EXCLUSIVE")
        )
        await self.refused(
            412,
            "request.preconditionFailed",
            "PATCH",
            path,
            operations,
            headers=headers,
        )
        error = await self.refused(
            400, "patch.fieldNotAllowed", "PATCH", path, {"status": "ARCHIVED"}
        )
        self.assertEqual(error["details"][0]["location"], "status")

    async def test_archived(self) -> None:
        """
        Archiving an application ends its subscriptions and keys, and it cannot be
        changed.
        """
        await self.subscribed()
        path = f"/applications/{self.application_id}"
        await self.expect(204, "DELETE", path)
        self.assertEqual((await self.expect(200, "GET", path))["status"], "ARCHIVED")
        listing = await self.expect(
            200, "GET", f"{self.subscriptions}?statuses=CLOSED,ACCEPTED"
        )
        (closed,) = listing["data"]
        self.assertEqual(closed["status"], "CLOSED")
        self.assertTrue((await self.keys(closed))[0]["revoked"])
        self.assertEqual(await self.known(), {})
        for method, body in (("PUT", {"name": "x"}), ("DELETE", None)):
            await self.refused(400, "application.archived", method, path, body)
        await self.refused(
            400,
            "application.archived",
            "POST",
            self.subscriptions,
            {"applicationId": self.application_id, "planId": self.plan_id},
        )


class SubscribingTests(ConsumerCase):
    """Subscriptions that an application requests."""

    async def test_validation(self) -> None:
        """The plan decides whether a subscription must be accepted."""
        pending = await self.asked_for(consumerMessage="please", metadata={"a": "b"})
        self.assertEqual(pending["status"], "PENDING")
        self.assertEqual(pending["consumerMessage"], "please")
        self.assertEqual(pending["metadata"], {"a": "b"})
        self.assertNotIn("apiKey", pending)
        self.assertNotIn("startingAt", pending)
        auto = await self.plan(
            self.api_id, name="Auto", security={"type": "API_KEY"}, validation="AUTO"
        )
        accepted = await self.asked_for(planId=auto)
        self.assertEqual(accepted["status"], "ACCEPTED")
        self.assertEqual(len(accepted["apiKey"]["key"]), 43)
        path = f"/applications/{self.application_id}/subscriptions"
        for query, expected in (
            ("", [accepted["id"]]),
            ("?statuses=PENDING", [pending["id"]]),
            (f"?statuses=PENDING,ACCEPTED&planIds={auto}", [accepted["id"]]),
            ("?apiIds=none", []),
        ):
            listing = await self.expect(200, "GET", path + query)
            self.assertEqual([one["id"] for one in listing["data"]], expected, query)

    async def test_comment(self) -> None:
        """A plan can require a comment."""
        plan_id = await self.plan(
            self.api_id, name="Why", security={"type": "API_KEY"}, commentRequired=True
        )
        path = f"/applications/{self.application_id}/subscriptions"
        error = await self.refused(400, "validation", "POST", path, {"planId": plan_id})
        self.assertEqual(error["details"][0]["location"], "consumerMessage")
        await self.asked_for(planId=plan_id, consumerMessage="because")

    async def test_unknown(self) -> None:
        """There must be such a plan."""
        path = f"/applications/{self.application_id}/subscriptions"
        await self.refused(404, "plan.notFound", "POST", path, {"planId": "none"})
