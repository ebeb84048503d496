"""Evaluation of expressions by REST."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase, basic

PATH = "/management/v2/expressions/_evaluate"

LONG = "x" * 8193


def sample(**members: Any) -> dict[str, Any]:
    """Return a body with a sample."""
    return {"text": "true", "sample": members}


class ExpressionTests(ManagementCase):
    """``POST /expressions/_evaluate``."""

    async def test_evaluate(self) -> None:
        """The value with the sample, or the position of the error."""
        body = {
            "text": "{#request.headers['x'][0] == 'ann'}",
            "sample": {"request": {"headers": {"X": "ann"}}},
        }
        found = await self.expect(200, "POST", PATH, body)
        self.assertEqual(found, {"ok": True, "type": "a boolean", "value": True})
        found = await self.expect(200, "POST", PATH, {"text": "{#x}"})
        self.assertEqual((found["ok"], found["position"]), (False, 1))

    async def test_bounds(self) -> None:
        """Unknown members, long texts and large samples are refused by their names."""
        for body, location in (
            (
                {"text": "true", "sample": {"request": {"verb": "x"}}},
                "sample.request.verb",
            ),
            ({"text": "{'" + "x" * 5000 + "'}"}, "text"),
            (
                {"text": "true", "sample": {"message": {"content": "x" * 70000}}},
                "sample.message.content",
            ),
            ({}, "text"),
            (sample(request={"method": LONG}), "sample.request.method"),
            (sample(request={"host": LONG}), "sample.request.host"),
            (sample(request={"remoteAddress": LONG}), "sample.request.remoteAddress"),
            (sample(message={"id": LONG}), "sample.message.id"),
            (sample(message={"type": LONG}), "sample.message.type"),
            (sample(message={"topic": LONG}), "sample.message.topic"),
            (sample(message={"attributes": {"a": LONG}}), "sample.message.attributes"),
            (sample(attributes={"a": [{"b": LONG}]}), "sample.attributes"),
            (sample(attributes={LONG: 1}), "sample.attributes"),
            (sample(properties={f"{n}": LONG[1:] for n in range(4)}), "sample"),
        ):
            error = await self.refused(400, "validation", "POST", PATH, body)
            self.assertEqual(error["details"][0]["location"], location)

    async def test_names_of_a_sample_are_bounded(self) -> None:
        """The names of headers, parameters and properties are texts, too."""
        for body in (
            sample(properties={LONG: "x"}),
            sample(request={"headers": {LONG: "x"}}),
            sample(request={"params": {LONG: "x"}}),
            sample(message={"metadata": {LONG: "x"}}),
        ):
            await self.refused(400, "validation", "POST", PATH, body)

    async def test_work_is_bounded(self) -> None:
        """An evaluation beyond its limit is refused, and the error names the limit."""
        text = "{" + " + ".join(["#message.content"] * 5) + "}"
        body = sample(message={"content": LONG[1:]}) | {"text": text, "kind": "TEXT"}
        error = await self.refused(400, "validation", "POST", PATH, body)
        (detail,) = error["details"]
        self.assertEqual(detail["location"], "text")
        self.assertIn("32768 characters", detail["message"])

    async def test_publishers_only(self) -> None:
        """Viewers, who cannot save expressions, cannot evaluate them."""
        user = {"name": "vera", "password": "a long password", "role": "VIEWER"}
        await self.expect(201, "POST", "/management/v2/users", user)
        await self.refused(
            403,
            "forbidden",
            "POST",
            PATH,
            {"text": "true"},
            credentials=basic("vera", "a long password"),
        )
