"""Authentication of the technical API."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.management.access.identity import Identity
from relay.management.http.errors import Unauthorized
from relay.model.role import Role
from relay.technical.access import SCRAPER, TokenOrUser

TOKEN = "0123456789abcdef"


class Users:
    """One user, who sends ``Basic ok``."""

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """Authenticate the user."""
        if authorization == b"Basic ok":
            return succeed(Identity("admin", Role.ADMIN))
        return fail(Unauthorized())


class TokenOrUserTests(SynchronousTestCase):
    """Tokens and users."""

    def check(self, token: str | None, sent: bytes | None) -> Deferred[Identity]:
        """Authenticate a request with this header."""
        return TokenOrUser(token, Users()).check(sent, "192.0.2.1")

    def test_the_token_lets_a_client_read(self) -> None:
        """The scheme is compared without regard to case."""
        for sent in (b"Bearer " + TOKEN.encode(), b"bearer  " + TOKEN.encode()):
            identity = self.successResultOf(self.check(TOKEN, sent))
            self.assertEqual((identity.name, identity.role), (SCRAPER, Role.VIEWER))

    def test_all_others_are_users(self) -> None:
        """Whether there is a token or not."""
        for token in (None, TOKEN):
            identity = self.successResultOf(self.check(token, b"Basic ok"))
            self.assertEqual(identity.name, "admin")
            for sent in (None, b"", b"Bearer", b"Bearer ", b"Bearer None", b"Bearer 0"):
                self.failureResultOf(self.check(token, sent), Unauthorized)
        self.failureResultOf(self.check(None, b"Bearer " + TOKEN.encode()))
