"""The probe on the page of the endpoints of an API."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.daemon import proxy_api


class ProbeTests(ConsoleCase):
    """An API whose idle timeout is too short for its source."""

    def test_idle_timeout(self) -> None:
        """What the probe proposes is taken over, to be saved with other changes."""
        target = f"{self.source}/sse?channel=probed&v=1.1"
        api_id = self.daemon.publish(
            proxy_api(target, "/probed-endpoint", http={"idleTimeout": 200})
        )
        page = self.open(f"/apis/{api_id}/endpoints")
        page.locator("summary", has_text="What the target answers").click()
        page.get_by_label("Credentials").select_option(label="User name and password")
        page.get_by_label("User name").fill("demo")
        page.get_by_label("Password").fill("relay")
        page.get_by_role("button", name="Probe the target").click()
        page.get_by_role("button", name="Use 11000 ms").click()
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_label("Idle timeout").first).to_have_value("11000")
        self.assert_accessible()

    def test_viewer(self) -> None:
        """A viewer, who may not probe, sees no probe."""
        page = self.open(f"/apis/{self.api()}/endpoints", "VIEWER")
        expect(page.get_by_role("heading", name="Endpoints", level=1)).to_be_visible()
        expect(page.get_by_text("What the target answers")).to_have_count(0)
