"""Tests of :mod:`relay.policies.traffic.status_code`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.gateway.flows.case import FlowCase, headers, step
from tests.gateway.harness import EVENT_STREAM, get, response
from tests.policies.steps import build, call, refused


def mappings(*pairs: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        {"inputStatusCode": before, "outputStatusCode": after}
        for before, after in pairs
    ]


class StatusCodeTests(SynchronousTestCase):
    def test_mapping(self) -> None:
        """Statuses are replaced once; the last mapping of a status counts."""
        given = mappings((202, 200), (404, 200), (500, 503), (404, 410), (410, 418))
        given_step = build("status-code", statusMappings=given)
        for before, after in ((202, 200), (404, 410), (500, 503), (201, 201)):
            made = call(status=before)
            self.assertIsNone(given_step.on_response(made))
            assert made.response is not None
            self.assertEqual(made.response.status, after)

    def test_refused(self) -> None:
        """Statuses that no final response has, and mappings without both statuses."""
        for given, where in (
            (mappings((199, 200)), "statusMappings[0].inputStatusCode"),
            (mappings((200, 100)), "statusMappings[0].outputStatusCode"),
            (mappings((200, 200), (200, 600)), "statusMappings[1].outputStatusCode"),
            ([{"inputStatusCode": 200}], "statusMappings[0].outputStatusCode"),
        ):
            self.assertEqual(refused("status-code", statusMappings=given), [where])


class StatusOnTheWireTests(FlowCase):
    async def test_status_and_phrase(self) -> None:
        """Later steps see the new status; the body is unchanged."""
        await self.flowing(
            {
                "response": [
                    step("status-code", statusMappings=mappings((404, 200))),
                    headers(X="{#response.status}"),
                ]
            }
        )
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(response(b"none", status=b"404 Gone Fishing"))
        head = await client.head()
        self.assertEqual(head.line, b"HTTP/1.1 200 OK")
        self.assertEqual(head.all(b"x"), [b"200"])
        self.assertEqual(await client.take(4), b"none")

    async def test_from_no_content(self) -> None:
        """A response without content stays without content."""
        given = mappings((204, 200))
        await self.flowing({"response": [step("status-code", statusMappings=given)]})
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        answer = await client.answer()
        self.assertEqual(answer.line, b"HTTP/1.1 200 OK")
        self.assertEqual(answer.body, b"")

    async def test_to_no_content(self) -> None:
        """The content of the source is dropped, and an endless one is not awaited."""
        given = mappings((200, 204))
        await self.flowing({"response": [step("status-code", statusMappings=given)]})
        for number, answer in enumerate((response(b"hello"), EVENT_STREAM), 1):
            client, connection = await self.call(get(b"/api"))
            await connection.head()
            connection.send(answer)
            head = await client.head()
            self.assertEqual(head.line, b"HTTP/1.1 204 No Content")
            self.assertEqual(head.all(b"content-length"), [])
            self.assertEqual(head.all(b"transfer-encoding"), [])
            line = await self.gateway.ended(number)
            self.assertEqual(line["outcome"], "completed")
        await connection.until_over()
