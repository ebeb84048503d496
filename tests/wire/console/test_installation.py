"""The pages of users, of the own account and of settings."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.wire.console.case import ConsoleCase, basic, call
from tests.wire.harness.daemon import PASSWORD

USERS = "/management/v2/users"
OTHER_PASSWORD = f"{PASSWORD}-changed"


class UserTests(ConsoleCase):
    """The page of users."""

    def test_a_user(self) -> None:
        """A user is created, given another role and password, and deleted."""
        page = self.open("/users")
        page.get_by_role("button", name="Create user").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("no name")
        dialog.get_by_label("Password").fill("short")
        dialog.get_by_role("button", name="Create user").click()
        for label in ("Name", "Password"):
            field = dialog.get_by_label(label)
            expect(field).to_have_attribute("aria-invalid", "true")
        dialog.get_by_label("Name").fill("vera")
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_text("As curl").click()
        self.assertNotIn(PASSWORD, dialog.inner_text())
        dialog.get_by_role("button", name="Create user").click()
        row = page.get_by_role("row").filter(has_text="vera")
        expect(row).to_contain_text("viewer")
        self.assertEqual(self.status("vera", PASSWORD), 200)
        self.token_of("vera")
        row.get_by_role("button", name="Tokens of vera").click()
        tokens = page.get_by_role("dialog", name="Tokens of vera")
        expect(tokens.get_by_role("button", name="Create token")).to_have_count(0)
        tokens.get_by_role("button", name="Revoke the token ci?").click()
        sure = page.get_by_role("dialog", name="Revoke the token ci?")
        sure.get_by_role("button", name="Revoke").click()
        expect(tokens.get_by_text("There is no token.")).to_be_visible()
        tokens.get_by_role("button", name="Close").click()
        row.get_by_role("button", name="Edit vera").click()
        dialog.get_by_label("Role").select_option("PUBLISHER")
        dialog.get_by_label("Password").fill(OTHER_PASSWORD)
        dialog.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("publisher")
        self.assertEqual(self.status("vera", OTHER_PASSWORD), 200)
        row.get_by_role("button", name="Delete vera?").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(row).to_have_count(0)
        self.assertEqual(self.status("vera", OTHER_PASSWORD), 401)
        page.get_by_role("button", name="Delete admin?").click()
        dialog.get_by_role("button", name="Delete").click()
        refusal = page.get_by_text("User [admin] cannot be deleted.")
        expect(refusal).to_be_visible()
        self.assert_accessible()

    def test_the_own_user(self) -> None:
        """The own password is changed on the page of the account, not here."""
        page = self.open("/users")
        page.get_by_role("button", name="Edit admin").click()
        dialog = page.get_by_role("dialog", name="Edit admin")
        expect(dialog).to_contain_text("changed on the page My account")
        expect(dialog.get_by_label("Role")).to_have_value("ADMIN")
        expect(dialog.get_by_label("Password")).to_have_count(0)
        self.assert_accessible()
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("admin is saved.")).to_be_visible()

    def token_of(self, name: str) -> None:
        """Let a user create a token."""
        path = f"{USERS}/current/tokens"
        port = self.daemon.management_port
        made = call(port, "POST", path, {"name": "ci"}, basic(name))
        self.assertEqual(made.status, 201, made.body)

    def status(self, name: str, password: str) -> int:
        """Ask who the user is, and return the status."""
        path = f"{USERS}/current"
        port = self.daemon.management_port
        return call(port, "GET", path, headers=basic(name, password)).status


class AccountTests(ConsoleCase):
    """The page of the own account, of a user that may only read."""

    def account(self) -> Page:
        """Sign in, and open the page."""
        self.name = self.user("VIEWER")
        self.enter(self.page, self.name)
        self.page.goto("/console/account")
        return self.page

    def test_a_token(self) -> None:
        """A token is shown once, works, and works no more when it is revoked."""
        page = self.account()
        page.get_by_role("button", name="Create token").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Role").get_by_role("option")).to_have_count(2)
        dialog.get_by_label("Name").fill("ci")
        dialog.get_by_label("Expires").fill("2031-05-06T07:08")
        dialog.get_by_role("button", name="Create token").click()
        expect(dialog.get_by_text("This is shown once.")).to_be_visible()
        token = dialog.locator("code").inner_text()
        dialog.get_by_role("button", name="I have copied it").click()
        expect(dialog).to_have_count(0)
        row = page.get_by_role("row").filter(has_text="ci")
        expect(row).to_contain_text("6 May 2031")
        self.assertNotIn(token, page.content())
        self.assertEqual(self.status(token), 200)
        row.get_by_role("button", name="Revoke the token ci?").click()
        dialog.get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("There is no token.")).to_be_visible()
        self.assertEqual(self.status(token), 401)
        self.assert_accessible()

    def status(self, token: str) -> int:
        """Call with a token, and return the status."""
        bearer = {"Authorization": f"Bearer {token}"}
        port = self.daemon.management_port
        return call(port, "GET", f"{USERS}/current", headers=bearer).status

    def test_the_own_password(self) -> None:
        """The change needs the present one; other sessions end, this one goes on."""
        page = self.account()
        other = self.window()
        self.enter(other, self.name)
        other.goto("/console/account")
        expect(other.get_by_role("heading", name="My account")).to_be_visible()
        page.get_by_label("Current password").fill("another-password")
        page.get_by_label("New password").fill(OTHER_PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Current password").fill(PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("The password is changed.")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="My account")).to_be_visible()
        other.reload()
        expect(other.get_by_role("button", name="Sign in")).to_be_visible()

    def test_sign_out_everywhere(self) -> None:
        """All windows are back at the login form."""
        page = self.account()
        other = self.window()
        self.enter(other, self.name)
        page.get_by_role("button", name="Sign out everywhere").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Sign out everywhere").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        other.goto("/console/account")
        expect(other.get_by_role("button", name="Sign in")).to_be_visible()


class SettingsTests(ConsoleCase):
    """The page of settings, for a user that may only read."""

    def test_filters(self) -> None:
        """
        Settings have their value, origin and default; search and switch are in the URL.
        """
        toml = "[gateway]\nstall_timeout_ms = 5000\n"
        self.use(self.start_daemon(toml=toml))
        page = self.open("/settings", role="VIEWER")
        rows = page.get_by_role("row")
        row = rows.filter(has=page.get_by_text("stall_timeout_ms", exact=True))
        for text in ("5000", "60000", "File", "relay.toml"):
            expect(row).to_contain_text(text)
        untouched = rows.filter(has=page.get_by_text("via", exact=True))
        expect(untouched).to_contain_text("Default")
        page.get_by_label("Changed ones only").check()
        expect(untouched).to_have_count(0)
        expect(row).to_be_visible()
        page.get_by_label("Search").fill("gateway stall")
        expect(page.get_by_text(re.compile("^1 of"))).to_be_visible()
        expect(page).to_have_url(re.compile(r"only=changed"))
        page.reload()
        expect(page.get_by_text(re.compile("^1 of"))).to_be_visible()
        self.assert_accessible()
        self.narrow()
        self.assert_fits()
