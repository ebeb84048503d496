"""What a thief of a session, or a page of another site, could try."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from datetime import datetime
from typing import Any

from playwright.sync_api import expect

from tests.pki import Authority
from tests.wire.console.browser import Watched
from tests.wire.console.case import SESSION, ConsoleCase, basic, call
from tests.wire.console.foreign import foreign_page
from tests.wire.harness.daemon import PASSWORD, Answer, Daemon, proxy_api, until

SESSIONS = "/management/v2/sessions"
USERS = "/management/v2/users"
APIS = "/management/v2/environments/DEFAULT/apis"
CREDENTIALS = {"name": "admin", "password": PASSWORD}
Headers = dict[str, str]


class SessionCase(ConsoleCase):
    """Sends requests as a page would, and as nobody else could."""

    def ask(
        self, method: str, path: str, body: object = None, **options: Any
    ) -> Answer:
        """Send one request to the management API's listener."""
        return call(self.daemon.management_port, method, path, body, **options)

    def begin(self, name: str = "admin", daemon: Daemon | None = None) -> Headers:
        """Begin a session; return the headers of a request of its page."""
        port = (daemon or self.daemon).management_port
        body = {"name": name, "password": PASSWORD}
        answer = call(port, "POST", SESSION, body)
        self.assertEqual(answer.status, 200, answer.body)
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrfToken"]}

    def names(self) -> list[str]:
        """Return the names of all APIs."""
        found = self.daemon.must("GET", "/apis?perPage=1000")
        return [one["name"] for one in found["data"]]

    def cookie(self) -> Headers:
        """Return the cookie of the window, which no script can read."""
        [cookie] = self.page.context.cookies()
        return {"Cookie": f"{cookie['name']}={cookie['value']}"}

    def assert_ended(self, headers: Headers, daemon: Daemon | None = None) -> None:
        """Assert that a session authenticates nothing, and opens no dialog."""
        port = (daemon or self.daemon).management_port
        for method, path in (("GET", SESSION), ("GET", APIS), ("GET", "/_node")):
            answer = call(port, method, path, headers=headers)
            self.assertEqual(answer.status, 401, path)
            self.assertFalse(
                (answer.headers["WWW-Authenticate"] or "").startswith("Basic")
            )


class ForeignPageTests(SessionCase):
    """A page of another origin in the browser of somebody who is signed in."""

    def foreign(self, host: str) -> Watched:
        """Sign in, and open a page of another origin in the same browser."""
        watched = Watched(self.origin)
        self.addCleanup(watched.close)
        self.enter(watched.page)
        watched.page.goto(f"http://{host}:{foreign_page(self)}/")
        return watched

    def forge(self, host: str) -> None:
        """Try what such a page can do, and assert that nothing has changed."""
        page = self.foreign(host).page
        forged = json.dumps(proxy_api("http://127.0.0.1:9", "/forged", name="Forged"))
        url = f"{self.origin}{APIS}"
        for options in (
            {"mode": "no-cors", "headers": {"Content-Type": "text/plain"}},
            {"mode": "cors", "headers": {"Content-Type": "application/json"}},
            {"mode": "cors", "headers": {"X-CSRF-Token": "x"}},
        ):
            sent = {"method": "POST", "credentials": "include", "body": forged}
            outcome = page.evaluate(
                "([url, options]) => fetch(url, options).then("
                "one => one.type, () => 'failed')",
                [url, {**sent, **options}],
            )
            self.assertIn(outcome, ("opaque", "failed"))
        read = page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then("
            "one => one.text(), () => 'failed')",
            f"{self.origin}{SESSION}",
        )
        self.assertEqual(read, "failed")
        page.evaluate(
            "([url, text]) => {"
            " const form = document.createElement('form');"
            " Object.assign(form, {method: 'POST', action: url,"
            "  enctype: 'text/plain'});"
            " const field = document.createElement('input');"
            " field.name = text; form.append(field);"
            " document.body.append(form); form.submit(); }",
            [url, forged],
        )
        page.wait_for_url(url)
        expect(page.locator("body")).to_contain_text("origin.foreign")
        self.assertNotIn("Forged", self.names())

    def test_same_site(self) -> None:
        """A page of another port, to which the browser sends the cookie."""
        self.forge("127.0.0.1")

    def test_cross_site(self) -> None:
        """A page of another name."""
        self.forge("localhost")

    def test_frame(self) -> None:
        """No page has the console in a frame."""
        watched = self.foreign("127.0.0.1")
        with watched.page.expect_event(
            "console", lambda one: "frame-ancestors" in one.text
        ):
            watched.page.evaluate(
                "url => { const one = document.createElement('iframe');"
                " one.src = url; document.body.append(one) }",
                f"{self.origin}/console/",
            )

    def test_link(self) -> None:
        """A link of another site opens the page, with the session."""
        page = self.foreign("localhost").page
        page.evaluate(
            "url => { const one = document.createElement('a');"
            " one.href = url; one.textContent = 'APIs'; document.body.append(one) }",
            f"{self.origin}/console/apis",
        )
        page.get_by_role("link", name="APIs").click()
        expect(page.get_by_role("navigation", name="Main navigation")).to_be_visible()

    def test_headers(self) -> None:
        """Requests that name another page are refused, whatever they have."""
        page = self.begin()
        for foreign in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            for method, path, body in (
                ("POST", SESSION, CREDENTIALS),
                ("POST", APIS, {}),
                ("GET", SESSION, None),
                ("GET", "/_node/streams", None),
                ("DELETE", "/_node/streams", None),
            ):
                answer = self.ask(method, path, body, headers={**page, **foreign})
                self.assertEqual(answer.json()["technicalCode"], "origin.foreign")

    def test_token(self) -> None:
        """Without the token of its session a request changes nothing."""
        page, other = self.begin(), self.begin()
        forged = proxy_api("http://127.0.0.1:9", "/forged", name="Forged")
        for token in ("", "x", other["X-CSRF-Token"]):
            headers = {"Cookie": page["Cookie"], "X-CSRF-Token": token}
            for method, path, body in (
                ("POST", APIS, forged),
                ("DELETE", "/_node/streams", None),
                ("DELETE", SESSIONS, None),
            ):
                answer = self.ask(method, path, body, headers=headers)
                self.assertEqual(answer.json()["technicalCode"], "csrf.invalid", path)
        self.assertNotIn("Forged", self.names())


class StolenTests(SessionCase):
    """The cookie of a session in other hands."""

    def test_fixation(self) -> None:
        """A cookie that was planted before the sign-in is worth nothing after it."""
        planted = {"Cookie": f"relay_session={'A' * 43}"}
        name, value = planted["Cookie"].split("=")
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": self.origin}]
        )
        self.sign_in()
        self.assertNotEqual(self.cookie(), planted)
        self.assertEqual(self.ask("GET", APIS, headers=self.cookie()).status, 200)
        self.assert_ended(planted)

    def test_replay(self) -> None:
        """A copy of the cookie is refused after the sign-out."""
        page = self.sign_in()
        stolen = self.cookie()
        self.assertEqual(self.ask("GET", APIS, headers=stolen).status, 200)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        self.assert_ended(stolen)
        self.assertEqual(page.context.cookies(), [])

    def test_everywhere(self) -> None:
        """A sign-out everywhere ends the session of a window, which asks again."""
        name = self.user("PUBLISHER")
        page = self.sign_in(name)
        other = self.begin(name)
        self.assertEqual(self.ask("DELETE", SESSIONS, headers=other).status, 204)
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()

    def test_deleted_user(self) -> None:
        """The session of a user who was deleted ends with the next request."""
        name = self.user("PUBLISHER")
        page = self.sign_in(name)
        stolen = self.cookie()
        self.rest("DELETE", f"{USERS}/{name}")
        self.assert_ended(stolen)
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()

    def test_changed_user(self) -> None:
        """A changed role and a changed password end it, too."""
        name = self.user("ADMIN")
        for change in ({"role": "VIEWER"}, {"password": f"{PASSWORD} again"}):
            page = self.begin(name)
            self.rest("PUT", f"{USERS}/{name}", change)
            self.assert_ended(page)

    def test_two_credentials(self) -> None:
        """A request with a cookie and a password is refused."""
        page = self.begin()
        for path in (APIS, SESSION, "/_node"):
            answer = self.ask("GET", path, headers={**page, **basic("admin")})
            self.assertEqual(answer.json()["technicalCode"], "credentials.ambiguous")

    def test_viewer(self) -> None:
        """A viewer changes nothing, by the page's own requests either."""
        api = self.api()
        page = self.begin(self.user("VIEWER"))
        for method, path, body in (
            ("POST", APIS, proxy_api("http://127.0.0.1:9", "/by-a-viewer")),
            ("PATCH", f"{APIS}/{api}", {"name": "x"}),
            ("POST", f"{APIS}/{api}/_stop", None),
            ("POST", f"{APIS}/{api}/deployments", {}),
            ("DELETE", f"{APIS}/{api}", None),
            ("POST", USERS, {**CREDENTIALS, "role": "ADMIN"}),
            ("GET", USERS, None),
            ("DELETE", "/_node/streams", None),
            ("POST", "/_node/drain", {}),
            ("POST", "/_node/reload", None),
        ):
            answer = self.ask(method, path, body, headers=page)
            self.assertEqual(answer.json()["technicalCode"], "forbidden", path)


class NodeTests(SessionCase):
    """The technical API at the listener of the management API."""

    def test_users(self) -> None:
        """Users reach it with a session, a password or a token."""
        token = self.rest("POST", f"{USERS}/current/tokens", {"name": "node"})
        for headers in (
            self.begin(),
            basic("admin"),
            {"Authorization": f"Bearer {token['token']}"},
        ):
            for path in ("/_node", "/_node/health", "/_node/configuration"):
                self.assertEqual(self.ask("GET", path, headers=headers).status, 200)

    def test_others(self) -> None:
        """Open probes and the technical token are for the listener of their own."""
        secret = "the-token-of-a-scraper"
        self.use(self.start_daemon(toml=f'[technical]\ntoken = "{secret}"\n'))
        scraper = {"Authorization": f"Bearer {secret}"}
        for path in ("/_node/health", "/_node/ready", "/_node"):
            for headers in ({}, scraper):
                self.assertEqual(self.ask("GET", path, headers=headers).status, 401)
        port = self.daemon.technical_port
        self.assertEqual(call(port, "GET", "/_node", headers=scraper).status, 200)
        page = self.begin()
        self.assertEqual(call(port, "GET", "/_node", headers=page).status, 401)
        self.assertEqual(call(port, "GET", "/_node/ready", headers=page).status, 200)


class OtherDaemonTests(SessionCase):
    """Daemons with settings of their own."""

    def test_idle(self) -> None:
        """A session that is not used ends, and its page asks for the password."""
        settings = "[console]\nidle_timeout_ms = 3000\n"
        self.use(self.start_daemon(toml=settings))
        page = self.begin()
        answer = self.ask("GET", SESSION, headers=page)
        until_s = datetime.fromisoformat(answer.json()["idleExpiresAt"]).timestamp()
        until(lambda: time.time() > until_s, "the idle timeout is over")
        self.assert_ended(page)

    def test_absolute(self) -> None:
        """A session that is used all the time ends, too."""
        settings = "[console]\nmax_session_ms = 3000\n"
        self.use(self.start_daemon(toml=settings))
        page = self.sign_in()
        stolen = self.cookie()
        until(
            lambda: self.ask("GET", SESSION, headers=stolen).status == 401,
            "the session has ended",
        )
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()

    def test_lock_out(self) -> None:
        """Guessing is refused after a few attempts, the right password with it."""
        settings = "[admin]\nmax_failed_logins = 3\n"
        self.use(self.start_daemon(toml=settings))
        page = self.page
        page.goto("/console/")
        page.get_by_label("User name").fill("admin")
        submit = page.get_by_role("button", name="Sign in")
        for number in range(3):
            page.get_by_label("Password").fill(f"guess {number}")
            with page.expect_response(f"**{SESSION}") as response:
                submit.click()
            self.assertEqual(response.value.status, 401)
        page.get_by_label("Password").fill(PASSWORD)
        submit.click()
        expect(page.get_by_role("alert")).to_contain_text("Too many")
        self.assertEqual(page.context.cookies(), [])
        self.assertEqual(self.ask("GET", APIS, headers=basic("admin")).status, 429)

    def test_several_daemons(self) -> None:
        """Daemons on one store share sessions, and their ends."""
        settings = "[process]\nshare_data_dir = true\n"
        directory = self.new_directory()
        self.use(self.start_daemon(directory, settings))
        other = Daemon(directory, settings)
        other.log_path = directory / "other.log"
        self.addCleanup(other.discard)
        other.start()
        page = self.begin()
        for one in (self.daemon, other):
            found = call(one.management_port, "GET", SESSION, headers=page)
            self.assertEqual(found.status, 200)
        answer = call(other.management_port, "DELETE", SESSION, headers=page)
        self.assertEqual(answer.status, 204)
        self.assert_ended(page)
        self.assert_ended(page, other)

    def test_disabled(self) -> None:
        """Without the console there are no pages and no sessions."""
        self.use(self.start_daemon(toml="[console]\nenabled = false\n"))
        self.assertEqual(self.ask("GET", "/console/").status, 404)
        answer = self.ask("POST", SESSION, CREDENTIALS)
        self.assertEqual(answer.json()["technicalCode"], "session.disabled")

    def test_tls(self) -> None:
        """Over TLS the cookie is for TLS and this host only."""
        authority = Authority()
        written = authority.server("localhost").write(str(self.new_directory()))
        self.use(
            self.start_daemon(
                toml=f'[management.tls]\ncertificate = "{written.certificate}"\n'
                f'key = "{written.key}"\n'
            )
        )
        context = ssl.create_default_context(cadata=authority.pem)

        def ask(method: str, body: str | None, headers: Headers) -> Any:
            connection = http.client.HTTPSConnection(
                "localhost", self.daemon.management_port, context=context, timeout=30
            )
            self.addCleanup(connection.close)
            connection.request(method, SESSION, body, headers)
            return connection.getresponse()

        json_type = {"Content-Type": "application/json"}
        cookie = ask("POST", json.dumps(CREDENTIALS), json_type).getheader("Set-Cookie")
        value, attributes = cookie.split("; ", 1)
        self.assertTrue(value.startswith("__Host-relay_session="))
        self.assertEqual(attributes, "Path=/; HttpOnly; SameSite=Strict; Secure")
        self.assertEqual(ask("GET", None, {"Cookie": value}).status, 200)
        plain = value.removeprefix("__Host-")
        self.assertEqual(ask("GET", None, {"Cookie": plain}).status, 401)
