"""Routing of a request to a method, and of its result to a response."""

from __future__ import annotations

import json
import threading
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from relay.management.resources.representations import ApiView
from relay.store.transaction import Transaction
from tests.management.harness import (
    PREFIX,
    ManagementCase,
    Raw,
    api_body,
    head,
    reactor,
)


class RouteTests(ManagementCase):
    """Methods of paths, and what goes wrong in them."""

    async def test_method_not_allowed(self) -> None:
        """A method that a path does not take is a 405 that names those it takes."""
        for method, path, allowed in (
            ("DELETE", "/apis", "GET, HEAD, POST"),
            ("POST", "/apis/x", "DELETE, GET, HEAD, PATCH, PUT"),
            ("GET", "/apis/x/_start", "POST"),
            ("OPTIONS", "/apis", "GET, HEAD, POST"),
            ("BREW", "/apis", "GET, HEAD, POST"),
        ):
            answer = await self.ask(method, path)
            self.assertEqual(answer.status, 405, answer.content)
            self.assertEqual(answer.headers["allow"], allowed)
            self.assertEqual(answer.json["technicalCode"], "methodNotAllowed")

    async def test_trailing_slash(self) -> None:
        """A slash more is the same path, and no redirect."""
        await self.expect(200, "GET", "/apis/")

    async def test_incident(self) -> None:
        """An internal error is reported by an id that the log has, and nothing else."""
        secret = "the database is at db.internal"
        with patch.object(ApiView, "to_json", side_effect=RuntimeError(secret)):
            error = await self.refused(500, "unexpected", "POST", "/apis", api_body())
        self.assertNotIn("internal", json.dumps(error))
        incident = error["parameters"]["incident"]
        self.assertIn(incident, error["message"])
        logged = self.flushLoggedErrors(RuntimeError)
        self.assertEqual(len(logged), 1)

    async def test_store_that_fails(self) -> None:
        """A store that cannot answer is a 503, under an incident id as well."""
        await self.expect(200, "GET", "/apis")
        await self.store.stopService()
        error = await self.refused(503, "storeUnavailable", "GET", "/apis")
        self.assertIn("incident", error["parameters"])
        self.assertEqual(self.flushLoggedErrors(), [])
        self.store.startService()


class BodyTests(ManagementCase):
    """Content types of bodies."""

    async def test_content_types(self) -> None:
        """A body is JSON by its type, or it is not looked at."""
        content = json.dumps(api_body()).encode()
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/merge-patch+json",
            "application/json; charset=latin-1",
            "application/json-patch+json",
            "text/json",
        ):
            await self.refused(
                415,
                "mediaType.unsupported",
                "POST",
                "/apis",
                content=content,
                headers={"Content-Type": kind},
            )
        await self.refused(
            415,
            "mediaType.unsupported",
            "POST",
            "/apis",
            content=content,
            headers={"Content-Encoding": "gzip"},
        )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])
        for kind in ("application/json; charset=UTF-8", "Application/JSON"):
            api = await self.expect(
                201,
                "POST",
                "/apis",
                content=content,
                headers={"Content-Type": kind},
            )
            await self.expect(204, "DELETE", f"/apis/{api['id']}")

    async def test_actions_with_bodies(self) -> None:
        """An action needs no body, takes any JSON, and no form."""
        api_id = await self.create()
        await self.plan(api_id)
        await self.refused(
            415,
            "mediaType.unsupported",
            "POST",
            f"/apis/{api_id}/_start",
            content=b"a=b",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        await self.expect(204, "POST", f"/apis/{api_id}/_start", {})
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")

    async def test_patch_types(self) -> None:
        """A patch of an unsupported type is refused with the supported types."""
        api_id = await self.create()
        answer = await self.ask(
            "PATCH",
            f"/apis/{api_id}",
            [],
            headers={"Content-Type": "application/json-patch"},
        )
        self.assertEqual(answer.status, 415)
        self.assertEqual(
            answer.headers["accept-patch"],
            "application/json, application/merge-patch+json, "
            "application/json-patch+json",
        )


class LeavingTests(ManagementCase):
    """Clients that do not wait for their answer."""

    async def test_writes_are_whole(self) -> None:
        """A client that leaves while its API is written leaves it whole, or none."""
        entered: Deferred[None] = Deferred()
        original = self.store.write
        results: list[Any] = []

        def write(work: Any) -> Any:
            def slow(tx: Transaction) -> Any:
                reactor.callFromThread(self.connection.abort)
                reactor.callFromThread(entered.callback, None)
                result = work(tx)
                # Until the reactor has told the request that its client is gone.
                self.gone.wait(5)
                results.append(result)
                return result

            return original(slow)

        self.gone = threading.Event()
        self.patch(self.store, "write", write)
        body = json.dumps(api_body("/left")).encode()
        self.connection: Raw = await self.connect(
            head(
                "POST",
                f"{PREFIX}/apis",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            )
            + body
        )
        await entered
        await self.connection.closed
        await deferLater(reactor, 0.05)
        self.gone.set()
        apis: list[Any] = []
        for _ in range(200):
            apis = await self.store.read(lambda tx: tx.apis.list())
            if apis:
                break
            await deferLater(reactor, 0.01)
        self.assertEqual([api.id for api in apis], [results[0].record.id])
        self.assertEqual(self.flushLoggedErrors(), [])
        self.patch(self.store, "write", original)
        await self.expect(204, "DELETE", f"/apis/{apis[0].id}")
