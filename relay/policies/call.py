"""A call as policies see it, and change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from twisted.web.http_headers import Headers

from relay.expression.values import Value
from relay.model.outcome import Outcome
from relay.model.schema.request_target import RequestTarget

ATTRIBUTE_PREFIX = "gravitee.attribute."
"""Attributes can be named with it or without."""
ENDPOINT_ATTRIBUTE = "request.endpoint"
"""Where dynamic routing puts where the call is to go."""

_UNSAFE = {10: " ", 13: " ", 0: None}


@dataclass(slots=True)
class Request:
    """
    The client's request, which goes on as policies leave it.

    :param method: such as ``GET``; a known one is in capitals, whatever letters the
        client wrote it in.
    :param target: what follows the context-path.
    :param content_length: bytes of the body; None for one whose length is not told,
        0 for none.
    :param remote_address: who calls, through trusted proxies.
    :param client: what limits for each address count: the address, or its network.
    """

    method: str
    target: RequestTarget
    headers: Headers
    content_length: int | None = 0
    remote_address: str = ""
    client: str = ""


@dataclass(slots=True)
class Response:
    """The head of the answer; its body passes by."""

    status: int
    phrase: bytes
    headers: Headers


class Control(Protocol):
    """What can be done to a call beyond its heads."""

    def at_end(self, told: Callable[[], None]) -> None:
        """
        Tell when the call is over, however it ends.

        :param told: called once, without arguments.
        """

    def end_within(self, duration_ms: int) -> None:
        """
        Let the call last no longer.

        :param duration_ms: milliseconds from now.
        """

    def pace(self, events_per_s: int, bytes_per_s: int) -> None:
        """
        Hold the answer's body back.

        :param events_per_s: events a second, on average; 0 for any number.
        :param bytes_per_s: bytes a second, on average; 0 for any number.
        """


class NoControl:
    """Of a call that is no exchange: nothing can be done to it."""

    def at_end(self, told: Callable[[], None]) -> None:
        """It never ends."""

    def end_within(self, duration_ms: int) -> None:
        """It takes no time."""

    def pace(self, events_per_s: int, bytes_per_s: int) -> None:
        """It has no body."""


@dataclass(slots=True)
class Call:
    """
    One call.

    :param scope: what the variables of expressions stand for.
    :param attributes: what policies tell each other, and expressions.
    :param ids: ``api``, ``plan``, ``application`` and ``subscription``.
    :param path_parameters: what ``:name`` stood for in the paths of its flows.
    :param response: the answer's head, None before there is one.
    :param answer_headers: headers for whatever answer the client gets in the end.
    :param named_origin: scheme and host of the URL that ``request.endpoint`` may be,
        where the definition itself names them.
    :param most_body_bytes: how large the request's body may be; None for any size.
    """

    request: Request
    scope: dict[str, Value] = field(default_factory=dict, repr=False)
    attributes: dict[str, Value] = field(default_factory=dict, repr=False)
    ids: Mapping[str, str] = field(default_factory=dict)
    path_parameters: dict[str, str] = field(default_factory=dict)
    response: Response | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    most_body_bytes: int | None = None
    control: Control = field(default_factory=NoControl, repr=False)
    named_origin: str | None = None

    def limit_body(self, most_bytes: int) -> None:
        """
        Refuse the request if its body turns out to be larger.

        :param most_bytes: how large it may be.
        """
        self.most_body_bytes = min(most_bytes, self.most_body_bytes or most_bytes)


class Interrupted(Exception):
    """
    Raised by a policy that ends the call with an answer of its own.

    With a key it is a refusal, which response templates may reword; without one it is
    an answer like any other.

    :param message: one sentence for the client of a refusal.
    :param headers: names and values.
    :param body: of an answer.
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
    """Write a text as a header's value: in one line, whatever an expression gave."""
    return text.translate(_UNSAFE).strip().encode("utf-8", "replace")


def attribute_name(name: str) -> str:
    """
    Give the short form of an attribute's name.

    :param name: with the prefix, or without.
    """
    return name.removeprefix(ATTRIBUTE_PREFIX)
