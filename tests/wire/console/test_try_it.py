"""Try it: a call, its events, and what a user does with them."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.management.tryit.shell import words_for_curl
from tests.wire.console.case import ConsoleCase, basic
from tests.wire.messages.test_topics import topics_api
from tests.wire.plans.keyed import KeyedApi


class TryItCase(ConsoleCase):
    """A page that calls an API."""

    def send(self) -> None:
        """Send, and wait for the head of the response."""
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.get_by_text("head after")).to_be_visible()

    def basic_credentials(self, page: Page) -> None:
        """Fill in the credentials of the demo source."""
        page.get_by_role("tab", name="Credentials").click()
        page.get_by_label("Kind of credentials").select_option("BASIC")
        page.get_by_label("User name of the API").fill("demo")
        page.get_by_label("Password of the API").fill("relay")

    def topic(self) -> tuple[Page, str]:
        """Open the page of an API of topics, at a topic."""
        path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        api_id = self.daemon.publish(topics_api(path, {"lingerMs": 0}))
        page = self.open(f"/apis/{api_id}/try?path={path}/news")
        return page, api_id

    def publish(self, page: Page, text: str) -> None:
        """Publish with the box of the page."""
        page.get_by_label("Content", exact=False).last.fill(text)
        page.get_by_role("button", name="Publish").click()
        history = page.get_by_role("listitem").filter(has_text=text)
        expect(history.get_by_text("202", exact=True)).to_be_visible()


class ProxyTests(TryItCase):
    """An API in front of the demo source."""

    def test_heartbeat_and_message(self) -> None:
        """With Basic credentials, both are seen, and the secret is shown nowhere."""
        api_id = self.api()
        page = self.open(f"/apis/{api_id}/try")
        self.basic_credentials(page)
        self.send()
        table = page.get_by_role("region", name="Events")
        expect(table.get_by_text("heartbeat").first).to_be_visible()
        request = urllib.request.Request(
            f"{self.source}/channels/ssechannel/messages",
            json.dumps({"name": "greeting", "data": "hello there"}).encode(),
            {**basic("demo", "relay"), "Content-Type": "application/json"},
        )
        urllib.request.urlopen(request).close()
        event = table.get_by_role("button").filter(has_text="hello there")
        expect(event).to_be_visible()
        event.click()
        expect(page.get_by_role("button", name="Resume from here")).to_be_visible()
        self.assert_accessible()
        page.get_by_role("tab", name="Raw bytes").click()
        expect(page.get_by_role("region", name="Raw bytes")).to_contain_text(
            ":keepalive"
        )
        page.get_by_role("tab", name="Headers").last.click()
        expect(page.get_by_text("text/event-stream").last).to_be_visible()
        for text in page.locator("pre").all_inner_texts():
            self.assertNotIn("demo:relay", text)

    def test_refusal(self) -> None:
        """Without credentials the source's 401 is shown as it is, and is final."""
        page = self.open(f"/apis/{self.api()}/try")
        self.send()
        expect(page.get_by_text("401 Unauthorized")).to_be_visible()
        page.get_by_role("tab", name="Headers").last.click()
        expect(page.get_by_text("www-authenticate", exact=False)).to_be_visible()
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_disabled()

    def test_cut_and_reconnect(self) -> None:
        """The server cuts a publisher's stream; the page connects again by itself."""
        page = self.open(f"/apis/{self.api()}/try", role="PUBLISHER")
        self.basic_credentials(page)
        self.send()
        page.get_by_role("button", name="Cut me").click()
        line = page.get_by_role("img", name=re.compile("1 reconnects.* 1 cuts"))
        expect(line).to_be_visible()
        page.get_by_role("tab", name="Connections").click()
        rows = page.get_by_role("region", name="Connections").get_by_role("row")
        expect(rows).to_have_count(3)
        expect(rows.nth(1)).to_contain_text("open")
        expect(rows.nth(2)).to_contain_text("cut")
        rows.nth(2).get_by_role("link", name="Show").click()
        expect(page.get_by_role("heading", name="Flight record")).to_be_visible()
        expect(
            page.get_by_role("definition").filter(has_text="stopped")
        ).to_be_visible()

    def test_copies(self) -> None:
        """Secrets are placeholders unless they are asked for."""
        page = self.open(f"/apis/{self.api()}/try")
        self.basic_credentials(page)
        copy = page.get_by_label("In another client", exact=True)
        expect(copy).to_contain_text('-u "$USERNAME:$PASSWORD"')
        page.get_by_label("Client", exact=True).select_option("httpxSse")
        expect(copy).to_contain_text('os.environ["PASSWORD"]')
        page.get_by_label("With credentials in clear").check()
        expect(copy).to_contain_text('auth=("demo", "relay")')
        page.get_by_label("Client", exact=True).select_option("eventSource")
        expect(copy).to_contain_text("cannot send: Authorization")

    def test_copies_of_names_that_a_shell_would_expand(self) -> None:
        """A shell that runs the command expands the variable of a secret only."""
        page = self.open(f"/apis/{self.api()}/try?method=GET%3Bid")
        name = "X-`id`$(id)-it's-Key"
        page.get_by_label("Header 1: name").fill(name)
        copy = page.get_by_label("In another client", exact=True)
        expect(copy).to_contain_text("$X__ID___ID__IT_S_KEY")
        words = words_for_curl(
            copy.text_content() or "",
            Path(self.mktemp()),
            X__ID___ID__IT_S_KEY="s3cret",
        )
        self.assertEqual(words[:2], ["-N", "-H"])
        self.assertTrue(words[2].startswith(f"{name}: "), words)
        self.assertTrue(words[2].endswith("s3cret"), words)
        self.assertEqual(len(words), 4)

    def test_errors_at_fields(self) -> None:
        """What the server refuses is shown at the field."""
        page = self.open(f"/apis/{self.api()}/try")
        page.get_by_label("Path", exact=False).first.fill("/elsewhere")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(
            page.get_by_text("must be below a context-path of the API")
        ).to_be_visible()

    def test_viewer(self) -> None:
        """A viewer has no Send, and no way to the page."""
        api_id = self.api()
        page = self.open(f"/apis/{api_id}/try", role="VIEWER")
        expect(
            page.get_by_role("heading", name="This page takes the role")
        ).to_be_visible()
        expect(page.get_by_role("button", name="Send")).to_have_count(0)
        page.goto(f"/console/apis/{api_id}")
        expect(page.get_by_role("link", name="Logs")).to_be_visible()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        expect(page.get_by_role("link", name="Try it")).to_have_count(0)


class TopicTests(TryItCase):
    """An API of topics, with its box to publish."""

    def test_publish_resume_and_save(self) -> None:
        """A stream is resumed from one of its events, and saved."""
        page, _ = self.topic()
        self.send()
        for text in ("first", "second", "third"):
            self.publish(page, text)
        table = page.get_by_role("region", name="Events")
        expect(table.get_by_role("button").filter(has_text="third")).to_be_visible()
        table.get_by_role("button").filter(has_text="first").click()
        page.get_by_role("button", name="Resume from here").click()
        expect(table.get_by_role("button").filter(has_text="third")).to_have_count(2)
        expect(table.get_by_role("button").filter(has_text="first")).to_have_count(1)
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Save events").click()
        saved = Path(waiting.value.path()).read_text().splitlines()
        data = [json.loads(line)["data"] for line in saved]
        self.assertEqual(
            [one for one in data if one],
            ["first", "second", "third", "second", "third"],
        )

    def test_filter_pins_and_pause(self) -> None:
        """Events are filtered, members of JSON have columns, and a pause freezes."""
        page, _ = self.topic()
        self.send()
        for price in (7, 8):
            self.publish(page, json.dumps({"price": {"eur": price}}))
        table = page.get_by_role("region", name="Events")
        page.get_by_label("Columns of JSON data").fill("price.eur")
        expect(table.get_by_role("columnheader", name="price.eur")).to_be_visible()
        expect(table.get_by_role("cell", name="7", exact=True)).to_be_visible()
        page.get_by_label("Filter", exact=True).fill('"eur": 8')
        expect(table.get_by_role("cell", name="8", exact=True)).to_be_visible()
        expect(table.get_by_role("cell", name="7", exact=True)).to_have_count(0)
        page.get_by_label("Filter", exact=True).fill("")
        page.get_by_role("button", name="Pause").click()
        self.publish(page, "while paused")
        expect(table.get_by_text("while paused")).to_have_count(0)
        page.get_by_role("button", name="Go on").click()
        expect(table.get_by_text("while paused")).to_be_visible()

    def test_narrow_and_dark(self) -> None:
        """The page fits a telephone, and axe finds nothing in the dark."""
        page, _ = self.topic()
        self.narrow()
        self.dark()
        self.send()
        self.publish(page, "hello")
        self.assert_fits()
        self.assert_accessible()

    def test_credentials_of_the_plan(self) -> None:
        """The form asks for what the plans of the API ask for, and sends it."""
        path = "/test-credentials-of-the-plan"
        keyed = KeyedApi(self.daemon, topics_api(path, {"lingerMs": 0}))
        keyed.start()
        key = keyed.subscribe().key
        page = self.open(f"/apis/{keyed.api_id}/try?path={path}/news")
        page.get_by_role("tab", name="Credentials").click()
        page.get_by_label("API key", exact=True).fill(key)
        self.send()
        expect(page.get_by_text("200 OK")).to_be_visible()
        self.assertNotIn(key, page.content())
        self.assertNotIn(key, page.url)
