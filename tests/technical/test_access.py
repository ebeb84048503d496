"""Authentication of the technical API."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.management.access.identity import Identity
from relay.management.http.errors import TooManyAttempts, Unauthorized
from relay.model.role import Role
from relay.settings.listeners import TechnicalSettings
from relay.settings.source import SettingsError
from relay.technical.access import SCRAPER, TokenOrUser, tokens_of

TOKEN = "0123456789abcdef"
LOCKED = "192.0.2.9"


class Users:
    """One user, who sends ``Basic ok``."""

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """Authenticate the user."""
        if authorization == b"Basic ok":
            return succeed(Identity("admin", Role.ADMIN))
        return fail(Unauthorized())

    def check_address(self, address: str) -> None:
        """Lock one address out."""
        if address == LOCKED:
            raise TooManyAttempts("try again in 1 s", 1)


class FileTokenTests(SynchronousTestCase):
    """A token in a file."""

    def setUp(self) -> None:
        """Write the file."""
        self.path = Path(self.mktemp())
        self.path.write_text(f"{TOKEN}\n")
        self.settings = TechnicalSettings(token_file=str(self.path))

    def test_the_file_may_be_replaced(self) -> None:
        """Each request is checked against the present content."""
        access = TokenOrUser(tokens_of(self.settings), Users())
        old, new = b"Bearer " + TOKEN.encode(), b"Bearer another-token-of-theirs"
        self.successResultOf(access.check(old, "192.0.2.1"))
        self.path.write_text("another-token-of-theirs")
        self.failureResultOf(access.check(old, "192.0.2.1"), Unauthorized)
        self.successResultOf(access.check(new, "192.0.2.1"))

    def test_a_file_that_is_gone(self) -> None:
        """No token is accepted, and the log says so once."""
        access = TokenOrUser(tokens_of(self.settings), Users())
        self.path.unlink()
        with capturedLogs() as events:
            for sent in (b"Bearer " + TOKEN.encode(), b"Bearer "):
                self.failureResultOf(access.check(sent, "192.0.2.1"), Unauthorized)
        (event,) = events
        self.assertIn("technical.token_file", formatEvent(event))

    def test_a_start_without_a_usable_token(self) -> None:
        """The start fails, and the message does not show the content."""
        for content in ("short", "with a space in it"):
            self.path.write_text(content)
            error = self.assertRaises(SettingsError, tokens_of, self.settings)
            self.assertIn(f"technical.token_file ({self.path}): must be", str(error))
            self.assertNotIn(content, str(error))
        self.path.write_bytes(b"\xff" * 20)
        error = self.assertRaises(SettingsError, tokens_of, self.settings)
        self.assertIn("is not ASCII", str(error))
        self.path.unlink()
        error = self.assertRaises(SettingsError, tokens_of, self.settings)
        self.assertIn("No such file", str(error))

    def test_beside_the_token_of_the_settings(self) -> None:
        """Either token is accepted, so that one can replace the other."""
        settings = TechnicalSettings(token=TOKEN[::-1], token_file=str(self.path))
        access = TokenOrUser(tokens_of(settings), Users())
        for token in (TOKEN, TOKEN[::-1]):
            sent = b"Bearer " + token.encode()
            self.successResultOf(access.check(sent, "192.0.2.1"))


class TokenOrUserTests(SynchronousTestCase):
    """Tokens and users."""

    def check(self, token: str | None, sent: bytes | None) -> Deferred[Identity]:
        """Authenticate a request with this header."""
        return TokenOrUser(tokens_of(TechnicalSettings(token=token)), Users()).check(
            sent, "192.0.2.1"
        )

    def test_the_token_lets_a_client_read(self) -> None:
        """The scheme is compared without regard to case."""
        for sent in (b"Bearer " + TOKEN.encode(), b"bearer  " + TOKEN.encode()):
            identity = self.successResultOf(self.check(TOKEN, sent))
            self.assertEqual((identity.name, identity.role), (SCRAPER, Role.VIEWER))

    def test_an_address_that_is_locked_out(self) -> None:
        """The token is refused there."""
        access = TokenOrUser(tokens_of(TechnicalSettings(token=TOKEN)), Users())
        sent = b"Bearer " + TOKEN.encode()
        self.assertRaises(TooManyAttempts, access.check, sent, LOCKED)

    def test_all_others_are_users(self) -> None:
        """Whether there is a token or not."""
        for token in (None, TOKEN):
            identity = self.successResultOf(self.check(token, b"Basic ok"))
            self.assertEqual(identity.name, "admin")
            for sent in (None, b"", b"Bearer", b"Bearer ", b"Bearer None", b"Bearer 0"):
                self.failureResultOf(self.check(token, sent), Unauthorized)
        self.failureResultOf(self.check(None, b"Bearer " + TOKEN.encode()))
