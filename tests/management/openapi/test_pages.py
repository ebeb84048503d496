"""The document and its page over HTTP."""

from __future__ import annotations

from tests.management.harness import ManagementCase

JSON = "/management/openapi.json"
PAGE = "/management/openapi"


class PagesTests(ManagementCase):
    """What browsers and programs are sent, without credentials."""

    async def test_document(self) -> None:
        """The document is JSON, and needs no credentials."""
        answer = await self.ask("GET", JSON, credentials={})
        self.assertEqual(answer.status, 200)
        self.assertEqual(
            answer.headers["content-type"], "application/json; charset=utf-8"
        )
        self.assertEqual(answer.json["openapi"], "3.1.0")
        self.assertIn("/management/v2/environments/DEFAULT/apis", answer.json["paths"])

    async def test_versions(self) -> None:
        """A client that has the document is not sent it again."""
        tag = (await self.ask("GET", JSON, credentials={})).headers["etag"]
        again = await self.ask(
            "GET", JSON, credentials={}, headers={"If-None-Match": tag}
        )
        self.assertEqual((again.status, again.content), (304, b""))
        other = await self.ask(
            "GET", JSON, credentials={}, headers={"If-None-Match": '"other"'}
        )
        self.assertEqual(other.status, 200)

    async def test_methods(self) -> None:
        """Both can only be read."""
        for path in (JSON, PAGE):
            await self.refused(405, "methodNotAllowed", "POST", path, {})
            answer = await self.ask("HEAD", path, credentials={})
            self.assertEqual((answer.status, answer.content), (200, b""))

    async def test_hosts(self) -> None:
        """The name in Host is checked; a page of another site may have a link."""
        await self.refused(
            421, "host.notAllowed", "GET", PAGE, headers={"Host": "evil.example"}
        )
        linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        answer = await self.ask("GET", PAGE, credentials={}, headers=linked)
        self.assertEqual(answer.status, 200)

    async def test_page(self) -> None:
        """The page has no script, and a policy that allows none."""
        answer = await self.ask("GET", PAGE, credentials={})
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        policy = answer.headers["content-security-policy"]
        self.assertTrue(policy.startswith("default-src 'none'; style-src 'sha256-"))
        text = answer.content.decode()
        self.assertNotIn("<script", text)
        self.assertNotIn("http://www", text)
        self.assertIn('id="apis_create"', text)
        self.assertIn('id="schema-Error"', text)
