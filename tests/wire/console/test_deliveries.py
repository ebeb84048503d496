"""The page of a subscription to a webhook."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase
from tests.wire.webhook.hooked import ALLOWED, Hooked
from tests.wire.webhook.receiver import Receiver


class DeliveryTests(ConsoleCase):
    """A daemon that may call a receiver on this machine."""

    def setUp(self) -> None:
        """Start them."""
        super().setUp()
        self.use(self.start_daemon(toml=ALLOWED))
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.hooked = Hooked(self.daemon, "/hooked")

    def test_from_a_subscription_to_a_replay(self) -> None:
        """
        The signing secret is shown once; an event that the receiver refuses is a dead
        letter, which is shown, sent again and deleted.
        """
        self.daemon.must("POST", "/applications", {"name": "receiver"})
        page = self.open(f"/apis/{self.hooked.id}/subscriptions")
        page.get_by_role("button", name="Create subscription").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Application").select_option(label="receiver")
        dialog.get_by_label("Plan").select_option(label="hooks (PUSH)")
        dialog.get_by_label("Channel").fill("/news")
        dialog.get_by_role("button", name="Create subscription").click()
        url = dialog.get_by_label("Callback URL")
        expect(url).to_have_attribute("aria-invalid", "true")
        url.fill(self.receiver.url)
        dialog.get_by_role("button", name="Create subscription").click()
        expect(dialog.get_by_text("This is shown once.")).to_be_visible()
        secret = dialog.locator("code").last.inner_text()
        dialog.get_by_role("button", name="I have copied it").click()
        expect(dialog).to_have_count(0)
        self.assertNotIn(secret, page.content())

        expect(page.get_by_text("In progress on this daemon")).to_be_visible()
        self.receiver.answer = lambda call: 400
        self.hooked.publish("refused")
        rows = page.get_by_role("region", name="Dead letters").get_by_role("row")
        expect(rows).to_have_count(2)
        self.assertTrue(self.receiver.calls[0].is_signed(secret))
        page.get_by_role("button", name="Show: ").click()
        expect(dialog.locator("pre").first).to_contain_text("refused")
        dialog.get_by_role("button", name="Close").click()
        self.receiver.answer = lambda call: 204
        page.get_by_role("button", name="Replay: ").click()
        expect(page.get_by_text("1 event will be sent again.")).to_be_visible()
        expect(page.get_by_text("Every event was delivered.")).to_be_visible()
        self.assertEqual(self.receiver.texts, ["refused"] * 2)

        self.receiver.answer = lambda call: 400
        self.hooked.publish("lost")
        page.get_by_role("button", name="Delete all").click()
        dialog.get_by_role("button", name="Delete all").click()
        expect(page.get_by_text("Every event was delivered.")).to_be_visible()
        self.assert_accessible()
