"""Sessions of the console, and what a thief of one could try."""

from __future__ import annotations

from typing import Any

from relay.management.access.sessions import MOST_SESSIONS
from relay.settings.daemon import AdminSettings
from relay.settings.listeners import ConsoleSettings
from tests.management.harness import (
    ADMIN,
    PASSWORD,
    Answer,
    ManagementCase,
    api_body,
    basic,
)

SESSION = "/management/v2/session"
SESSIONS = "/management/v2/sessions"
USERS = "/management/v2/users"
CURRENT = f"{USERS}/current"
NEW_PASSWORD = "a new and longer passphrase"
MINUTE_MS = 60_000
Headers = dict[str, str]


class SessionCase(ManagementCase):
    """Signs in by HTTP, on a clock that tests advance."""

    console = ConsoleSettings(idle_timeout_ms=30 * MINUTE_MS)
    instant_ms = 1_800_000_000_000

    def now_ms(self) -> int:
        """Return the store's instant."""
        return self.instant_ms

    async def post(
        self, name: str = "admin", password: str = PASSWORD, **headers: str
    ) -> Answer:
        """Send a name and a password."""
        body = {"name": name, "password": password}
        return await self.ask("POST", SESSION, body, headers=headers, credentials={})

    async def sign_in(
        self, name: str = "admin", password: str = PASSWORD, **headers: str
    ) -> Headers:
        """
        Begin a session.

        :return: the headers of a request of its page.
        """
        answer = await self.post(name, password, **headers)
        self.assertEqual(answer.status, 200, answer.content)
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": answer.json["csrfToken"]}

    async def user(self, name: str, role: str) -> None:
        """Create a user."""
        body = {"name": name, "password": PASSWORD, "role": role}
        await self.expect(201, "POST", "/management/v2/users", body)

    async def later(self, minutes: int) -> None:
        """Advance the clock, once the last use of each session is stored."""
        await self.store.write(lambda tx: None)
        self.instant_ms += minutes * MINUTE_MS

    async def ended(self, page: Headers) -> None:
        """Assert that a session authenticates no more."""
        for method, path in (("GET", "/apis"), ("GET", SESSION), ("DELETE", SESSION)):
            await self.refused(401, "unauthorized", method, path, credentials=page)

    async def trail(self) -> list[tuple[str, str]]:
        """Return actor and event of each entry about sessions, the oldest first."""
        found = await self.expect(200, "GET", "/audits?perPage=100")
        return [
            (one["user"]["id"], one["event"])
            for one in reversed(found["data"])
            if one["event"].startswith("SESSION")
        ]


class SignInTests(SessionCase):
    """The way in and out."""

    async def test_session(self) -> None:
        """A session shows its user, and authenticates like a password."""
        page = await self.sign_in()
        session = await self.expect(200, "GET", SESSION, credentials=page)
        self.assertEqual(
            session,
            {
                "user": {"name": "admin", "role": "ADMIN"},
                "csrfToken": page["X-CSRF-Token"],
                "idleExpiresAt": "2027-01-15T08:30:00.000Z",
                "expiresAt": "2027-01-15T20:00:00.000Z",
            },
        )
        await self.expect(201, "POST", "/apis", api_body(), credentials=page)
        user = await self.expect(200, "GET", CURRENT, credentials=page)
        self.assertEqual(user["id"], "admin")

    async def test_cookie(self) -> None:
        """No script reads it, no other site sends it, and its value is new."""
        values = set()
        for _ in range(2):
            cookie = (await self.post()).headers["set-cookie"]
            value, attributes = cookie.split("; ", 1)
            self.assertEqual(attributes, "Path=/; HttpOnly; SameSite=Strict")
            name, _, secret = value.partition("=")
            self.assertEqual(name, "relay_session")
            self.assertGreaterEqual(len(secret), 43)
            values.add(secret)
        self.assertEqual(len(values), 2)

    async def test_cookie_behind_tls(self) -> None:
        """A page that a proxy serves over TLS has a cookie for TLS only."""
        origin = self.origin.replace("http:", "https:")
        cookie = (await self.post(Origin=origin)).headers["set-cookie"]
        self.assertTrue(cookie.startswith("__Host-relay_session="), cookie)
        self.assertTrue(cookie.endswith("; SameSite=Strict; Secure"), cookie)
        page = {"Cookie": cookie.partition(";")[0]}
        await self.expect(200, "GET", SESSION, credentials=page)

    async def test_stored_as_a_hash(self) -> None:
        """Neither the cookie nor the token of a page is in the store."""
        page = await self.sign_in()
        secret = page["Cookie"].partition("=")[2]
        [record] = await self.store.read(lambda tx: tx.sessions.list("admin"))
        for text in (secret, page["X-CSRF-Token"]):
            self.assertNotIn(text, record.secret_hash)
        self.assertEqual(len(record.secret_hash), 64)

    async def test_sign_out(self) -> None:
        """A replay of the cookie is refused; other sessions go on."""
        page, other = await self.sign_in(), await self.sign_in()
        answer = await self.ask("DELETE", SESSION, credentials=page)
        self.assertEqual(answer.status, 204)
        self.assertEqual(
            answer.headers["set-cookie"],
            "relay_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
        )
        await self.ended(page)
        await self.expect(200, "GET", SESSION, credentials=other)

    async def test_sign_out_everywhere(self) -> None:
        """All sessions of the user end, those of others go on."""
        await self.user("viv", "VIEWER")
        pages = [await self.sign_in() for _ in range(3)]
        other = await self.sign_in("viv")
        await self.expect(204, "DELETE", SESSIONS, credentials=pages[1])
        for page in pages:
            await self.ended(page)
        await self.expect(200, "GET", SESSION, credentials=other)

    async def test_sign_out_everywhere_by_password(self) -> None:
        """A password ends sessions, too; a token does not."""
        page = await self.sign_in()
        token = await self.expect(201, "POST", f"{CURRENT}/tokens", {"name": "ci"})
        bearer = {"Authorization": f"Bearer {token['token']}"}
        await self.refused(
            403, "token.passwordRequired", "DELETE", SESSIONS, credentials=bearer
        )
        await self.expect(200, "GET", SESSION, credentials=page)
        answer = await self.ask("DELETE", SESSIONS)
        self.assertEqual((answer.status, "set-cookie" in answer.headers), (204, False))
        await self.ended(page)

    async def test_trail(self) -> None:
        """The audit trail has who signed in and out, and when."""
        await self.user("viv", "VIEWER")
        page, other = await self.sign_in(), await self.sign_in("viv")
        await self.expect(204, "DELETE", SESSION, credentials=page)
        await self.expect(204, "DELETE", SESSIONS, credentials=other)
        self.assertEqual(
            await self.trail(),
            [
                ("admin", "SESSION_CREATED"),
                ("viv", "SESSION_CREATED"),
                ("admin", "SESSION_ENDED"),
                ("viv", "SESSION_ENDED"),
            ],
        )

    async def test_bodies(self) -> None:
        """What is not a name and a password is refused, and no password is shown."""
        for body in (
            {},
            {"name": "admin"},
            {"name": "", "password": PASSWORD},
            {"name": "admin", "password": ""},
            {"name": "admin", "password": [PASSWORD]},
            {"name": "admin", "password": PASSWORD, "remember": True},
            {"name": "admin", "password": PASSWORD * 400},
        ):
            error = await self.refused(
                400, "validation", "POST", SESSION, body, credentials={}
            )
            self.assertNotIn(PASSWORD, str(error))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        await self.refused(
            415,
            "mediaType.unsupported",
            "POST",
            SESSION,
            headers=form,
            content=b"name=admin&password=x",
            credentials={},
        )


class TheftTests(SessionCase):
    """What is refused."""

    async def test_no_dialog(self) -> None:
        """A script that is refused makes no browser ask for a password."""
        page = await self.sign_in()
        await self.expect(204, "DELETE", SESSION, credentials=page)
        for method, path, headers in (
            ("GET", "/apis", page),
            ("GET", "/apis", {"Sec-Fetch-Mode": "cors"}),
            ("GET", SESSION, {}),
            ("GET", "/apis", {**basic("admin", "wrong"), "X-Requested-With": "x"}),
        ):
            answer = await self.ask(method, path, credentials=headers)
            self.assertEqual(answer.status, 401)
            challenge = answer.headers["www-authenticate"]
            self.assertEqual(challenge, 'Bearer realm="Relay"')
        answer = await self.post(password="wrong")
        self.assertEqual(
            (answer.status, answer.headers["www-authenticate"]),
            (401, 'Bearer realm="Relay"'),
        )
        answer = await self.ask("GET", "/apis", credentials={})
        self.assertTrue(answer.headers["www-authenticate"].startswith("Basic "))

    async def test_forgery(self) -> None:
        """A change needs the token of its own session; a read needs none."""
        page, other = await self.sign_in(), await self.sign_in()
        cookie = {"Cookie": page["Cookie"]}
        await self.expect(200, "GET", "/apis", credentials=cookie)
        for token in (None, "", "x", page["X-CSRF-Token"] + "x", other["X-CSRF-Token"]):
            sent = cookie if token is None else {**cookie, "X-CSRF-Token": token}
            for method, path, body in (
                ("POST", "/apis", api_body()),
                ("DELETE", SESSION, None),
                ("DELETE", SESSIONS, None),
                ("PUT", f"{CURRENT}/password", {"password": NEW_PASSWORD}),
            ):
                await self.refused(
                    403, "csrf.invalid", method, path, body, credentials=sent
                )
        await self.expect(201, "POST", "/apis", api_body(), credentials=page)

    async def test_foreign_pages(self) -> None:
        """A page of another origin is refused, whatever it has."""
        page = await self.sign_in()
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            for method, path, body in (
                ("GET", SESSION, None),
                ("POST", "/apis", api_body()),
                ("POST", SESSION, {"name": "admin", "password": PASSWORD}),
            ):
                await self.refused(
                    403,
                    "origin.foreign",
                    method,
                    path,
                    body,
                    headers=headers,
                    credentials=page,
                )

    async def test_fixation(self) -> None:
        """A sign-in ignores and ends what the browser came with."""
        planted = await self.sign_in()
        chosen = "relay_session=0123456789012345678901234567890123456789012"
        for cookie in (planted["Cookie"], chosen):
            answer = await self.post(Cookie=cookie)
            self.assertEqual(answer.status, 200)
            self.assertNotIn(cookie, answer.headers["set-cookie"])
            await self.ended({"Cookie": cookie})

    async def test_two_credentials(self) -> None:
        """A request with a cookie and a password, or a token, is refused."""
        page = await self.sign_in()
        for method, path, body in (
            ("GET", "/apis", None),
            ("GET", SESSION, None),
            ("POST", "/apis", api_body()),
            ("POST", SESSION, {"name": "admin", "password": PASSWORD}),
        ):
            await self.refused(
                400,
                "credentials.ambiguous",
                method,
                path,
                body,
                credentials={**page, **ADMIN},
            )
        body = {"name": "admin", "password": PASSWORD}
        await self.refused(403, "session.passwordRequired", "POST", SESSION, body)
        await self.refused(404, "session.notFound", "GET", SESSION)
        await self.refused(404, "session.notFound", "DELETE", SESSION)

    async def test_unattended(self) -> None:
        """Requests of a page that nobody uses are answered, and keep no session."""
        page = await self.sign_in()
        alone = {**page, "X-Unattended": "1"}
        for _ in range(2):
            await self.later(10)
            await self.expect(200, "GET", "/apis", credentials=alone)
        await self.later(10)
        await self.ended(page)

    async def test_idle(self) -> None:
        """A session ends when it is unused for the time of the setting."""
        page = await self.sign_in()
        for _ in range(3):
            await self.later(29)
            await self.expect(200, "GET", "/apis", credentials=page)
        await self.later(30)
        await self.ended(page)

    async def test_absolute(self) -> None:
        """A session ends after its longest time, although it is used."""
        page = await self.sign_in()
        for _ in range(12 * 3 - 1):
            await self.later(20)
            await self.expect(200, "GET", SESSION, credentials=page)
        session = await self.expect(200, "GET", SESSION, credentials=page)
        self.assertEqual(session["idleExpiresAt"], session["expiresAt"])
        await self.later(20)
        await self.ended(page)

    async def test_lock_out(self) -> None:
        """Guessing locks the address out, with the same count as Basic."""
        page = await self.sign_in()
        self.authenticator.take(AdminSettings(max_failed_logins=4))
        for password in ("wrong one", "wrong two"):
            self.assertEqual((await self.post(password=password)).status, 401)
            wrong = basic("admin", f"{password} again")
            await self.refused(401, "unauthorized", "GET", "/apis", credentials=wrong)
        answer = await self.post()
        self.assertEqual(answer.status, 429)
        self.assertIn("retry-after", answer.headers)
        await self.refused(429, "tooManyAttempts", "GET", "/apis")
        # Otherwise others could sign this user out.
        await self.expect(200, "GET", "/apis", credentials=page)

    async def test_cookies_lock_nobody_out(self) -> None:
        """The cookie of a session that has ended counts as no guess."""
        stale = {"Cookie": "relay_session=stale"}
        for _ in range(20):
            await self.refused(401, "unauthorized", "GET", "/apis", credentials=stale)
        await self.expect(200, "GET", "/apis")

    async def test_unknown_user(self) -> None:
        """It is refused as a wrong password is."""
        answers = [await self.post("nobody"), await self.post("admin", "wrong")]
        self.assertEqual(answers[0].status, 401)
        self.assertEqual(answers[0].json, answers[1].json)

    async def test_changed_user(self) -> None:
        """A changed role, a changed password and a deletion end a session."""
        users = "/management/v2/users/viv"
        changes: tuple[tuple[str, Any], ...] = (
            ("PUT", {"role": "VIEWER"}),
            ("PUT", {"password": NEW_PASSWORD}),
            ("DELETE", None),
        )
        await self.user("viv", "PUBLISHER")
        for method, body in changes:
            page = await self.sign_in("viv")
            await self.expect(200, "GET", SESSION, credentials=page)
            await self.expect(204 if body is None else 200, method, users, body)
            await self.ended(page)
            if body and "password" in body:
                page = await self.sign_in("viv", NEW_PASSWORD)
            elif body is None:
                return
            await self.expect(200, "PUT", users, {"password": PASSWORD})

    async def test_own_password(self) -> None:
        """On every path, it takes the old one, and ends all sessions."""
        password, other_password = PASSWORD, NEW_PASSWORD
        for path, status in ((f"{CURRENT}/password", 204), (f"{USERS}/admin", 200)):
            page = await self.sign_in(password=password)
            other = await self.sign_in(password=password)
            body = {"password": other_password}
            for given in ({}, {"currentPassword": "wrong"}):
                error = await self.refused(
                    400,
                    "user.currentPassword",
                    "PUT",
                    path,
                    {**body, **given},
                    credentials=page,
                )
                self.assertEqual(error["details"][0]["location"], "currentPassword")
                self.assertNotIn("wrong", str(error))
            body["currentPassword"] = password
            await self.expect(status, "PUT", path, body, credentials=page)
            await self.ended(page)
            await self.ended(other)
            await self.sign_in(password=other_password)
            password, other_password = other_password, password

    async def test_password_of_another_user(self) -> None:
        """An administrator sets it without the old one, which is refused."""
        await self.user("ann", "VIEWER")
        page, path = await self.sign_in(), f"{USERS}/ann"
        body = {"password": NEW_PASSWORD}
        await self.refused(
            400,
            "user.currentPassword",
            "PUT",
            path,
            {**body, "currentPassword": PASSWORD},
            credentials=page,
        )
        await self.expect(200, "PUT", path, body, credentials=page)
        await self.sign_in("ann", NEW_PASSWORD)

    async def test_viewer(self) -> None:
        """A viewer changes nothing with a session either."""
        api = await self.create()
        await self.user("viv", "VIEWER")
        page = await self.sign_in("viv")
        for method, path, body in (
            ("POST", "/apis", api_body("/other")),
            ("PATCH", f"/apis/{api}", {"name": "x"}),
            ("DELETE", f"/apis/{api}", None),
            ("POST", f"/apis/{api}/_start", None),
            ("POST", f"/apis/{api}/deployments", {}),
            ("GET", "/management/v2/users", None),
            ("PUT", "/management/v2/users/viv", {"role": "ADMIN"}),
        ):
            await self.refused(403, "forbidden", method, path, body, credentials=page)

    async def test_many(self) -> None:
        """A user has a bounded number of sessions: the oldest ends."""
        first = await self.sign_in()
        for _ in range(MOST_SESSIONS):
            last = await self.sign_in()
        await self.ended(first)
        await self.expect(200, "GET", SESSION, credentials=last)
        kept = await self.store.read(lambda tx: tx.sessions.list("admin"))
        self.assertEqual(len(kept), MOST_SESSIONS)


class DisabledTests(SessionCase):
    """Without the console there are no sessions."""

    console = ConsoleSettings(enabled=False)

    async def test_disabled(self) -> None:
        """Neither sign-in nor cookie; passwords work beside a stray cookie."""
        body = {"name": "admin", "password": PASSWORD}
        for method, sent in (("POST", body), ("GET", None), ("DELETE", None)):
            await self.refused(
                404, "session.disabled", method, SESSION, sent, credentials={}
            )
        cookie = {"Cookie": "relay_session=abc"}
        await self.refused(401, "unauthorized", "GET", "/apis", credentials=cookie)
        await self.expect(200, "GET", "/apis", headers=cookie)
