"""The ``http-post`` entrypoint: publishing events to a topic."""

from __future__ import annotations

from typing import Any, Self

from pydantic import model_validator
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.channel.channels import ChannelRefused
from relay.channel.entry import Entry
from relay.channel.idempotency import KeyReused, publication_key
from relay.channel.message import Message
from relay.channel.writer import ArchiveClosed, IdempotencyKey, NotKept
from relay.connectors.interfaces import EntrypointContext, IEntrypoint
from relay.connectors.parameters import refusal_of
from relay.connectors.publication import (
    BadEvent,
    with_headers,
    with_id,
    with_type,
)
from relay.connectors.publication_forms import (
    ContentBodies,
    EventBodies,
    PublicationForm,
)
from relay.gateway.message import MessageCall
from relay.gateway.responses import refusals
from relay.http.accept import ANYTHING, Preference
from relay.http.collector import BodyCollector, BodyTooLarge
from relay.http.headers import upstream_headers
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.api.kinds import EntrypointType, always
from relay.model.api.messages.message_options import Amount, Compatibility
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag

LONGEST_KEY = 256
MOST_EVENTS = 1000
"""How many events one request may bring unless the definition says."""
_PUBLISHED_HEADERS = (b"content-type", b"relay-event-id", b"relay-event-type")
SECRET_HEADERS = (b"authorization", b"cookie", b"x-gravitee-api-key")


class HttpPostOptions(Options):
    """The ``http-post`` entrypoint."""

    request_headers_to_message: Flag = False
    """Whether events get the headers of the request that brought them."""
    max_batch_events: Amount = MOST_EVENTS
    """How many events one request may bring."""
    compatibility: Compatibility = "relay"
    """Whose clients publish: what a body is, and how it is answered."""
    cors: CorsOptions = CorsOptions()

    @model_validator(mode="after")
    def _one_event(self) -> Self:
        if self.compatibility == "gravitee" and self.max_batch_events != MOST_EVENTS:
            reason = "has no effect with compatibility [gravitee]: a body is one event"
            raise refusal([(("maxBatchEvents",), reason)])
        return self

    def form(self) -> PublicationForm:
        """Make the form of bodies and answers."""
        if self.compatibility == "gravitee":
            return ContentBodies()
        return EventBodies(self.max_batch_events)


HTTP_POST_ENTRYPOINT = EntrypointType(
    "http-post",
    "HTTP POST",
    "MESSAGE",
    HttpPostOptions,
    publishes=always,
    subscribes=False,
    description="Accepts events as the bodies of POST requests.",
)


@implementer(IEntrypoint)
class HttpPostEntrypointType:
    """Makes ``http-post`` entrypoints."""

    kind = HTTP_POST_ENTRYPOINT
    order = 20

    def build(
        self, configuration: dict[str, Any], context: EntrypointContext
    ) -> HttpPostEntrypoint:
        """Make the entrypoint of one API."""
        return HttpPostEntrypoint(HttpPostOptions.read(configuration), context)


class HttpPostEntrypoint:
    """The entrypoint of one API."""

    upgrades = False
    methods = (b"POST",)
    log = Logger()

    def __init__(self, options: HttpPostOptions, context: EntrypointContext) -> None:
        self._options = options
        self._form = options.form()
        self.cors = options.cors
        self._channels = context.channels
        self._longest_bytes = context.channels.options.max_event_bytes

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take every POST: its answer is a report, whatever the client accepts."""
        return ANYTHING

    def attach(self, call: MessageCall) -> None:
        """Read the body, then publish all of its events or none."""
        if call.preflight_method is not None:
            call.answer_preflight(b"POST, OPTIONS")
            return
        limit_bytes = self._form.longest_body(self._longest_bytes)
        body = BodyCollector(limit_bytes).collect(call.exchange.stream.body)
        body.addCallback(self._publish, call)
        body.addErrback(self._refuse, call)

    def close(self) -> None:
        """There is nothing to close."""

    def _publish(self, body: bytes, call: MessageCall) -> Deferred[None] | None:
        if call.exchange.over:
            return None
        coding = (call.header(b"content-encoding") or b"").strip().lower()
        if coding not in (b"", b"identity"):
            # Refuse: a small body could decode to a very large one.
            raise BadEvent("Content-Encoding must be identity", 415)
        key = (call.header(b"idempotency-key") or b"").decode("latin-1")
        if len(key) > LONGEST_KEY:
            raise BadEvent(f"Idempotency-Key is longer than {LONGEST_KEY} characters")
        if key:
            named = IdempotencyKey(
                call.topic, publication_key(_caller(call), key, _content(call, body))
            )
            done = self._channels.publications.once(
                *named, lambda: self._submit(body, call, named)
            )
        else:
            done = self._submit(body, call, None)
        return done.addCallback(self._answer, call)

    def _submit(
        self, body: bytes, call: MessageCall, key: IdempotencyKey | None
    ) -> Deferred[list[str]]:
        messages = self._read(body, call)
        if not messages:
            return succeed([])
        done = call.open_channel().submit(messages, key)
        return done.addCallback(_event_ids)

    def _read(self, body: bytes, call: MessageCall) -> list[Message]:
        content_type = (call.header(b"content-type") or b"").decode("latin-1")
        messages = self._form.read(content_type, body, call.topic, self._longest_bytes)
        for name, name_it in (
            ("Relay-Event-Id", with_id),
            ("Relay-Event-Type", with_type),
        ):
            value = (call.header(name.lower().encode()) or b"").decode(
                "utf-8", "replace"
            )
            if value and len(messages) != 1:
                count = "several" if messages else "none"
                raise BadEvent(f"{name} is for one event, not for {count}")
            if value:
                messages[0] = name_it(messages[0], value, name)
        if self._options.request_headers_to_message:
            headers = _plain(call.headers)
            messages = [with_headers(message, headers) for message in messages]
        return messages

    def _answer(self, event_ids: list[str], call: MessageCall) -> None:
        if call.exchange.over:
            return
        body = self._form.answer(event_ids, self._channels.durable)
        headers = call.cors_headers()
        if body:
            headers.setRawHeaders(b"content-type", [b"application/json"])
        headers.setRawHeaders(b"content-length", [b"%d" % len(body)])
        call.exchange.answer(202, b"Accepted", headers, body)

    def _refuse(self, failure: Failure, call: MessageCall) -> None:
        reason = failure.value
        if isinstance(reason, BadEvent):
            call.refuse(Refusal(reason.status, "BAD_EVENT", str(reason)))
        elif isinstance(reason, KeyReused):
            call.refuse(Refusal(422, "IDEMPOTENCY_KEY_REUSED", str(reason)))
        elif isinstance(reason, BodyTooLarge):
            call.refuse(refusals.BODY_TOO_LARGE)
        elif isinstance(reason, ChannelRefused):
            call.refuse(refusal_of(reason))
        elif isinstance(reason, ArchiveClosed):
            call.refuse(refusals.CHANNEL_MOVED)
        elif isinstance(reason, NotKept):
            call.refuse(refusals.NOT_KEPT)
        else:
            self.log.failure("an event could not be published", failure)
            call.refuse(refusals.NOT_KEPT)


def _caller(call: MessageCall) -> tuple[str, ...]:
    """Identify the caller: two callers may use the same Idempotency-Key."""
    admission = call.exchange.admission
    if admission is None:
        return (call.exchange.record.remote_address,)
    user = admission.attributes.get("user", "")
    return (
        admission.plan_id,
        admission.application_id,
        admission.subscription_id,
        str(user),
    )


def _content(call: MessageCall, body: bytes) -> tuple[bytes, ...]:
    """List the parts of a request that are the content of a publication."""
    return (body, *(call.header(name) or b"" for name in _PUBLISHED_HEADERS))


def _event_ids(entries: list[Entry]) -> list[str]:
    return [entry.id for entry in entries]


def _plain(headers: Headers) -> dict[str, str]:
    """
    Return the headers that the event keeps, without those that hold credentials.

    Several lines of one header are one value (RFC 9110, 5.3).
    """
    kept = upstream_headers(headers)
    for name in SECRET_HEADERS:
        kept.removeHeader(name)
    return {
        name.decode("latin-1"): b", ".join(values).decode("latin-1")
        for name, values in kept.getAllRawHeaders()
    }


http_post_entrypoint = HttpPostEntrypointType()
