"""Tests of :mod:`relay.gateway.responses.templates`."""

from __future__ import annotations

from typing import Any

from tests.gateway.flows.case import FlowCase, step
from tests.gateway.harness import definition, get, response
from tests.gateway.raw import Answer

TEMPLATES: dict[str, Any] = {
    "MAINTENANCE": {
        "application/json": {
            "statusCode": 503,
            "headers": {"Retry-After": "60", "X-None": "{#request.headers['x'][0]}"},
            "body": '{"why": "{#error.message}", "what": "{#parameters[\'what\']}"}',
        },
        "text/html": {"statusCode": 503, "body": "<p>{#request.path}</p>"},
    },
    "GATEWAY_CLIENT_CONNECTION_ERROR": {"*/*": {"statusCode": 599, "body": "away"}},
    "DEFAULT": {"text/plain": {"body": "{#error.key} {#error.status}"}},
}


class TemplateTests(FlowCase):
    """How refusals are worded."""

    async def answer(self, request: bytes) -> Answer:
        """Ask, and read the whole answer."""
        client = await self.asked(request)
        return await client.answer()

    async def test_own_key(self) -> None:
        """The template is selected by ``Accept``, and the connection ends."""
        interrupt = step(
            "policy-interrupt",
            errorKey="MAINTENANCE",
            message="asleep",
            variables=[{"name": "what", "value": "{#request.pathInfo}"}],
        )
        await self.flowing({"request": [interrupt]}, responseTemplates=TEMPLATES)
        answer = await self.answer(
            get(b"/api/x", b"Accept: text/csv, application/json;q=0.9, text/html;q=0.5")
        )
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.body, b'{"why": "asleep", "what": "/x"}')
        self.assertEqual(answer.get(b"content-type"), b"application/json")
        self.assertEqual(answer.get(b"retry-after"), b"60")
        self.assertEqual(answer.get(b"connection"), b"close")
        self.assertIsNone(answer.get(b"x-none"))
        line = await self.gateway.ended()
        self.assertEqual((line["status"], line["errorKey"]), (503, "MAINTENANCE"))
        answer = await self.answer(get(b"/api/x", b"Accept: text/html"))
        self.assertEqual(answer.body, b"<p>/api/x</p>")
        answer = await self.answer(get(b"/api/x", b"Accept: text/plain"))
        self.assertEqual(answer.body, b"MAINTENANCE 500")
        answer = await self.answer(get(b"/api/x", b"Accept: image/png"))
        self.assertEqual((answer.status, answer.body), (500, b"asleep"))

    async def test_parents(self) -> None:
        """A source that cannot be reached, for whatever reason."""
        body = definition("http://127.0.0.1:1/") | {"responseTemplates": TEMPLATES}
        await self.open_gateway(body)
        answer = await self.answer(get(b"/api"))
        self.assertEqual((answer.status, answer.body), (599, b"away"))

    async def test_answers_of_the_source(self) -> None:
        """Templates do not apply to responses of the source."""
        await self.flowing(responseTemplates=TEMPLATES)
        client, connection = await self.call(get(b"/api", b"Accept: text/plain"))
        await connection.head()
        connection.send(response(b"mine", status=b"500 Oops"))
        self.assertEqual((await client.answer()).body, b"mine")
