"""Authentication of the technical API: the users of the management API, and a token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from relay.management.access.identity import Identity
from relay.management.http.root import Authentication
from relay.model.role import Role
from relay.settings.listeners import TechnicalSettings
from relay.settings.source import SettingsError
from relay.settings.token_file import token_in

Tokens = Callable[[], list[bytes]]
"""Returns the tokens that are accepted now."""
SCRAPER = "technical.token"
"""The name of a client that has the token, and what it is the token of."""


class Users(Authentication, Protocol):
    """Authenticates users, and locks addresses out."""

    def check_address(self, address: str) -> None:
        """
        Check an address.

        :raises TooManyAttempts: when it is locked out.
        """


class TokenOrUser:
    """
    Authenticates requests of the technical API.

    :param tokens: returns the bearer tokens of clients that only read.
    :param users: authenticates all others.
    """

    def __init__(self, tokens: Tokens, users: Users) -> None:
        self._tokens = tokens
        self._users = users

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """
        Authenticate a request.

        :param authorization: the header of that name.
        :param address: of the client.
        :return: as of :meth:`Authentication.check`.
        """
        scheme, _, value = (authorization or b"").partition(b" ")
        if scheme.lower() == b"bearer":
            sent = value.strip()
            equal = [hmac.compare_digest(sent, one) for one in self._tokens()]
            if any(equal):
                # Otherwise a token could be guessed on while its address is locked out.
                self._users.check_address(address)
                return succeed(Identity(SCRAPER, Role.VIEWER, SCRAPER))
        return self._users.check(authorization, address)


class FileToken:
    """
    A token that a file has, read each time it is needed: the file may be replaced.

    :param path: of the file.
    """

    _log = Logger()

    def __init__(self, path: str) -> None:
        self._path = path
        self._problem: str | None = None

    def read(self) -> bytes:
        """
        Read the token.

        :raises SettingsError: when the file cannot be read, or has no usable token.
        """
        return token_in(self._path).encode("ascii")

    def present(self) -> bytes | None:
        """Return the token; None while the file has none, which is logged once."""
        try:
            token = self.read()
        except SettingsError as error:
            if self._problem != str(error):
                self._problem = str(error)
                self._log.error("its token is not accepted: {problem}", problem=error)
            return None
        self._problem = None
        return token


def tokens_of(settings: TechnicalSettings) -> Tokens:
    """
    Return what returns the tokens of the settings, when they are needed.

    :raises SettingsError: when there is a file that cannot be used.
    """
    fixed = [] if settings.token is None else [settings.token.encode("ascii")]
    if settings.token_file is None:
        return lambda: fixed
    file = FileToken(settings.token_file)
    file.read()

    def tokens() -> list[bytes]:
        read = file.present()
        return fixed if read is None else [*fixed, read]

    return tokens
