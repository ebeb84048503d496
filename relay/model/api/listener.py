"""Where and how a client attaches to an API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, PlainValidator, model_validator

from relay.model.api.cors import Cors
from relay.model.schema import unsupported
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.paths import Key, sanitise, sanitise_host
from relay.model.schema.types.request_target import NO_FAULT, PathFault
from relay.model.schema.types.scalars import Configuration, Flag, Name, Upper


class Path(Options):
    """A host and a context-path, in the form in which they are stored."""

    host: Annotated[str | None, AfterValidator(sanitise_host)] = None
    """The host name of the path; empty for every host."""
    path: Annotated[str, AfterValidator(sanitise)] = "/"
    """The context-path."""
    override_access: Flag = False
    """Portals show this URL."""

    @property
    def key(self) -> Key:
        """The form that :mod:`relay.model.schema.types.paths` compares."""
        return self.host, self.path


class ListenerEntrypoint(Options):
    """A way of attaching, such as ``http-proxy``."""

    type: Name
    """The type of the entrypoint."""
    qos: Annotated[Literal["NONE", "AUTO", "AT_MOST_ONCE", "AT_LEAST_ONCE"], Upper] = (
        "AUTO"
    )
    """The delivery of events: without effect on a PROXY API."""
    configuration: Configuration = {}
    """The options of the type of entrypoint."""
    dlq: unsupported.DeadLetterQueue = None


class ListenerValidation(Options):
    """
    Forms of requests that are refused, and exceptions from the default refusals.

    Paths that servers read in different ways are refused unless a member here says that
    the upstream reads them as the gateway does.
    """

    reject_null_byte: Flag = False
    """``%00`` is refused in the query, too."""
    allow_dot_segments: Flag | None = None
    """``.`` and ``..`` are resolved (RFC 3986, 5.2.4) below the context-path."""
    allow_encoded_slashes: Flag | None = None
    """``%2F`` is accepted, as a part of a segment."""
    allow_backslashes: Flag | None = None
    """Backslashes are accepted, percent-encoded or not, as a part of a segment."""
    allow_control_characters: Flag | None = None
    """``%00`` to ``%1F`` and ``%7F`` are accepted."""
    allow_malformed_encoding: Flag | None = None
    """A ``%`` without two hexadecimal digits is accepted."""
    allow_trace: Flag | None = None
    """``TRACE`` is passed on, without any header of the gateway (RFC 9110, 9.3.8)."""

    @property
    def allowed(self) -> PathFault:
        """What of a path is not refused."""
        options = (
            (self.allow_dot_segments, PathFault.DOT_SEGMENT),
            (self.allow_encoded_slashes, PathFault.ENCODED_SLASH),
            (self.allow_backslashes, PathFault.BACKSLASH),
            (self.allow_control_characters, PathFault.CONTROL_CHARACTER),
            (self.allow_malformed_encoding, PathFault.MALFORMED_ENCODING),
        )
        return reduce(or_, (fault for given, fault in options if given), NO_FAULT)


class HttpListener(Options):
    """Clients that call, by HTTP."""

    type: Annotated[Literal["HTTP"], Upper]
    """The type of the listener."""
    paths: tuple[Path, ...] = ()
    """The hosts and context-paths."""
    path_mappings: tuple[str, ...] | None = None
    """Patterns by which analytics group calls; kept only."""
    entrypoints: tuple[ListenerEntrypoint, ...] = ()
    """The entrypoints."""
    servers: tuple[str, ...] = ()
    """Ids of the gateway listeners to attach to; empty for all."""
    request_validation: ListenerValidation = ListenerValidation()
    cors: Cors | None = None


class SubscriptionListener(Options):
    """Consumers that the gateway calls, each as its subscription configures."""

    type: Annotated[Literal["SUBSCRIPTION"], Upper]
    """The type of the listener."""
    entrypoints: tuple[ListenerEntrypoint, ...] = ()
    """The entrypoints."""

    @model_validator(mode="before")
    @classmethod
    def _without_places(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        given = [name for name in _OF_HTTP - {"paths"} if body.get(name)]
        if given:
            why = "is for HTTP listeners: a SUBSCRIPTION listener accepts no calls"
            raise refusal([((name,), why) for name in sorted(given)])
        return {name: one for name, one in body.items() if name not in _OF_HTTP}


_OF_HTTP = frozenset({"cors", "pathMappings", "paths", "requestValidation", "servers"})
"""The members of an HTTP listener. Definitions have ``paths`` here, too: they are
dropped, since nothing is served at them."""


def listener_type(body: Mapping[str, object]) -> str:
    """Return the type of a listener in upper case."""
    kind = body.get("type")
    return kind.upper() if isinstance(kind, str) else ""


def _listener(value: object) -> HttpListener | SubscriptionListener:
    if isinstance(value, HttpListener | SubscriptionListener):
        return value
    kind = listener_type(value) if isinstance(value, Mapping) else ""
    if kind in ("TCP", "KAFKA"):
        # Before the fields are: those of another listener would all be unknown.
        raise refusal([(("type",), f"{kind} listeners are not supported yet")])
    if kind == "SUBSCRIPTION":
        return SubscriptionListener.read(value)
    if kind not in ("", "HTTP"):
        raise refusal([(("type",), "must be one of HTTP, SUBSCRIPTION")])
    return HttpListener.read(value)


Listener = Annotated[
    Any,
    PlainValidator(
        _listener, json_schema_input_type=HttpListener | SubscriptionListener
    ),
]
"""An :class:`HttpListener` or a :class:`SubscriptionListener`."""
