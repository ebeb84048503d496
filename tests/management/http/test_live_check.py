"""Live responses whose credentials end before them."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.management.access.identity import Identity
from relay.management.http.errors import TooManyAttempts, Unauthorized
from relay.management.http.live_check import CHECK_EVERY_S, LiveCheck
from relay.management.http.reply import Reply
from relay.management.http.routing import Families, RestCall, route
from relay.management.site import ManagementSite
from relay.model.role import Role
from relay.model.secrets import Masking
from tests.management.access.test_sessions import (
    CURRENT,
    NEW_PASSWORD,
    SESSION,
    USERS,
    SessionCase,
)
from tests.management.harness import PASSWORD, Raw, basic, reactor


class CheckTests(SynchronousTestCase):
    """The checks of one response."""

    def setUp(self) -> None:
        """A response to a publisher that has just begun."""
        self.clock = Clock()
        self.asked: list[Deferred[Identity]] = []
        self.refused = 0
        user = Identity("ann", Role.PUBLISHER)
        self.check = LiveCheck(self.clock, user, self.identify, self.refuse)
        self.check.start()

    def identify(self) -> Deferred[Identity]:
        """Authenticate when the test does."""
        self.asked.append(Deferred())
        return self.asked[-1]

    def refuse(self) -> None:
        """End the response."""
        self.refused += 1

    def test_goes_on_with_the_same_or_a_higher_role(self) -> None:
        """There is a check every 30 s, and never two at one time."""
        for role in (Role.PUBLISHER, Role.ADMIN, Role.PUBLISHER):
            self.clock.advance(CHECK_EVERY_S - 1)
            before = len(self.asked)
            self.clock.advance(1)
            self.assertEqual(len(self.asked), before + 1)
            self.clock.advance(CHECK_EVERY_S * 2)
            self.assertEqual(len(self.asked), before + 1)
            self.asked[-1].callback(Identity("ann", role))
        self.assertEqual(self.refused, 0)

    def test_ends_when_the_check_fails(self) -> None:
        """The response ends once, and is checked no more."""
        locked_out = TooManyAttempts("too many", 1)
        for error in (Unauthorized(), locked_out, RuntimeError("no store")):
            self.setUp()
            self.clock.advance(CHECK_EVERY_S)
            self.asked[0].errback(error)
            self.assertEqual((self.refused, self.clock.getDelayedCalls()), (1, []))
            self.check.stop()

    def test_ends_when_the_role_is_reduced(self) -> None:
        """What is written was selected for the higher role."""
        self.clock.advance(CHECK_EVERY_S)
        self.asked[0].callback(Identity("ann", Role.VIEWER))
        self.assertEqual((self.refused, self.clock.getDelayedCalls()), (1, []))

    def test_stops_with_the_response(self) -> None:
        """Neither a timer nor the result of a check has an effect after the end."""
        self.clock.advance(CHECK_EVERY_S)
        self.check.stop()
        self.asked[0].errback(Unauthorized())
        self.assertEqual(self.refused, 0)
        self.setUp()
        self.check.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])


@implementer(IPushProducer)
class Endless:
    """A body that begins and has no end."""

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """Write the first event."""
        write(b"data: begun\n\n")
        return Deferred()

    def pauseProducing(self) -> None:
        """Nothing more is written anyway."""

    def resumeProducing(self) -> None:
        """Nothing more is written anyway."""

    def stopProducing(self) -> None:
        """The client has left."""


class EndlessFamily:
    """A path whose response has no end."""

    @route("GET", "/endless")
    async def endless(self, call: RestCall) -> Reply:
        """Begin the response."""
        return Reply(200, headers={"Content-Type": "text/event-stream"}, live=Endless())


class CredentialsTests(SessionCase):
    """Live responses to sessions, tokens and passwords, by HTTP."""

    async def listen(self) -> None:
        """Serve the path, on a clock that the tests advance."""
        masking = Masking(self.catalog.type_of)
        self.clock = Clock()
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            reactor,
            lambda: ["http://localhost:8082"],
            technical=Families(masking, EndlessFamily()),
        )
        self.site.clock = self.clock
        await super().listen()

    async def watch(self, credentials: dict[str, str]) -> Raw:
        """Begin a live response."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in credentials.items())
        connection = await self.connect(
            f"GET /_node/endless HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()
        )
        while b"data: begun" not in connection.received:
            await deferLater(reactor, 0)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        return connection

    async def passes(self, connection: Raw) -> None:
        """Assert that the response is checked and goes on."""
        self.clock.advance(CHECK_EVERY_S)
        while not self.clock.getDelayedCalls():
            await deferLater(reactor, 0)
        self.assertIsNone(connection.lost)

    async def is_cut(self, connection: Raw) -> None:
        """Assert that the next check cuts the response, without an end."""
        self.clock.advance(CHECK_EVERY_S)
        received = await connection.closed
        self.assertFalse(received.endswith(b"0\r\n\r\n"), received)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_session(self) -> None:
        """A sign-out, and the end of the user, cut what the session watches."""
        page = await self.sign_in()
        connection = await self.watch(page)
        await self.passes(connection)
        await self.expect(204, "DELETE", SESSION, credentials=page)
        await self.is_cut(connection)
        await self.user("ann", "ADMIN")
        connection = await self.watch(await self.sign_in("ann"))
        await self.expect(204, "DELETE", f"{USERS}/ann")
        await self.is_cut(connection)

    async def test_session_is_not_used_by_a_live_response(self) -> None:
        """The session expires without use, and cuts the response."""
        connection = await self.watch(await self.sign_in())
        await self.later(minutes=20)
        await self.passes(connection)
        await self.later(minutes=15)
        await self.is_cut(connection)

    async def test_token(self) -> None:
        """A token that is revoked cuts what it watches."""
        path = f"{CURRENT}/tokens"
        token = await self.expect(201, "POST", path, {"name": "ci"})
        connection = await self.watch({"Authorization": f"Bearer {token['token']}"})
        await self.passes(connection)
        await self.expect(204, "DELETE", f"{path}/{token['id']}")
        await self.is_cut(connection)

    async def test_password(self) -> None:
        """Another password, and a lower role, cut what the old ones watch."""
        await self.user("ann", "ADMIN")
        connection = await self.watch(basic("ann", PASSWORD))
        await self.passes(connection)
        await self.expect(200, "PUT", f"{USERS}/ann", {"password": NEW_PASSWORD})
        await self.is_cut(connection)
        connection = await self.watch(basic("ann", NEW_PASSWORD))
        await self.expect(200, "PUT", f"{USERS}/ann", {"role": "VIEWER"})
        await self.is_cut(connection)

    async def test_leaving(self) -> None:
        """A client that leaves is checked no more."""
        connection = await self.watch(basic("admin", PASSWORD))
        connection.abort()
        while self.clock.getDelayedCalls():
            await deferLater(reactor, 0)
