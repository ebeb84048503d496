"""A call as policies read and change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.internet.defer import Deferred, fail, succeed
from twisted.web.http_headers import Headers

from relay.expression.values import Value
from relay.model.consumers.records import Entitlement
from relay.model.outcome import Outcome
from relay.model.schema.types.request_target import RequestTarget

ATTRIBUTE_PREFIX = "gravitee.attribute."
"""An optional prefix of the names of attributes."""
ENDPOINT_ATTRIBUTE = "request.endpoint"
"""The attribute in which dynamic routing stores the endpoint of the call."""

_UNSAFE = {10: " ", 13: " ", 0: None}


class ContentTooLarge(Exception):
    """A body is larger than a policy may read."""


class Body(Protocol):
    """
    A body, which is forwarded as it arrives unless a policy reads or replaces it.
    """

    content: bytes | None
    """The content that is forwarded; None for what arrives, as it arrives."""

    def read(self, most_bytes: int) -> Deferred[bytes]:
        """
        Wait for all of the content, and hold it.

        :return: fails with :class:`ContentTooLarge` when there is more.
        """

    def replace(self, content: bytes) -> None:
        """Forward other content; what was not read is dropped."""


class KnownBody:
    """A body whose content is there already, and is not read from a connection."""

    def __init__(self, content: bytes = b"") -> None:
        self.content: bytes | None = content

    def read(self, most_bytes: int) -> Deferred[bytes]:
        """Return the content."""
        content = self.content or b""
        return (
            fail(ContentTooLarge()) if len(content) > most_bytes else succeed(content)
        )

    def replace(self, content: bytes) -> None:
        """Forward other content."""
        self.content = content


@dataclass(slots=True)
class Request:
    """
    The client's request, which goes upstream as policies leave it.

    :param method: such as ``GET``; a known method is in capitals, regardless of the
        case that the client used.
    :param target: what follows the context-path.
    :param content_length: bytes of the body; None when the length is not known, 0
        without a body.
    :param remote_address: the client's address, which trusted proxies may forward.
    :param client: the address, or its network, that limits per address count.
    :param body: the body; its ``content`` is empty for a request of no client.
    """

    method: str
    target: RequestTarget
    headers: Headers
    content_length: int | None = 0
    remote_address: str = ""
    client: str = ""
    body: Body = field(default_factory=KnownBody, repr=False)


@dataclass(slots=True)
class Response:
    """
    The response, which goes to the client as policies leave it.

    :param body: None for a response without content.
    :param event_stream: whether the content is an event stream, which no policy may
        hold.
    """

    status: int
    phrase: bytes
    headers: Headers
    body: Body | None = field(default=None, repr=False)
    event_stream: bool = False


class Connection(Protocol):
    """The client's connection, as policies see it."""

    @property
    def secure(self) -> bool:
        """Whether it is over TLS."""

    @property
    def trusted(self) -> bool:
        """Whether the peer is a trusted proxy."""

    def certificate(self, header: bytes | None) -> Any:
        """
        Return the client's :class:`cryptography.x509.Certificate`, None without one.

        :param header: the header in which trusted proxies forward it; None for the
            certificate of the connection, or of the listener's
            ``client_certificate_header``.
        :raises ValueError: when the header does not hold one valid certificate.
        """


class NoConnection:
    """The connection of a call that no client has made."""

    secure = False
    trusted = False

    def certificate(self, header: bytes | None) -> None:
        """Return None."""


class Control(Protocol):
    """The actions of policies on the exchange of a call."""

    def at_end(self, callback: Callable[[], None]) -> None:
        """
        Register a callback for the end of the call, with any outcome.

        :param callback: called once.
        """

    def end_within(self, duration_ms: int) -> None:
        """
        Limit the duration of the call.

        :param duration_ms: milliseconds from now.
        """

    def pace(self, events_per_s: int, bytes_per_s: int) -> None:
        """
        Limit the rate of the response body.

        :param events_per_s: events a second, on average; 0 for any number.
        :param bytes_per_s: bytes a second, on average; 0 for any number.
        """


class NoControl:
    """The control of a call without an exchange: it does nothing."""

    def at_end(self, callback: Callable[[], None]) -> None:
        """Do nothing: the call never ends."""

    def end_within(self, duration_ms: int) -> None:
        """Do nothing: the call takes no time."""

    def pace(self, events_per_s: int, bytes_per_s: int) -> None:
        """Do nothing: the call has no body."""


@dataclass(slots=True)
class Call:
    """
    One call.

    :param scope: the variables of expressions.
    :param attributes: set by policies, for other policies and expressions.
    :param ids: ``api``, ``plan``, ``application`` and ``subscription``.
    :param consumer: the subscription; None for a call without one.
    :param path_parameters: the values of ``:name`` in the paths of its flows.
    :param response: None before the head of the response has come.
    :param answer_headers: headers for the response, of the source or of the gateway.
    :param named_origin: the scheme and host of the URL in ``request.endpoint``, if the
        definition names them literally.
    :param most_body_bytes: the limit of the request body; None for none.
    :param respond: makes the response after the steps of the request, in the place of
        the endpoint; it may raise :class:`EvaluationFailed`. None to call the endpoint.
    """

    request: Request
    scope: dict[str, Value] = field(default_factory=dict, repr=False)
    attributes: dict[str, Value] = field(default_factory=dict, repr=False)
    ids: Mapping[str, str] = field(default_factory=dict)
    consumer: Entitlement | None = field(default=None, repr=False)
    path_parameters: dict[str, str] = field(default_factory=dict)
    response: Response | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    most_body_bytes: int | None = None
    control: Control = field(default_factory=NoControl, repr=False)
    connection: Connection = field(default_factory=NoConnection, repr=False)
    named_origin: str | None = None
    respond: Callable[[Call], Interrupted] | None = None

    def limit_body(self, most_bytes: int) -> None:
        """
        Refuse the request as soon as its body exceeds a limit.
        """
        self.most_body_bytes = min(most_bytes, self.most_body_bytes or most_bytes)


class Interrupted(Exception):
    """
    Raised by a policy that ends the call with a response of its own.

    With a key it is a refusal, to which response templates apply; without a key it is a
    response like any other.

    :param message: one sentence for the client, of a refusal.
    :param body: of a response that is no refusal.
    :param parameters: for response templates: ``#parameters['x']``.
    :param retry_after_s: seconds for ``Retry-After``, when waiting helps.
    :param outcome: how the exchange of a refused call ends.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        key: str = "",
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        parameters: Mapping[str, Value] | None = None,
        retry_after_s: int | None = None,
        outcome: Outcome = Outcome.REFUSED,
    ) -> None:
        super().__init__(key or status)
        self.status = status
        self.message = message
        self.key = key
        self.headers = headers or []
        self.body = body
        self.parameters = parameters or {}
        self.retry_after_s = retry_after_s
        self.outcome = outcome


def header_value(text: str) -> bytes:
    """Make the value of a header: text from expressions is joined to one line."""
    return text.translate(_UNSAFE).strip().encode("utf-8", "replace")


def attribute_name(name: str) -> str:
    """
    Remove the prefix from the name of an attribute.

    :param name: with the prefix, or without.
    """
    return name.removeprefix(ATTRIBUTE_PREFIX)
