"""Lists of subscriptions, as pages and as a table."""

from __future__ import annotations

import csv
from io import StringIO

from tests.management.consumer_case import API_KEY, ConsumerCase


class ExportTests(ConsumerCase):
    async def table(self, query: str = "") -> list[dict[str, str]]:
        """Export, and read it as a spreadsheet does."""
        answer = await self.ask("GET", f"{self.subscriptions}/_export{query}")
        self.assertEqual(answer.status, 200, answer.content)
        self.assertTrue(answer.headers["content-type"].startswith("text/csv"))
        self.assertIn("subscriptions.csv", answer.headers["content-disposition"])
        text = answer.content.decode()
        self.assertTrue(text.endswith("\r\n"))
        return list(csv.DictReader(StringIO(text, newline=""), delimiter=";"))

    async def test_columns(self) -> None:
        """The export lists the application, the plan and the dates."""
        made = await self.subscribed()
        path = f"{self.subscriptions}/{made['id']}"
        dates = {"endingAt": "2040-01-01T00:00:00Z"}
        made = await self.expect(200, "PUT", path, dates)
        self.assertEqual(
            await self.table(),
            [
                {
                    "Plan": "Keys",
                    "Application": "Reader",
                    "Creation date": made["createdAt"],
                    "Process date": made["processedAt"],
                    "Start date": "",
                    "End date date": "2040-01-01T00:00:00.000Z",
                    "Status": "ACCEPTED",
                }
            ],
        )

    async def test_all_that_are_asked_for(self) -> None:
        """The filters of the list apply, without its paging."""
        for number in range(12):
            other = await self.application(f"A {number}")
            await self.subscribed(applicationId=other)
        pending = await self.asked_for()
        self.assertEqual(len(await self.table()), 12)
        (row,) = await self.table("?statuses=PENDING")
        self.assertEqual((row["Application"], row["Process date"]), ("Reader", ""))
        query = f"?applicationIds={self.application_id}&statuses=ACCEPTED,PENDING"
        self.assertEqual(len(await self.table(query)), 1)
        self.assertEqual(await self.table(f"?planIds={pending['id']}"), [])
        path = f"{self.subscriptions}/_export"
        await self.refused(400, "query.invalid", "GET", f"{path}?statuses=OPEN")
        await self.refused(400, "query.unsupported", "GET", f"{path}?size=1")

    async def test_one_page(self) -> None:
        """With a page or a size, only the rows of that page are exported."""
        for number in range(3):
            other = await self.application(f"A {number}")
            await self.subscribed(applicationId=other)
        rows = await self.table("?page=2&perPage=2")
        self.assertEqual([row["Application"] for row in rows], ["A 0"])
        self.assertEqual(len(await self.table("?perPage=2")), 2)
        await self.refused(
            400, "validation", "GET", f"{self.subscriptions}/_export?perPage=0"
        )

    async def test_subscribers(self) -> None:
        """The applications of all subscriptions, ended ones too, each once by name."""
        await self.application("Zoo")
        one = await self.subscribed(applicationId=await self.application("Beta"))
        two = await self.subscribed(applicationId=await self.application("alpha"))
        await self.act(one, "_close")
        path = f"/apis/{two['api']['id']}/subscribers"
        found = await self.expect(200, "GET", path)
        self.assertEqual([each["name"] for each in found["data"]], ["alpha", "Beta"])
        self.assertEqual(found["pagination"]["totalCount"], 2)
        self.assertLessEqual({"id", "type", "primaryOwner"}, set(found["data"][0]))
        some = await self.expect(200, "GET", f"{path}?name=BET&perPage=1")
        self.assertEqual([each["name"] for each in some["data"]], ["Beta"])
        await self.refused(404, "api.notFound", "GET", "/apis/none/subscribers")

    async def test_subscribable_plans(self) -> None:
        """Keyless plans, and those with an open subscription, are left out."""
        made = await self.subscribed()
        api_id, reader = made["api"]["id"], made["application"]["id"]
        await self.plan(api_id)
        other = await self.application("Other")
        path = f"/apis/{api_id}/plans"
        for who, expected in ((reader, []), (other, [made["plan"]["id"]])):
            found = await self.expect(200, "GET", f"{path}?subscribableBy={who}")
            self.assertEqual([plan["id"] for plan in found["data"]], expected)
        await self.act(made, "_close")
        found = await self.expect(200, "GET", f"{path}?subscribableBy={reader}")
        self.assertEqual(len(found["data"]), 1)
        self.assertEqual(len((await self.expect(200, "GET", path))["data"]), 2)

    async def test_no_formulas(self) -> None:
        """A name that a spreadsheet would run is made a text; quotes stay quotes."""
        for name in ('=HYPERLINK("x";"y")', "+1", "-1", "@a", 'a "b"; c\nd'):
            application = await self.application(name)
            await self.subscribed(applicationId=application)
        names = [row["Application"] for row in await self.table()]
        self.assertEqual(
            names, ['a "b"; c\nd', "'@a", "'-1", "'+1", '\'=HYPERLINK("x";"y")']
        )

    async def test_unknown(self) -> None:
        """The export of an unknown API is a 404."""
        path = "/apis/none/subscriptions/_export"
        await self.refused(404, "api.notFound", "GET", path)


class PagesTests(ConsumerCase):
    async def test_both_sides(self) -> None:
        """The API's list and the application's know the same filters, each its own."""
        other = await self.plan(self.api_id, name="More", security=API_KEY)
        made = await self.subscribed()
        await self.subscribed(planId=other)
        of_application = f"/applications/{self.application_id}/subscriptions"
        for path in (
            f"{self.subscriptions}?planIds={self.plan_id}",
            f"{of_application}?planIds={self.plan_id}&apiIds={self.api_id}",
        ):
            listing = await self.expect(200, "GET", path)
            self.assertEqual([one["id"] for one in listing["data"]], [made["id"]])
        await self.refused(
            400, "query.unsupported", "GET", f"{of_application}?apiKey=x"
        )
