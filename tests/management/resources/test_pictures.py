"""Pictures of APIs."""

from __future__ import annotations

from tests.management.harness import ManagementCase


class PictureTests(ManagementCase):
    """The pictures that links name."""

    async def test_none(self) -> None:
        """Without a picture the body is empty."""
        api_id = await self.create()
        for name in ("picture", "background"):
            answer = await self.ask("GET", f"/apis/{api_id}/{name}")
            self.assertEqual((answer.status, answer.content), (200, b""))

    async def test_picture(self) -> None:
        """A picture has its content type, unless the type may contain scripts."""
        data = "data:image/png;base64,iVBORw0KGgo="
        svg = "data:image/svg+xml;base64,PHN2Zy8+"
        api_id = await self.create(picture=data, background=svg)
        answer = await self.ask("GET", f"/apis/{api_id}/picture")
        self.assertEqual(answer.headers["content-type"], "image/png")
        self.assertEqual(answer.content, b"\x89PNG\r\n\x1a\n")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        answer = await self.ask("GET", f"/apis/{api_id}/background")
        self.assertEqual(answer.content, b"")
