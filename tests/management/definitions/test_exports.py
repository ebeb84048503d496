"""Tests of :mod:`relay.management.definitions.exports`."""

from __future__ import annotations

from relay.management.definitions.exports import file_name
from relay.model.secrets import MASK
from tests.management.harness import PASSWORD, ManagementCase, api_body, basic


class ExportTests(ManagementCase):
    """The file with an API and its plans."""

    async def test_export(self) -> None:
        """The API, its plans in any status, and its name as that of the file."""
        pages = [{"name": "Doc"}]
        api_id = await self.create(pages=pages, groups=["g"], picture="data:,")
        await self.plan(api_id)
        await self.plan(api_id, False, name="Later")
        path = f"/apis/{api_id}/_export/definition"
        answer = await self.ask("GET", path)
        self.assertEqual(
            answer.headers["content-disposition"], 'attachment; filename="sse-1.0.json"'
        )
        export = answer.json
        self.assertEqual(
            list(export), ["export", "api", "plans", "pages", "apiPicture"]
        )
        self.assertEqual(export["api"]["id"], api_id)
        self.assertNotIn("_links", export["api"])
        self.assertEqual(
            {(one["name"], one["status"]) for one in export["plans"]},
            {("Keyless", "PUBLISHED"), ("Later", "STAGING")},
        )
        for name in ("exclude", "excludeAdditionalData"):
            left = await self.expect(200, "GET", f"{path}?{name}=plans,pages,groups")
            self.assertEqual(list(left), ["export", "api", "apiPicture"])
            self.assertEqual(left["api"].get("groups"), None)
        await self.refused(400, "query.invalid", "GET", f"{path}?exclude=flows")
        await self.refused(404, "api.notFound", "GET", "/apis/x/_export/definition")

    async def test_secrets(self) -> None:
        """A viewer gets masks, of which no API can be made."""
        headers = [{"name": "X-Key", "value": "s3cret"}]
        groups = api_body()["endpointGroups"]
        groups[0]["sharedConfiguration"] = {"headers": headers}
        api_id = await self.create(endpointGroups=groups)
        user = {"name": "eve", "password": PASSWORD, "role": "VIEWER"}
        await self.expect(201, "POST", "/management/v2/users", user)
        path = f"/apis/{api_id}/_export/definition"
        mine = await self.expect(200, "GET", path)
        eve = basic("eve", PASSWORD)
        shown = await self.expect(200, "GET", path, credentials=eve)
        for export, value in ((mine, "s3cret"), (shown, MASK)):
            shared = export["api"]["endpointGroups"][0]["sharedConfiguration"]
            self.assertEqual(shared["headers"][0]["value"], value)
        shown["api"]["listeners"][0]["paths"][0]["path"] = "/other"
        shown["api"].pop("hrid")
        error = await self.expect(400, "POST", "/apis/_import/definition", shown)
        (detail,) = error["details"]
        self.assertEqual(
            detail["location"],
            "api.endpointGroups[0].sharedConfiguration.headers[0].value",
        )
        update = f"/apis/{api_id}/_import/definition"
        await self.expect(403, "PUT", update, shown, credentials=eve)
        await self.expect(200, "PUT", update, shown)
        kept = await self.expect(200, "GET", path)
        shared = kept["api"]["endpointGroups"][0]["sharedConfiguration"]
        self.assertEqual(shared["headers"][0]["value"], "s3cret")

    def test_names_of_files(self) -> None:
        """A name without a letter has a file, too."""
        self.assertEqual(
            file_name({"name": "Café “Zürich” / 1", "apiVersion": "2.0"}),
            "caf-z-rich-1-2.0.json",
        )
        self.assertEqual(file_name({"name": "…", "apiVersion": "…"}), "api.json")
