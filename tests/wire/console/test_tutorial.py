"""The tutorial in the console, from the sign-in to a received event."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.wire.console.case import ConsoleCase, basic
from tests.wire.harness.daemon import BOUND_S, PASSWORD

MOST_CLICKS = 12
DEMO = basic("demo", "relay")


class TutorialTests(ConsoleCase):
    """By mouse, and by keyboard alone."""

    def setUp(self) -> None:
        """Count clicks from none."""
        super().setUp()
        self.clicks = 0

    def click(self, wanted: Locator) -> None:
        """Click once."""
        self.clicks += 1
        wanted.click()

    def type(self, *words: str) -> None:
        """Type into the field that has the focus, and into those after it."""
        for number, word in enumerate(words):
            if number:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(word)

    def button(self, name: str) -> Locator:
        """Return a button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def focused(self, label: str) -> None:
        """Wait until a field has the focus."""
        field = self.page.get_by_role("main").get_by_label(label).first
        expect(field).to_be_focused()

    def test_mouse(self) -> None:
        """Not more than twelve clicks beside typing."""
        page = self.page
        page.goto("/console/")
        expect(page.get_by_label("User name")).to_be_focused()
        self.type("admin", PASSWORD)
        self.click(self.button("Sign in"))
        self.click(page.get_by_role("link", name="Add API"))
        self.focused("API name")
        self.type("Tutorial by mouse", "1.0")
        self.click(self.button("Validate my API details"))
        expect(page.get_by_role("radio", name="Proxy Generic Protocol")).to_be_checked()
        self.click(self.button("Select my API architecture"))
        expect(page.get_by_role("radio", name="HTTP proxy")).to_be_checked()
        self.click(self.button("Select my entrypoints"))
        self.focused("Context-path")
        self.type("/by-mouse")
        self.click(self.button("Validate my entrypoints"))
        self.focused("Target URL")
        self.type(self.target("mouse"))
        expect(page.get_by_label("Enable keep-alive")).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        self.focused("Idle timeout")
        self.type("70000")
        self.click(self.button("Validate my endpoints"))
        self.click(self.button("Validate my plans"))
        self.click(self.button("Save & Deploy API"))
        expect(page.get_by_text("API deployed successfully!")).to_be_visible()
        self.received(page, "mouse")
        self.click(page.get_by_role("link", name="Try it").last)
        self.click(page.get_by_role("tab", name="Credentials"))
        page.keyboard.press("Tab")
        kind = page.get_by_label("Kind of credentials")
        expect(kind).to_be_focused()
        self.type("U")
        expect(kind).to_have_value("BASIC")
        page.keyboard.press("Tab")
        self.type("demo", "relay")
        self.click(self.button("Send"))
        self.seen(page, "mouse")
        self.assertLessEqual(self.clicks, MOST_CLICKS)

    def test_keyboard(self) -> None:
        """The mouse is not needed anywhere."""
        page, press = self.page, self.page.keyboard.press
        page.goto("/console/")
        expect(page.get_by_label("User name")).to_be_focused()
        self.type("admin", PASSWORD)
        press("Enter")
        self.reach(page.get_by_role("link", name="Add API"))
        press("Enter")
        self.focused("API name")
        self.type("Tutorial by keyboard", "1.0")
        press("Enter")
        expect(page.get_by_role("radio", name="Proxy Generic")).to_be_focused()
        press("Enter")
        expect(page.get_by_role("radio", name="HTTP proxy")).to_be_focused()
        press("Enter")
        self.focused("Context-path")
        self.type("/by-keyboard")
        press("Enter")
        self.focused("Target URL")
        self.type(self.target("keyboard"))
        press("Tab")
        press("Tab")
        self.focused("Idle timeout")
        self.type("70000")
        press("Enter")
        self.reach(self.button("Validate my plans"))
        press("Enter")
        self.reach(self.button("Save & Deploy API"))
        press("Enter")
        expect(page.get_by_text("API deployed successfully!")).to_be_visible()
        self.received(page, "keyboard")
        self.reach(page.get_by_role("link", name="Try it").last)
        press("Enter")
        self.reach(page.get_by_role("tab", selected=True).first)
        while not self.has_focus(page.get_by_role("tab", name="Credentials")):
            press("ArrowRight")
        press("Tab")
        self.type("U")
        press("Tab")
        self.type("demo", "relay")
        press("Enter")
        self.seen(page, "keyboard")

    def reach(self, wanted: Locator) -> None:
        """Press Tab until an element has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(60):
            if self.has_focus(wanted):
                return
            self.page.keyboard.press("Tab")
        self.fail(f"not reached by Tab: {wanted}")

    def has_focus(self, wanted: Locator) -> bool:
        """Return whether an element has the focus."""
        return bool(wanted.evaluate("one => one === document.activeElement"))

    def target(self, channel: str) -> str:
        """Return the URL of a stream of the demo source."""
        return f"{self.source}/sse?channel={channel}&v=1.1"

    def received(self, page: Page, channel: str) -> None:
        """Call the gateway at the URL that the page shows, and publish an event."""
        url = page.get_by_role("main").get_by_text(self.daemon.gateway_url).first
        shown = urlsplit(url.inner_text())
        stream = http.client.HTTPConnection(shown.netloc, timeout=BOUND_S)
        self.addCleanup(stream.close)
        stream.request("GET", f"{shown.path}?Channel={channel}", headers=DEMO)
        response = stream.getresponse()
        self.assertEqual(response.status, 200)
        self.publish(channel)
        line = b""
        while b"hello by" not in line:
            line = response.readline()
            self.assertTrue(line, "the stream ended before the event")
        self.assertIn(channel.encode(), line)
        response.close()

    def seen(self, page: Page, channel: str) -> None:
        """Wait for a heartbeat on the page, publish an event, and wait for it, too."""
        events = page.get_by_role("region", name="Events")
        expect(events.get_by_text("heartbeat").first).to_be_visible()
        self.publish(channel)
        expect(events.get_by_text(f"hello by {channel}").first).to_be_visible()

    def publish(self, channel: str) -> None:
        """Publish an event on a channel of the demo source."""
        source = http.client.HTTPConnection(
            urlsplit(self.source).netloc, timeout=BOUND_S
        )
        self.addCleanup(source.close)
        sent = {**DEMO, "Content-Type": "application/json"}
        body = json.dumps({"name": "greeting", "data": f"hello by {channel}"})
        source.request("POST", f"/channels/{channel}/messages", body, sent)
        self.assertEqual(source.getresponse().status, 201)
