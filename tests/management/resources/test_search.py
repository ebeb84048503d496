"""Lists of APIs."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase


class ListTests(ManagementCase):
    """All APIs."""

    async def test_list(self) -> None:
        """APIs come by name, in pages, with links to the others."""
        for name in ("b", "C", "a"):
            await self.create(f"/{name}", name=name)
        listing = await self.expect(200, "GET", "/apis?perPage=2")
        self.assertEqual([api["name"] for api in listing["data"]], ["a", "b"])
        self.assertEqual(
            listing["pagination"],
            {
                "page": 1,
                "perPage": 2,
                "pageCount": 2,
                "pageItemsCount": 2,
                "totalCount": 3,
            },
        )
        self.assertEqual(listing["links"]["next"], f"{self.base}/apis?perPage=2&page=2")
        path = listing["links"]["next"].removeprefix(self.origin)
        listing = await self.expect(200, "GET", path)
        self.assertEqual([api["name"] for api in listing["data"]], ["C"])
        self.assertNotIn("next", listing["links"])

    async def test_empty(self) -> None:
        """Without any API the list is empty, and no error."""
        listing = await self.expect(200, "GET", "/apis")
        self.assertEqual(listing["data"], [])
        self.assertEqual(listing["pagination"]["pageCount"], 0)
        self.assertEqual(listing["links"], {"self": f"{self.base}/apis"})

    async def test_expands(self) -> None:
        """The deployment state is listed on request."""
        await self.start()
        listing = await self.expect(200, "GET", "/apis")
        self.assertNotIn("deploymentState", listing["data"][0])
        listing = await self.expect(200, "GET", "/apis?expands=deploymentState")
        self.assertEqual(listing["data"][0]["deploymentState"], "DEPLOYED")
        await self.refused(400, "query.invalid", "GET", "/apis?expands=x")

    async def test_refusals(self) -> None:
        """Pages are numbers from 1 on; parameters exist."""
        for query in ("page=0", "perPage=0", "page=x", "perPage=-1"):
            error = await self.refused(400, "validation", "GET", f"/apis?{query}")
            self.assertEqual(error["details"][0]["location"], query.partition("=")[0])
        await self.refused(400, "query.unsupported", "GET", "/apis?pages=1")


class SearchTests(ManagementCase):
    """Filters and orders."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Three APIs that differ in everything."""
        await super().setUp()
        self.ids = {
            "alpha": await self.create(
                "/z", name="alpha", tags=["t1"], categories=["c1"], visibility="PUBLIC"
            ),
            "Beta": await self.create(
                "/y", name="Beta", labels=["Green"], description="Sends events"
            ),
            "gamma": await self.create(
                "/x", name="gamma", tags=["t1", "t2"], allowedInApiProducts=True
            ),
        }
        await self.plan(self.ids["Beta"])
        await self.expect(204, "POST", f"/apis/{self.ids['Beta']}/_start")
        body = {"lifecycleState": "PUBLISHED"}
        await self.expect(200, "PATCH", f"/apis/{self.ids['gamma']}", body)

    async def search(self, body: Any, query: str = "") -> list[str]:
        """Return the names that are found."""
        listing = await self.expect(200, "POST", f"/apis/_search{query}", body)
        return [api["name"] for api in listing["data"]]

    async def test_filters(self) -> None:
        """A result matches every filter."""
        for body, names in (
            ({}, ["alpha", "Beta", "gamma"]),
            ({"query": "BET"}, ["Beta"]),
            ({"query": "*eta*"}, ["Beta"]),
            ({"query": "green"}, ["Beta"]),
            ({"query": "events sends"}, ["Beta"]),
            ({"query": "/x"}, ["gamma"]),
            ({"query": "nothing"}, []),
            ({"query": ""}, ["alpha", "Beta", "gamma"]),
            ({"ids": [self.ids["alpha"], "none"]}, ["alpha"]),
            ({"definitionVersion": "V4"}, ["alpha", "Beta", "gamma"]),
            ({"definitionVersion": "V2"}, []),
            ({"definitionVersions": ["V2", "V4"]}, ["alpha", "Beta", "gamma"]),
            ({"apiTypes": ["V4_HTTP_PROXY"]}, ["alpha", "Beta", "gamma"]),
            ({"apiTypes": ["V4_MESSAGE"]}, []),
            ({"statuses": ["STARTED"]}, ["Beta"]),
            ({"statuses": ["STARTED", "STOPPED"]}, ["alpha", "Beta", "gamma"]),
            ({"tags": ["t2"]}, ["gamma"]),
            ({"tags": ["t1", "t2"]}, ["alpha", "gamma"]),
            ({"categories": ["c1"]}, ["alpha"]),
            ({"published": ["PUBLISHED"]}, ["gamma"]),
            ({"published": ["UNPUBLISHED"]}, ["alpha", "Beta"]),
            ({"visibilities": ["PUBLIC"]}, ["alpha"]),
            ({"allowedInApiProducts": True}, ["gamma"]),
            ({"allowedInApiProducts": False}, ["alpha", "Beta"]),
            ({"hasOpenApiDocumentation": False}, ["alpha", "Beta", "gamma"]),
            ({"hasOpenApiDocumentation": True}, []),
            ({"tags": ["t1"], "visibilities": ["PUBLIC"]}, ["alpha"]),
            ({"ids": [], "query": None}, ["alpha", "Beta", "gamma"]),
        ):
            self.assertEqual(await self.search(body), names, body)

    async def test_sort(self) -> None:
        """Each order goes up, and down with a minus."""
        for sort, names in (
            ("name", ["alpha", "Beta", "gamma"]),
            ("-name", ["gamma", "Beta", "alpha"]),
            ("paths", ["gamma", "Beta", "alpha"]),
            ("-paths", ["alpha", "Beta", "gamma"]),
            ("status", ["Beta", "alpha", "gamma"]),
            ("-status", ["alpha", "gamma", "Beta"]),
            ("visibility", ["Beta", "gamma", "alpha"]),
            ("portal_status", ["gamma", "alpha", "Beta"]),
            ("api_type", ["alpha", "Beta", "gamma"]),
            ("-owner", ["alpha", "Beta", "gamma"]),
            ("tags", ["Beta", "alpha", "gamma"]),
        ):
            self.assertEqual(await self.search({}, f"?sortBy={sort}"), names, sort)
        for sort in ("created", "--name", ""):
            await self.refused(
                400, "query.invalid", "POST", f"/apis/_search?sortBy={sort}", {}
            )

    async def test_page_and_expand(self) -> None:
        """A search is paged and expanded like a list."""
        listing = await self.expect(
            200,
            "POST",
            "/apis/_search?page=2&perPage=1&sortBy=name&manageOnly=false"
            "&expands=deploymentState,primaryOwner",
            {},
        )
        self.assertEqual([api["name"] for api in listing["data"]], ["Beta"])
        self.assertEqual(listing["data"][0]["deploymentState"], "DEPLOYED")
        self.assertEqual(listing["pagination"]["totalCount"], 3)
        self.assertIn("sortBy=name", listing["links"]["first"])

    async def test_refusals(self) -> None:
        """A filter that does not exist is refused, not passed over."""
        for body, location in (
            ({"querry": "x"}, "querry"),
            ({"ids": "x"}, "ids"),
            ({"tags": [1]}, "tags[0]"),
            ({"definitionVersion": "V9"}, "definitionVersion"),
            ({"hasOpenApiDocumentation": 1}, "hasOpenApiDocumentation"),
            ([], ""),
        ):
            error = await self.refused(400, "validation", "POST", "/apis/_search", body)
            self.assertEqual(error["details"][0]["location"], location)
