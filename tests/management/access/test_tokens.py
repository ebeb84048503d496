"""Tokens, from their making to their end."""

from __future__ import annotations

import base64
import time
from typing import Any

from tests.management.harness import ManagementCase, api_body

TOKENS = "/management/v2/users/current/tokens"


class TokensTests(ManagementCase):
    """A token stands for its user until it ends."""

    async def make(self, **body: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """
        :returns: what was answered, and the header to come with.
        """
        made = await self.expect(201, "POST", TOKENS, {"name": "ci", **body})
        return made, {"Authorization": f"Bearer {made['token']}"}

    async def test_a_life(self) -> None:
        """A token is created, used, listed without its value, and deleted."""
        made, header = await self.make()
        await self.expect(201, "POST", "/apis", api_body(), credentials=header)
        (listed,) = await self.expect(200, "GET", TOKENS)
        self.assertLessEqual({"id", "name", "createdAt"}, set(listed))
        self.assertNotIn(made["token"], str(listed))
        self.assertEqual((listed["id"], listed["name"]), (made["id"], "ci"))
        await self.expect(204, "DELETE", f"{TOKENS}/{made['id']}")
        await self.refused(401, "unauthorized", "GET", "/apis", credentials=header)
        await self.refused(404, "token.notFound", "DELETE", f"{TOKENS}/{made['id']}")

    async def test_narrowed(self) -> None:
        """A token with a lesser role has the rights of that role, and reports it."""
        _, header = await self.make(role="VIEWER")
        await self.expect(200, "GET", "/apis", credentials=header)
        await self.refused(
            403, "forbidden", "POST", "/apis", api_body(), credentials=header
        )
        shown = await self.expect(
            200, "GET", "/management/v2/users/current", credentials=header
        )
        self.assertEqual((shown["id"], shown["role"]), ("admin", "VIEWER"))

    async def test_of_a_viewer(self) -> None:
        """A viewer, to whom secrets of documents are masked, is given the own token."""
        password = "a long enough password"
        body = {"name": "vera", "password": password, "role": "VIEWER"}
        await self.expect(201, "POST", "/management/v2/users", body)
        pair = base64.b64encode(f"vera:{password}".encode()).decode()
        vera = {"Authorization": f"Basic {pair}"}
        made = await self.expect(201, "POST", TOKENS, {"name": "ci"}, credentials=vera)
        token = {"Authorization": f"Bearer {made['token']}"}
        await self.expect(200, "GET", "/apis", credentials=token)

    async def test_of_another_user(self) -> None:
        """An administrator lists and deletes the tokens of users, and creates none."""
        password = "a long enough password"
        body = {"name": "vera", "password": password, "role": "PUBLISHER"}
        await self.expect(201, "POST", "/management/v2/users", body)
        pair = base64.b64encode(f"vera:{password}".encode()).decode()
        vera = {"Authorization": f"Basic {pair}"}
        made = await self.expect(201, "POST", TOKENS, {"name": "ci"}, credentials=vera)
        own, _ = await self.make()
        path = "/management/v2/users/vera/tokens"
        (listed,) = await self.expect(200, "GET", path)
        self.assertEqual((listed["id"], listed["name"]), (made["id"], "ci"))
        self.assertNotIn("token", listed)
        await self.refused(403, "forbidden", "GET", path, credentials=vera)
        one = f"{path}/{made['id']}"
        await self.refused(403, "forbidden", "DELETE", one, credentials=vera)
        await self.refused(404, "token.notFound", "DELETE", f"{path}/{own['id']}")
        await self.expect(204, "DELETE", one)
        token = {"Authorization": f"Bearer {made['token']}"}
        await self.refused(401, "unauthorized", "GET", "/apis", credentials=token)
        nobody = "/management/v2/users/nobody/tokens"
        await self.refused(404, "user.notFound", "GET", nobody)
        await self.refused(404, "user.notFound", "DELETE", f"{nobody}/{own['id']}")

    async def test_cannot_grow(self) -> None:
        """A token makes no other token and no other password."""
        _, header = await self.make()
        await self.refused(
            403,
            "token.passwordRequired",
            "POST",
            TOKENS,
            {"name": "more"},
            credentials=header,
        )
        await self.refused(
            400,
            "user.passwordRequired",
            "PUT",
            "/management/v2/users/current/password",
            {"password": "another long password"},
            credentials=header,
        )

    async def test_a_token_deletes_no_stronger_token(self) -> None:
        """
        A token deletes itself and weaker tokens, and no token with a stronger role.
        """
        full, with_all = await self.make()
        publisher, as_publisher = await self.make(role="PUBLISHER")
        viewer, as_viewer = await self.make(role="VIEWER")
        other, _ = await self.make(role="VIEWER")
        for header, stronger in (
            (as_viewer, publisher),
            (as_viewer, full),
            (as_publisher, full),
        ):
            path = f"{TOKENS}/{stronger['id']}"
            await self.refused(
                403, "token.stronger", "DELETE", path, credentials=header
            )
        self.assertEqual(len(await self.expect(200, "GET", TOKENS)), 4)
        for header, deleted in (
            (as_viewer, other),
            (as_viewer, viewer),
            (as_publisher, publisher),
            (with_all, full),
        ):
            path = f"{TOKENS}/{deleted['id']}"
            await self.expect(204, "DELETE", path, credentials=header)

    async def test_expiry(self) -> None:
        """The time of expiry is shown, and must be in the future."""
        later = int(time.time() * 1000) + 3_600_000
        made, _ = await self.make(expiresAt=later)
        self.assertTrue(made["expiresAt"].endswith("Z"))
        error = await self.refused(
            400, "token.expired", "POST", TOKENS, {"name": "x", "expiresAt": 1}
        )
        self.assertEqual(error["details"][0]["location"], "expiresAt")

    async def test_bad_bodies(self) -> None:
        """Each error names the field."""
        for body, location in (
            ({}, "name"),
            ({"name": ""}, "name"),
            ({"name": "x", "role": "OWNER"}, "role"),
            ({"name": "x", "expiresAt": "soon"}, "expiresAt"),
        ):
            error = await self.refused(400, "validation", "POST", TOKENS, body)
            self.assertEqual([one["location"] for one in error["details"]], [location])

    async def test_how_many(self) -> None:
        """There is an end to them."""
        for _ in range(100):
            await self.make()
        await self.refused(400, "token.tooMany", "POST", TOKENS, {"name": "x"})
