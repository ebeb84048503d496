"""Evaluation of expressions by REST."""

from __future__ import annotations

from tests.management.harness import ManagementCase, basic

PATH = "/management/v2/expressions/_evaluate"


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
        ):
            error = await self.refused(400, "validation", "POST", PATH, body)
            self.assertEqual(error["details"][0]["location"], location)

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
