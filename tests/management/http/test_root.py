"""The way of every request before it is routed."""

from __future__ import annotations

from unittest.mock import patch

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from relay.management.access.identity import Identity
from relay.model.role import Role
from relay.settings.listeners import ManagementSettings
from tests.management.harness import (
    ADMIN,
    PREFIX,
    ManagementCase,
    api_body,
    basic,
    head,
    reactor,
    split,
)


class PathTests(ManagementCase):
    """The paths that exist."""

    async def test_nothing_there(self) -> None:
        """Every unknown path is a 404 in JSON."""
        for path in (
            "/management",
            "/management/",
            "/management/v1/environments/DEFAULT/apis",
            "/management/v2",
            "/management/v2/environments",
            "/management/v2/organizations/DEFAULT",
            PREFIX,
            f"{PREFIX}/",
            f"{PREFIX}/nothing",
            f"{PREFIX}//apis",
            f"{PREFIX}/apis//plans",
            "/management//v2/environments/DEFAULT/apis",
            "/management/v2/environments/DEFAULT/plugins/endpoints",
        ):
            await self.refused(404, "notFound", "GET", path)

    async def test_only_default_exists(self) -> None:
        """Other organisations and environments are a 404."""
        for path, code, name in (
            ("/environments/OTHER/apis", "environment.notFound", "OTHER"),
            ("/environments/default/apis", "environment.notFound", "default"),
            (
                "/organizations/X/environments/DEFAULT/apis",
                "organization.notFound",
                "X",
            ),
            ("/organizations/DEFAULT/environments/Y/apis", "environment.notFound", "Y"),
        ):
            error = await self.refused(404, code, "GET", f"/management/v2{path}")
            self.assertEqual(list(error["parameters"].values()), [name])

    async def test_odd_paths(self) -> None:
        """Every request line is answered in JSON."""
        for path, status in (
            ("/%ff", 400),
            ("/management/v2/%ff", 400),
            ("*", 400),
            ("http://evil.example/management/v2", 400),
            ("/%6danagement/v2/environments/DEFAULT/apis", 200),
            ("/management%2Fv2/environments/DEFAULT/apis", 404),
            (f"{PREFIX}/apis/a%2Fplans", 404),
            (f"{PREFIX}/apis?page=%ff", 400),
            (f"{PREFIX}/apis/../apis", 404),
        ):
            answer = await self.raw(head("GET", path, "Connection: close"))
            got, headers, body = split(answer)
            self.assertEqual(got, status, (path, answer))
            self.assertEqual(headers["content-type"], "application/json; charset=utf-8")
            if status != 200:
                self.assertEqual(body["httpStatus"], status)


class AuthenticationTests(ManagementCase):
    """Authentication of requests."""

    async def test_required(self) -> None:
        """Every path below /management requires credentials, also unknown ones."""
        for path in ("/apis", "/nothing", "/apis/none"):
            for credentials in ({}, basic("admin", "wrong"), {"Authorization": "x"}):
                answer = await self.ask("GET", path, credentials=credentials)
                self.assertEqual(answer.status, 401)
                self.assertEqual(
                    answer.headers["www-authenticate"],
                    'Basic realm="Relay", charset="UTF-8"',
                )
                self.assertEqual(answer.json["technicalCode"], "unauthorized")
        await self.refused(
            401, "unauthorized", "GET", "/management/v2/x", credentials={}
        )

    async def test_the_message_says_what_is_wrong(self) -> None:
        """Missing credentials, wrong ones, a wrong token and noise differ."""
        needed = "a user name and a password, or a token, are required"
        for sent, reason in (
            ({}, needed),
            ({"Authorization": "Digest x"}, needed),
            ({"Authorization": "Basic %"}, "the Basic credentials are malformed"),
            (basic("admin", "wrong"), "the user name or the password is wrong"),
            (basic("nobody", "wrong"), "the user name or the password is wrong"),
            (
                {"Authorization": "Bearer wrong"},
                "the token is not valid, or has expired",
            ),
        ):
            answer = await self.ask("GET", "/apis", credentials=sent)
            self.assertEqual(answer.json["message"], f"Unauthorized: {reason}")

    async def test_two_credentials_are_none(self) -> None:
        """
        Two ``Authorization`` headers are refused, since a proxy may have checked the
        other one.
        """
        good = f"Authorization: {ADMIN['Authorization']}\r\n"
        for lines, status in (((good,), 200), ((good, good), 401)):
            answer = await self.raw(
                f"GET {PREFIX}/apis HTTP/1.1\r\nHost: localhost\r\n"
                f"Connection: close\r\n{''.join(lines)}\r\n".encode()
            )
            self.assertEqual(split(answer)[0], status)

    async def test_nothing_happens_without(self) -> None:
        """An unauthenticated request changes nothing."""
        await self.refused(
            401, "unauthorized", "POST", "/apis", api_body(), credentials={}
        )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])

    async def test_too_many_failures(self) -> None:
        """After ten failures an address is refused with ``Retry-After``."""
        for number in range(10):
            await self.refused(
                401,
                "unauthorized",
                "GET",
                "/apis",
                credentials=basic("admin", f"{number}"),
            )
        answer = await self.ask("GET", "/apis")
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.json["technicalCode"], "tooManyAttempts")
        wait = int(answer.headers["retry-after"])
        self.assertTrue(0 < wait <= 60, wait)

    async def test_leaving_during_authentication(self) -> None:
        """A client that leaves before it is known asks for nothing any more."""
        held: Deferred[Identity] = Deferred()
        asked: Deferred[None] = Deferred()

        def check(authorization: bytes | None, address: str) -> Deferred[Identity]:
            asked.callback(None)
            return held

        self.patch(self.authenticator, "check", check)
        connection = await self.connect(
            head("DELETE", f"{PREFIX}/apis/none", "Connection: close")
        )
        await asked
        connection.abort()
        await connection.closed
        await deferLater(reactor, 0.05)
        with patch.object(self.store, "write") as write:
            held.callback(Identity("admin", Role.ADMIN))
        write.assert_not_called()
        self.assertEqual(self.flushLoggedErrors(), [])


class BrowserTests(ManagementCase):
    """Requests that a page of another site makes a browser send."""

    management = ManagementSettings(hosts=("relay.example",))

    async def test_foreign_pages(self) -> None:
        """Requests of other sites' pages are refused, with and without credentials."""
        for name, value in (
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ):
            for credentials in (ADMIN, {}):
                await self.refused(
                    403,
                    "origin.foreign",
                    "POST",
                    "/apis",
                    api_body(),
                    headers={name: value},
                    credentials=credentials,
                )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])

    async def test_own_pages(self) -> None:
        """Pages of this listener are let through."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        await self.expect(201, "POST", "/apis", api_body(), headers=headers)

    async def test_hosts(self) -> None:
        """A name that is not ours is a 421; one that is configured is answered."""
        for host, status in (("relay.example", 200), ("evil.example", 421)):
            answer = await self.raw(
                head("GET", f"{PREFIX}/apis", "Connection: close", host=host)
            )
            self.assertEqual(split(answer)[0], status)
        answer = await self.raw(b"GET / HTTP/1.0\r\n\r\n")
        self.assertEqual(split(answer)[0], 400)
        answer = await self.raw(
            head("GET", "/", "Host: localhost", "Connection: close")
        )
        self.assertEqual(split(answer)[2]["technicalCode"], "host.invalid")
