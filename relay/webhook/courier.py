"""Sends the events of one subscription, one POST each."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import urlsplit

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay import __version__
from relay.model.consumers.webhook_subscription import WebhookSubscription, read_secret
from relay.outbound import (
    Outbound,
    OutboundAnswer,
    OutboundError,
    OutboundRefused,
    OutboundRequest,
)
from relay.upstream.events.retry_after import read_retry_after
from relay.webhook.attempt_result import AttemptResult
from relay.webhook.client_credentials import ClientCredentials
from relay.webhook.event import OutgoingEvent
from relay.webhook.options import WebhookHttp
from relay.webhook.signature import sign


class Courier:
    """
    Sends the events of one subscription.

    :param clock: measures the lifetime of tokens.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param http: the timeouts.
    :raises MaterialError: when its certificates cannot be used.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        outbound: Outbound,
        subscription: WebhookSubscription,
        http: WebhookHttp,
    ) -> None:
        if "ssl" in subscription.model_fields_set:
            outbound = outbound.with_ssl(subscription.ssl)
        if http.idle_timeout:
            outbound = outbound.keeping(http.connect_timeout, http.idle_timeout)
        self._outbound = outbound
        self._wall_ms = wall_ms
        self._http = http
        self._url = subscription.callback_url
        self.host = urlsplit(self._url).hostname or ""
        """The receiver's host, for logs: the rest of the URL may hold secrets."""
        self._own = [(one.name, one.value) for one in subscription.headers]
        signature = subscription.signature
        secrets = (signature.secret, signature.previous_secret)
        self._keys = [read_secret(one) for one in secrets if one is not None]
        auth = subscription.auth
        self._authorization: str | None = None
        self._client_credentials: ClientCredentials | None = None
        if auth.basic is not None:
            pair = f"{auth.basic.username}:{auth.basic.password}".encode()
            self._authorization = f"Basic {base64.b64encode(pair).decode('ascii')}"
        elif auth.token is not None:
            self._authorization = f"Bearer {auth.token.value}"
        elif auth.grant is not None:
            self._client_credentials = ClientCredentials(
                clock, wall_ms, auth.grant, outbound.call
            )

    def close(self) -> None:
        """Close the idle connections."""
        self._outbound.close()

    def send(
        self, event: OutgoingEvent, attempt: int, gap: str | None
    ) -> Deferred[AttemptResult]:
        """
        Send an event once.

        :param attempt: the number of the attempt, from 1 on.
        :param gap: why events may be missing before it; None when none are.
        :return: fires with the result, and does not fail. Cancelling it drops the
            connection.
        """
        headers = [*self._own, *self._event_headers(event, attempt, gap)]
        if self._client_credentials is None:
            sent = self._call(event, headers, self._authorization)
        else:
            sent = self._client_credentials.token().addCallback(
                lambda token: self._call(event, headers, f"Bearer {token}")
            )
        return sent.addCallback(self._answered).addErrback(self._failed)

    def _event_headers(
        self, event: OutgoingEvent, attempt: int, gap: str | None
    ) -> list[tuple[str, str]]:
        at_s = self._wall_ms() // 1000
        headers = [
            ("Content-Type", event.content_type),
            ("User-Agent", f"Relay/{__version__}"),
            ("webhook-id", event.id),
            ("webhook-timestamp", str(at_s)),
            ("webhook-signature", sign(self._keys, event.id, at_s, event.body)),
            ("Relay-Event-Type", _one_line(event.type)),
            ("Relay-Attempt", str(attempt)),
        ]
        if event.topic:
            headers.append(("Relay-Topic", _one_line(event.topic)))
        if gap is not None:
            headers.append(("Relay-Gap", gap))
        return headers

    def _call(
        self,
        event: OutgoingEvent,
        headers: list[tuple[str, str]],
        authorization: str | None,
    ) -> Deferred[OutboundAnswer]:
        if authorization is not None:
            headers = [*headers, ("Authorization", authorization)]
        http = self._http
        return self._outbound.call(
            OutboundRequest(
                self._url,
                "POST",
                headers,
                event.body,
                http.connect_timeout,
                http.connect_timeout + http.read_timeout,
            )
        )

    def _answered(self, answer: OutboundAnswer) -> AttemptResult:
        value = answer.headers.getRawHeaders(b"retry-after", [None])[0]
        text = None if value is None else value.decode("latin-1")
        wait_s = read_retry_after(text, self._wall_ms() / 1000)
        stale = answer.status == 401 and self._client_credentials is not None
        if stale and self._client_credentials is not None:
            stale = self._client_credentials.forget()
        return AttemptResult(answer.status, retry_after_s=wait_s, stale=stale)

    def _failed(self, failure: Failure) -> AttemptResult:
        error = failure.value
        if isinstance(error, OutboundError):
            blocked = isinstance(error, OutboundRefused)
            return AttemptResult(None, str(error), blocked=blocked)
        if isinstance(error, CancelledError):
            return AttemptResult(None, "given up: delivery has been stopped")
        self.log.failure("a delivery failed", failure)
        return AttemptResult(None, "an internal error; see the log of the gateway")


def _one_line(text: str) -> str:
    """Make a text fit for a header: printable, and one line."""
    text = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(text.split())
