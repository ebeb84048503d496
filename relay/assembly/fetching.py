"""Definitions at URLs, which the management API imports."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred

from relay.management.http.errors import BadRequest
from relay.outbound import Outbound, OutboundError, OutboundRefused, OutboundRequest
from relay.reactor.failures import run

TIMEOUT_MS = 10_000
"""For a whole document, from the name's resolution to its last byte."""


class Fetching:
    """
    Gets documents under the outbound guard.

    :param outbound: makes the calls.
    :param most_bytes: returns the bound of a document, its head included.
    """

    def __init__(self, outbound: Outbound, most_bytes: Callable[[], int]) -> None:
        self._outbound = outbound
        self._most_bytes = most_bytes

    def fetch(self, url: str) -> Deferred[bytes]:
        """
        Get a document.

        :param url: ``http`` or ``https``; redirects are not followed.
        :returns: fires with the document, or fails with :class:`BadRequest`.
        """
        return run(self._fetch(url))

    async def _fetch(self, url: str) -> bytes:
        request = OutboundRequest(
            url, timeout_ms=TIMEOUT_MS, max_bytes=self._most_bytes()
        )
        host = request.host
        try:
            answer = await self._outbound.call(request)
        except OutboundRefused as error:
            message = f"The URL may not be called: {error}"
            raise BadRequest(message, "definition.url.refused") from None
        except OutboundError as error:
            message = f"There is no definition at {host}: {error}"
            raise BadRequest(message, "definition.url.unavailable") from None
        if answer.status != 200:
            message = f"There is no definition at {host}: the status is {answer.status}"
            raise BadRequest(message, "definition.url.unavailable")
        return answer.body
