"""Authentication of the technical API: the users of the management API, and a token."""

from __future__ import annotations

import hmac

from twisted.internet.defer import Deferred, succeed

from relay.management.access.identity import Identity
from relay.management.http.root import Authentication
from relay.model.role import Role

SCRAPER = "technical.token"
"""The name of a client that has the token, and what it is the token of."""


class TokenOrUser:
    """
    Authenticates requests of the technical API.

    :param token: a bearer token of clients that only read; None for no such clients.
    :param users: authenticates all others.
    """

    def __init__(self, token: str | None, users: Authentication) -> None:
        self._token = None if token is None else token.encode("ascii")
        self._users = users

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """
        Authenticate a request.

        :param authorization: the header of that name.
        :param address: of the client.
        :return: as of :meth:`Authentication.check`.
        """
        scheme, _, value = (authorization or b"").partition(b" ")
        if (
            self._token is not None
            and scheme.lower() == b"bearer"
            and hmac.compare_digest(value.strip(), self._token)
        ):
            return succeed(Identity(SCRAPER, Role.VIEWER, SCRAPER))
        return self._users.check(authorization, address)
