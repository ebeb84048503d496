"""The pages of applications, subscriptions and keys."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.wire.console.case import ConsoleCase, basic, call
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import until
from tests.wire.messages.test_topics import topics_api

ENVIRONMENT = "/management/v2/environments/DEFAULT"


class ConsumersCase(ConsoleCase):
    """An API of topics with plans that take subscriptions."""

    def setUp(self) -> None:
        """Publish the API."""
        super().setUp()
        self.name = self.id().rpartition(".")[2].replace("_", "-")
        self.path = f"/{self.name}"
        definition = {**topics_api(self.path, {}), "name": self.name}
        self.api_id = self.daemon.publish(definition)

    def plan(self, name: str, security: str = "API_KEY", **changes: Any) -> str:
        """Publish a plan, and return its id."""
        plans = f"{ENVIRONMENT}/apis/{self.api_id}/plans"
        body = {"name": name, "security": {"type": security}, **changes}
        plan_id: str = self.rest("POST", plans, body)["id"]
        self.rest("POST", f"{plans}/{plan_id}/_publish")
        self.rest("POST", f"{ENVIRONMENT}/apis/{self.api_id}/deployments", {})
        return plan_id

    def application(self, **changes: Any) -> str:
        """Create an application that is named as the test, and return its id."""
        body = {"name": f"reader of {self.name}", **changes}
        made: dict[str, str] = self.rest("POST", f"{ENVIRONMENT}/applications", body)
        return made["id"]

    def subscription(self, plan_id: str, **changes: Any) -> dict[str, Any]:
        """Subscribe an application that is new."""
        body = {"applicationId": self.application(), "planId": plan_id, **changes}
        path = f"{ENVIRONMENT}/apis/{self.api_id}/subscriptions"
        made: dict[str, Any] = self.rest("POST", path, body)
        return made

    def stream(self, key: str) -> RawClient:
        """Open a stream with a key, once the gateway has read of it in the store."""
        opened: RawClient = until(lambda: self.accepted(key), "the key is accepted")
        return opened

    def accepted(self, key: str) -> RawClient | None:
        """Open a stream with a key; None if the gateway refuses it."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(
            f"{self.path}/news",
            f"X-Gravitee-Api-Key: {key}",
            "Accept: text/event-stream",
            "Connection: close",
        )
        return client if b" 200 " in client.until(b"\r\n\r\n") else None

    def shown_secret(self, heading: str) -> str:
        """Take a secret from the dialog that shows it once, and close the dialog."""
        dialog = self.page.get_by_role("dialog", name=heading)
        expect(dialog.get_by_text("This is shown once.")).to_be_visible()
        expect(dialog.get_by_role("button", name="Copy: ").last).to_be_visible()
        secret = dialog.locator("code").last.inner_text()
        dialog.get_by_role("button", name="I have copied it").click()
        expect(dialog).to_have_count(0)
        return secret


def card(page: Page, heading: str) -> Locator:
    """Find a part of a page by its heading."""
    return page.locator("section").filter(
        has=page.get_by_role("heading", name=heading, exact=True)
    )


class KeyTests(ConsumersCase):
    """From an application to a stream, and to its end."""

    def test_a_key_from_its_creation_to_its_revocation(self) -> None:
        """
        A key is shown once, a client streams with it, and its stream ends on the page
        and for the client when the key is revoked.
        """
        self.plan("Partners", validation="AUTO")
        page = self.open("/applications")
        page.get_by_role("button", name="Create application").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Create application").click()
        expect(dialog.get_by_text("must not be blank")).to_be_visible()
        dialog.get_by_label("Name").fill("Dashboard")
        dialog.get_by_role("button", name="Create application").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Dashboard")
        page.get_by_role("button", name="Create subscription").click()
        dialog.get_by_label("API", exact=False).first.select_option(label=self.name)
        dialog.get_by_label("Plan").select_option(label="Partners (API_KEY)")
        dialog.get_by_role("button", name="Create subscription").click()
        key = self.shown_secret("The API key")
        self.assertGreater(len(key), 40)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text("Subscription of Dashboard")
        self.assertNotIn(key, page.content())
        page.reload()
        keys = card(page, "API keys")
        expect(keys.get_by_role("row").nth(1)).to_contain_text("Active")
        self.assertNotIn(key, page.content())
        self.assertNotIn(key, page.url)
        stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        self.assertNotIn(key, stored)

        client = self.stream(key)
        streams = card(page, "Live streams")
        expect(streams.get_by_text("1 open, 0 ended")).to_be_visible()
        keys.get_by_role("button", name="Revoke").click()
        dialog.get_by_text("As curl").click()
        expect(dialog.get_by_text("_revoke'")).to_be_visible()
        dialog.get_by_role("button", name="Revoke", exact=True).click()
        expect(streams.get_by_text("0 open, 1 ended")).to_be_visible()
        expect(streams.get_by_role("row").nth(1)).to_contain_text("revoked")
        expect(keys.get_by_role("row").nth(1)).to_contain_text("Revoked")
        client.until(b'"reason": "revoked"')
        keys.get_by_role("button", name="Reactivate").click()
        expect(keys.get_by_role("row").nth(1)).to_contain_text("Active")
        self.stream(key)
        expect(streams.get_by_text("1 open, 1 ended")).to_be_visible()
        self.assert_accessible()

    def test_renewal_and_end(self) -> None:
        """A new key is shown once; the end of a key can be set."""
        made = self.subscription(self.plan("Renewed"))
        page = self.open(f"/apis/{self.api_id}/subscriptions/{made['id']}")
        keys = card(page, "API keys")
        keys.get_by_role("button", name="Renew").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Custom API key").fill("short")
        dialog.get_by_role("button", name="Renew").click()
        expect(dialog.get_by_text("must have 8 to 64 characters")).to_be_visible()
        dialog.get_by_label("Custom API key").fill("")
        dialog.get_by_role("button", name="Renew").click()
        key = self.shown_secret("The API key")
        expect(keys.get_by_role("row")).to_have_count(3)
        self.stream(key)
        newest = keys.get_by_role("row").filter(has_text=key[:5])
        newest.get_by_role("button", name="Set the end").click()
        dialog.get_by_label("Expires").fill("2030-01-31T12:00")
        dialog.get_by_role("button", name="Save").click()
        expect(newest).to_contain_text("31 Jan 2030")

    def test_passwords(self) -> None:
        """The credentials of a BASIC plan are shown once in the same way."""
        self.plan("Passwords", "BASIC")
        self.application()
        page = self.open(f"/apis/{self.api_id}/subscriptions")
        page.get_by_role("button", name="Create subscription").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Application").select_option(f"reader of {self.name}")
        dialog.get_by_label("Plan").select_option(label="Passwords (BASIC)")
        dialog.get_by_role("button", name="Create subscription").click()
        expect(dialog.get_by_text("User name")).to_be_visible()
        password = self.shown_secret("The credentials")
        expect(card(page, "Passwords").get_by_role("row")).to_have_count(2)
        self.assertNotIn(password, page.content())

    def test_shared_keys(self) -> None:
        """The shared keys of an application are on its page, with all its streams."""
        plan_id = self.plan("Shared")
        application_id = self.application(apiKeyMode="SHARED")
        at = f"{ENVIRONMENT}/apis/{self.api_id}/subscriptions"
        body = {"applicationId": application_id, "planId": plan_id}
        made = self.rest("POST", at, body)
        page = self.open(f"/applications/{application_id}")
        keys = card(page, "API keys")
        expect(keys.get_by_text("shared by all subscriptions")).to_be_visible()
        self.stream(made["apiKey"]["key"])
        expect(page.get_by_text("1 open, 0 ended")).to_be_visible()
        keys.get_by_role("button", name="Revoke").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Revoke", exact=True).click()
        expect(page.get_by_text("0 open, 1 ended")).to_be_visible()
        self.assert_accessible()
        self.dark()
        self.assert_accessible()
        self.narrow()
        self.assert_fits()


class SubscriptionTests(ConsumersCase):
    """The subscriptions of an API."""

    def test_a_request_of_a_consumer(self) -> None:
        """It is accepted with a key, paused, resumed, edited, transferred, closed."""
        plan_id = self.plan("Manual", validation="MANUAL")
        self.plan("Other")
        body = {"planId": plan_id, "consumerMessage": "Please."}
        application_id = self.application()
        made = self.rest(
            "POST", f"{ENVIRONMENT}/applications/{application_id}/subscriptions", body
        )
        page = self.open(f"/apis/{self.api_id}/subscriptions?status=PENDING")
        page.get_by_role("link", name=f"reader of {self.name}").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text("Pending")
        expect(page.get_by_text("Please.")).to_be_visible()
        page.get_by_role("button", name="Accept").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("Welcome.")
        dialog.get_by_role("button", name="Accept").click()
        client = self.stream(self.shown_secret("The API key"))
        expect(heading).to_contain_text("Accepted")
        page.get_by_role("button", name="Pause").click()
        dialog.get_by_role("button", name="Pause").click()
        expect(heading).to_contain_text("Paused")
        client.until(b'"reason": "revoked"')
        page.get_by_role("button", name="Resume").click()
        expect(heading).to_contain_text("Accepted")
        page.get_by_role("button", name="Edit").click()
        dialog.get_by_role("button", name="Add").click()
        dialog.get_by_label("Name").fill("region")
        dialog.get_by_label("Value").fill("eu")
        dialog.get_by_label("Ends").fill("2031-05-06T07:08")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Metadata: region")).to_be_visible()
        expect(page.get_by_text("6 May 2031")).to_be_visible()
        page.get_by_role("button", name="Transfer").click()
        dialog.get_by_role("button", name="Transfer").click()
        expect(page.get_by_text("Other (API_KEY)")).to_be_visible()
        page.get_by_role("button", name="Close subscription").click()
        dialog.get_by_role("button", name="Close subscription").click()
        expect(heading).to_contain_text("Closed")
        at = f"{ENVIRONMENT}/apis/{self.api_id}/subscriptions/{made['id']}"
        found = self.rest("GET", at)
        self.assertEqual(found["status"], "CLOSED")
        self.assertEqual(found["metadata"], {"region": "eu"})
        self.assertEqual(found["publisherMessage"], "Welcome.")

    def test_a_request_is_rejected(self) -> None:
        """The reason is on the page, and nothing more can be done."""
        plan_id = self.plan("Manual", validation="MANUAL")
        at = f"{ENVIRONMENT}/applications/{self.application()}/subscriptions"
        made = self.rest("POST", at, {"planId": plan_id})
        page = self.open(f"/apis/{self.api_id}/subscriptions/{made['id']}")
        page.get_by_role("button", name="Reject").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("Not now.")
        dialog.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Rejected")
        expect(page.get_by_text("Not now.")).to_be_visible()
        for name in ("Accept", "Reject", "Edit", "Pause", "Renew"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)

    def test_filters(self) -> None:
        """The filters are in the URL, and the export has what they pass."""
        first = self.plan("First")
        second = self.plan("Second")
        self.subscription(first)
        kept = self.subscription(second)
        page = self.open(f"/apis/{self.api_id}/subscriptions")
        rows = page.get_by_role("table").get_by_role("row")
        expect(rows).to_have_count(3)
        page.get_by_label("Plan").select_option(label="Second")
        expect(rows).to_have_count(2)
        expect(page).to_have_url(re.compile(f"plan={second}"))
        page.reload()
        expect(rows).to_have_count(2)
        with page.expect_download() as download:
            page.get_by_role("link", name="Export as CSV").click()
        text = download.value.path().read_text()
        self.assertEqual(len(text.strip().splitlines()), 2)
        self.assertIn("Second", text)
        at = f"{ENVIRONMENT}/apis/{self.api_id}/subscriptions/{kept['id']}"
        self.rest("POST", f"{at}/_close")
        page.reload()
        expect(page.get_by_text("No subscription matches.")).to_be_visible()
        page.get_by_label("Status").select_option(label="Closed")
        expect(rows).to_have_count(2)
        self.assert_accessible()

    def test_an_application_is_edited_and_archived(self) -> None:
        """What its form does not show is kept; an archived one is not in the list."""
        application_id = self.application(domain="example.org")
        page = self.open(f"/applications/{application_id}")
        page.get_by_label("Client id").fill(f"client-{self.name}")
        page.get_by_label("Client certificate").fill("no certificate")
        page.get_by_role("button", name="Save").click()
        invalid = page.get_by_label("Client certificate")
        expect(invalid).to_have_attribute("aria-invalid", "true")
        invalid.fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The application is saved.")).to_be_visible()
        found = self.rest("GET", f"{ENVIRONMENT}/applications/{application_id}")
        self.assertEqual(found["domain"], "example.org")
        self.assertEqual(found["settings"]["app"]["clientId"], f"client-{self.name}")
        page.get_by_role("button", name="Archive").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Archive").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Applications")
        page.get_by_label("Search").fill(self.name)
        expect(page.get_by_text("No application matches.")).to_be_visible()
        page.get_by_label("Status").select_option(label="Archived")
        expect(page.get_by_role("link", name=f"reader of {self.name}")).to_be_visible()


class ViewerTests(ConsumersCase):
    """A user that may only read."""

    def test_a_viewer_changes_nothing(self) -> None:
        """No page has a button for a change, and the server refuses the calls."""
        made = self.subscription(self.plan("Watched"))
        application_id = made["application"]["id"]
        one = f"/apis/{self.api_id}/subscriptions/{made['id']}"
        viewer = self.user("VIEWER")
        self.enter(self.page, viewer)
        changing = re.compile(
            "Create|Renew|Revoke|Set the end|Pause|Close sub|Edit|Transfer|Archive|Save"
        )
        for path in (
            "/applications",
            f"/applications/{application_id}",
            f"/apis/{self.api_id}/subscriptions",
            one,
        ):
            self.page.goto(f"/console{path}")
            expect(self.page.get_by_role("table").first).to_be_visible()
            buttons = self.page.locator("main").get_by_role("button", name=changing)
            expect(buttons).to_have_count(0)
        self.page.goto("/console/users")
        expect(self.page.get_by_text("takes the role ADMIN")).to_be_visible()
        keys = self.rest("GET", f"{ENVIRONMENT}{one}/api-keys")["data"]
        for method, path, body in (
            ("POST", "/applications", {"name": "x"}),
            ("PUT", f"/applications/{application_id}", {"name": "x"}),
            ("DELETE", f"/applications/{application_id}", None),
            ("POST", f"{one}/_close", None),
            ("POST", f"{one}/api-keys/_renew", {}),
            ("POST", f"{one}/api-keys/{keys[0]['id']}/_revoke", None),
        ):
            answer = call(
                self.daemon.management_port,
                method,
                f"{ENVIRONMENT}{path}",
                body,
                basic(viewer),
            )
            self.assertEqual(answer.status, 403, path)
        still = self.rest("GET", f"{ENVIRONMENT}{one}")
        self.assertEqual(still["status"], "ACCEPTED")
