"""Calls of the management API."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from treq.client import HTTPClient
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    TimeoutError as Expired,
)
from twisted.internet.error import (
    ConnectError,
    ConnectionClosed,
    ConnectionRefusedError,
    DNSLookupError,
    TimeoutError as ConnectTimeout,
    UserError,
)
from twisted.internet.interfaces import IReactorTime
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.python.failure import Failure
from twisted.web.client import (
    Agent,
    BrowserLikePolicyForHTTPS,
    HTTPConnectionPool,
    ResponseFailed,
)
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent

from relay.cli.errors import ApiError, Failed
from relay.cli.paths import (
    AUTOMATION as AUTOMATION,
    ENVIRONMENT as ENVIRONMENT,
    MANAGEMENT as MANAGEMENT,
    NODE as NODE,
)
from relay.cli.profiles import Profile

MOST_CONNECTIONS = 8
"""Limit of the idle connections that are kept for the next calls."""
_TIMEOUT_S = 60
_PAGE_SIZE = 1000
_JSON = "application/json"
_PEM_BEGIN = b"-----BEGIN CERTIFICATE-----"


class Client:
    """
    Calls one server with the credentials of a profile.

    :param http: trusts the authorities of the profile.
    :param reactor: has the clock of the timeout.
    """

    def __init__(
        self, profile: Profile, http: HTTPClient, reactor: IReactorTime
    ) -> None:
        self.profile = profile
        self.http = http
        self.reactor = reactor

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        base: str = ENVIRONMENT,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """
        Make a call, and read its response.

        :param path: below *base*, percent-encoded, without a query.
        :param query: a value is a text, a number, True or False, or a list of these;
            a parameter that is None is left out.
        :param body: sent as JSON; bytes are sent as they are, and need the header
            ``Content-Type``. None sends no body.
        :param headers: further headers.
        :returns: the decoded JSON, or None without a body.
        :raises ApiError: for a status that is no success.
        :raises Failed: if the server cannot be reached, or the response is not JSON.
        """
        sent = {"Accept": _JSON, **(headers or {})}
        content = body if isinstance(body, bytes) else None
        if body is not None and content is None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", _JSON)

        async def exchange() -> tuple[int, bytes]:
            response = await self.http.request(
                method,
                f"{self.profile.url}{base}{path}",
                params=_parameters(query or {}),
                headers=self.headers(sent),
                data=content,
                allow_redirects=False,
            )
            return response.code, await response.content()

        try:
            status, received = await Deferred.fromCoroutine(exchange()).addTimeout(
                _TIMEOUT_S, self.reactor
            )
        except CancelledError:
            raise
        except Exception as error:
            raise unreachable(self.profile, error) from error
        answer = _decoded(received)
        if not 200 <= status < 300:
            raise refusal(self.profile, status, answer)
        if received and answer is _NOT_JSON:
            raise Failed(
                f"{self.profile.url} is not the management API of Relay: the response "
                f"to {method} {base}{path} is not JSON"
            )
        return None if answer is _NOT_JSON else answer

    async def items(
        self,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        base: str = ENVIRONMENT,
    ) -> AsyncIterator[dict[str, Any]]:
        """Return the items of all pages of a list."""
        page = 1
        while True:
            asked = {**(query or {}), "page": page, "perPage": _PAGE_SIZE}
            answer = await self.call("GET", path, query=asked, base=base)
            for item in answer["data"]:
                yield item
            if page >= answer["pagination"]["pageCount"]:
                return
            page += 1

    def headers(self, others: Mapping[str, str]) -> Headers:
        """Return the headers of a call, the credentials included."""
        headers = Headers({name: [value] for name, value in others.items()})
        profile = self.profile
        if profile.token:
            headers.setRawHeaders("Authorization", [f"Bearer {profile.token}"])
        elif profile.password:
            pair = f"{profile.user}:{profile.password}".encode()
            basic = b64encode(pair).decode()
            headers.setRawHeaders("Authorization", [f"Basic {basic}"])
        return headers


class _NotJson:
    """The type of the mark of a body that is not JSON."""


_NOT_JSON = _NotJson()


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return _NOT_JSON


def _parameters(query: Mapping[str, Any]) -> dict[str, list[str]]:
    written: dict[str, list[str]] = {}
    for name, value in query.items():
        values = value if isinstance(value, list | tuple) else [value]
        texts = [
            str(one).lower() if isinstance(one, bool) else str(one)
            for one in values
            if one is not None
        ]
        if texts:
            written[name] = texts
    return written


def open_client(
    profile: Profile, reactor: IReactorTime, agent: IAgent | None = None
) -> tuple[Client, HTTPConnectionPool]:
    """
    Return a client, and the pool of its connections, which the caller closes.

    :param agent: used instead of connections of the reactor.
    :raises Failed: if the file of authorities cannot be used.
    """
    pool = HTTPConnectionPool(reactor)
    pool.maxPersistentPerHost = MOST_CONNECTIONS
    if agent is None:
        agent = Agent(
            reactor, BrowserLikePolicyForHTTPS(trust_root(profile)), pool=pool
        )
    return Client(profile, HTTPClient(agent), reactor), pool


def trust_root(profile: Profile) -> Any:
    """
    Return what verifies the certificate of the server; None trusts the system's.

    :raises Failed: if the file has no certificates.
    """
    if not profile.ca:
        return None
    try:
        content = Path(profile.ca).read_bytes()
        blocks = content.split(_PEM_BEGIN)[1:]
        if not blocks:
            raise Failed(f"{profile.ca} has no certificate in PEM")
        return trustRootFromCertificates(
            [Certificate.loadPEM(_PEM_BEGIN + block) for block in blocks]
        )
    except OSError as error:
        raise Failed(f"cannot read {profile.ca}: {error.strerror}") from error
    except (crypto.Error, ValueError) as error:
        raise Failed(f"{profile.ca} has a certificate that is not valid PEM") from error


def unreachable(profile: Profile, error: Exception) -> Failed:
    """Return the error for a call that got no response."""
    return Failed(f"cannot reach {profile.url}: {reason_of(error)}")


def reason_of(error: BaseException) -> str:
    """Return why a call got no response."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, DNSLookupError):
        return "the host name has no address"
    if isinstance(error, Expired | ConnectTimeout):
        return "timeout"
    if isinstance(error, UserError):
        return "invalid address"
    if isinstance(error, SSL.Error):
        return _tlsreason_of(error)
    if isinstance(error, ResponseFailed):
        reasons = [
            one.value
            for one in error.reasons
            if isinstance(one, Failure) and one.value is not None
        ]
        telling = [one for one in reasons if not isinstance(one, ConnectionClosed)]
        return reason_of((telling or reasons or [error])[0])
    if isinstance(error, ConnectionClosed):
        return "the connection was closed before the response was complete"
    if isinstance(error, ConnectError):
        return str(error.osError or error)
    return str(error) or type(error).__name__


def _tlsreason_of(error: SSL.Error) -> str:
    texts = [one[-1] for one in error.args[0]] if error.args and error.args[0] else []
    told = "; ".join(text for text in texts if text) or "the handshake failed"
    if "certificate verify failed" in told:
        told += "; a file of authorities is given with relay login --ca or RELAY_CA"
    elif "wrong version number" in told or "record layer failure" in told:
        told += "; the server may not use TLS: try http://"
    return f"TLS: {told}"


def refusal(profile: Profile, status: int, answer: Any) -> ApiError:
    """Return the error for a response that is no success."""
    shape = answer if isinstance(answer, dict) else {}
    message = str(shape.get("message") or f"{profile.url} answered with {status}")
    code = str(shape.get("technicalCode") or "")
    if status == 401:
        who = f"the user {profile.user}" if profile.password else "the token"
        message = f"{profile.url} does not accept {who}: {message}"
    details = shape.get("details")
    known = details if isinstance(details, list) else []
    return ApiError(
        status, message, code, [one for one in known if isinstance(one, dict)]
    )
