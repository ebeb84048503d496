"""Access tokens for receivers, by the client credentials grant (RFC 6749, 4.4)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from urllib.parse import urlencode

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from relay.model.consumers.jwt_profile import JwtProfile
from relay.model.consumers.webhook_subscription import Oauth2Auth
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest

EARLY_S = 10.0
"""How long before it expires a token is replaced, in seconds."""
UNTOLD_S = 300.0
"""How long a token without ``expires_in`` is used, in seconds."""
SHORTEST_S = 1.0
"""How long a token is used at least, in seconds: otherwise a short ``expires_in`` would
have one fetched for each event."""
LONGEST_S = 86_400.0
"""How long a token is used at most, in seconds, whatever its ``expires_in`` is."""
MOST_BYTES = 65_536
_TOKEN = re.compile(r"[\x21-\x7e]+")

Send = Callable[[OutboundRequest], Deferred[OutboundAnswer]]


class ClientCredentials:
    """
    Fetches the token of one subscription, and keeps it until it expires.

    :param clock: measures the lifetime of tokens.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param auth: the token endpoint and the client.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        auth: Oauth2Auth | JwtProfile,
        send: Send,
    ) -> None:
        self._clock = clock
        self._wall_ms = wall_ms
        self._auth = auth
        self._send = send
        self._token: str | None = None
        self._ends_s = 0.0

    def token(self) -> Deferred[str]:
        """
        Return the token, fetched first if there is none or it is about to expire.

        :return: fails with :class:`OutboundError` when it cannot be fetched.
        """
        if self._token is not None and self._clock.seconds() < self._ends_s:
            return succeed(self._token)
        form = self._auth.form(self._wall_ms() // 1000)
        request = OutboundRequest(
            self._auth.endpoint,
            "POST",
            [
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Accept", "application/json"),
            ],
            urlencode(form).encode("ascii"),
            max_bytes=MOST_BYTES,
        )
        return self._send(request).addCallback(self._read)

    def forget(self) -> bool:
        """
        Drop the token, so that another one is fetched next time.

        :return: whether there was one.
        """
        token, self._token = self._token, None
        return token is not None

    def _read(self, answer: OutboundAnswer) -> str:
        if answer.status != 200:
            raise OutboundError(f"the token endpoint answered {answer.status}")
        try:
            body = json.loads(answer.body)
            token = body["access_token"]
            if not isinstance(token, str) or not _TOKEN.fullmatch(token):
                raise ValueError
            lasts_s = float(body.get("expires_in", UNTOLD_S))
            if not math.isfinite(lasts_s):
                raise ValueError
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise OutboundError("the token endpoint gave no token") from None
        self._token = token
        kept_s = min(max(lasts_s - EARLY_S, SHORTEST_S), LONGEST_S)
        self._ends_s = self._clock.seconds() + kept_s
        return token
