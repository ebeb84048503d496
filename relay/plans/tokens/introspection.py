"""
Token introspection (RFC 7662).

An answer is cached for ``cacheTtl``, but not longer than the token lives, so that
reconnecting clients cost no call. Concurrent requests for one token share one call.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.model.api.resources.oauth2_resource import Oauth2Resource
from relay.outbound import OutboundAnswer, OutboundError, OutboundRequest
from relay.plans.tokens import claims

MAX_BYTES = 65_536
"""Of one answer."""
MAX_PENDING = 256
"""The limit of concurrent calls; more would only wait for each other."""

Claims = Mapping[str, Any]
Fetch = Callable[[OutboundRequest], Deferred[OutboundAnswer]]


class IntrospectionError(Exception):
    """The server could not be called, or gave no valid answer."""


class _KnownToken(NamedTuple):
    fresh_until_s: float
    """On the monotonic clock."""
    ends_ms: int | None
    """When the token expires, by the time of day; None for never."""
    claims: Claims


class Introspection:
    """
    One authorization server, and a cache of its answers.

    :param resource: the endpoint and its options.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch, which a
        token's ``exp`` is compared with.
    :param seconds: a monotonic clock, which measures ``cacheTtl``.
    """

    _log = Logger()

    def __init__(
        self,
        resource: Oauth2Resource,
        fetch: Fetch,
        wall_ms: Callable[[], int],
        seconds: Callable[[], float],
    ) -> None:
        self._resource = resource
        self._host = OutboundRequest(resource.url).host
        self._fetch = fetch
        self._wall_ms = wall_ms
        self._seconds = seconds
        self._known: OrderedDict[bytes, _KnownToken] = OrderedDict()
        self._pending: dict[bytes, list[Deferred[Claims | None]]] = {}

    def ask(self, token: str) -> Claims | Deferred[Claims | None] | None:
        """
        Look up the claims of a token.

        :return: the claims, None when the token is not active; a Deferred when the
            server is called, which fails with :class:`IntrospectionError`. Cancelling
            it does not cancel the call for others that wait for it.
        """
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None:
            ends_ms = known.ends_ms
            if self._seconds() < known.fresh_until_s and (
                ends_ms is None or self._wall_ms() < ends_ms
            ):
                return known.claims
            del self._known[digest]
        waiting: Deferred[Claims | None] = Deferred()
        if digest in self._pending:
            self._pending[digest].append(waiting)
        elif len(self._pending) >= MAX_PENDING:
            raise IntrospectionError("too many tokens are asked for at once")
        else:
            self._pending[digest] = [waiting]
            self._fetch(self._request(token)).addCallback(self._read).addBoth(
                self._tell, digest
            )
        return waiting

    def _tell(self, result: Claims | Failure | None, digest: bytes) -> None:
        if isinstance(result, Failure):
            if result.check(OutboundError, IntrospectionError):
                self._log.warn(
                    "introspection at {host} failed: {error}",
                    host=self._host,
                    error=result.value,
                )
            else:
                self._log.failure(
                    "introspection at {host} failed", result, host=self._host
                )
            result = Failure(IntrospectionError("the server could not be asked"))
        elif result is not None:
            self._keep(digest, result)
        for waiting in self._pending.pop(digest):
            # One whose client has left was cancelled.
            if not waiting.called:
                waiting.callback(result)

    def _keep(self, digest: bytes, token_claims: Claims) -> None:
        now_ms = self._wall_ms()
        try:
            ends_ms = claims.lifetime(token_claims, now_ms, 0, False)
        except ValueError:
            return
        if not self._resource.cache_ttl or (ends_ms is not None and ends_ms <= now_ms):
            return
        if len(self._known) >= self._resource.cache_entries:
            self._known.popitem(last=False)
        fresh_until_s = self._seconds() + self._resource.cache_ttl / 1000
        self._known[digest] = _KnownToken(fresh_until_s, ends_ms, token_claims)

    def _request(self, token: str) -> OutboundRequest:
        resource, url, body = self._resource, self._resource.url, b""
        headers = [("Accept", "application/json")]
        if resource.use_client_authorization_header:
            pair = f"{resource.client_id}:{resource.client_secret}".encode()
            scheme = resource.client_authorization_header_scheme.strip()
            headers.append(
                (
                    resource.client_authorization_header_name,
                    f"{scheme} {base64.b64encode(pair).decode()}",
                )
            )
        encoded = quote(token, safe="")
        if resource.token_is_supplied_by_query_param:
            joint = "&" if "?" in url else "?"
            url += f"{joint}{quote(resource.token_query_param_name)}={encoded}"
        if resource.token_is_supplied_by_http_header and resource.token_header_name:
            headers.append((resource.token_header_name, token))
        if resource.token_is_supplied_by_form_url_encoded:
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            body = f"{quote(resource.token_form_url_encoded_name)}={encoded}".encode()
        return OutboundRequest(
            url,
            resource.introspection_endpoint_method,
            headers,
            body,
            resource.http.connect_timeout,
            resource.http.read_timeout,
            MAX_BYTES,
        )

    def _read(self, answer: OutboundAnswer) -> Claims | None:
        if answer.status != 200:
            raise IntrospectionError(f"the answer has the status {answer.status}")
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise IntrospectionError("the answer is not JSON") from None
        if not isinstance(said, dict):
            raise IntrospectionError("the answer is no JSON object")
        active = said.get("active", not self._resource.requires_active)
        return said if active is True else None
