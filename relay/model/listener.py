"""Where and how a client attaches to an API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from relay.model import unbuilt
from relay.model.base import Options
from relay.model.cors import Cors
from relay.model.paths import Key, sanitise, sanitise_host
from relay.model.refusal import refusal
from relay.model.scalars import Configuration, Flag, Name, Upper


class Path(Options):
    """A host and a context-path, in the form in which they are stored."""

    host: Annotated[str | None, AfterValidator(sanitise_host)] = None
    """Lower-case; ``None`` for every host."""
    path: Annotated[str, AfterValidator(sanitise)] = "/"
    """Begins and ends with ``/``."""
    override_access: Flag = False
    """Whether portals show this URL."""

    @property
    def key(self) -> Key:
        """What :mod:`relay.model.paths` compares."""
        return self.host, self.path


class Entrypoint(Options):
    """A way of attaching, such as ``http-proxy``."""

    type: Name
    qos: Annotated[Literal["NONE", "AUTO", "AT_MOST_ONCE", "AT_LEAST_ONCE"], Upper] = (
        "AUTO"
    )
    """Means nothing to a PROXY API."""
    configuration: Configuration = {}
    dlq: unbuilt.DeadLetterQueue = None


class RequestValidation(Options):
    """What a request must not hold."""

    reject_null_byte: Flag = False


class HttpListener(Options):
    """Attaching by HTTP."""

    type: Annotated[Literal["HTTP"], Upper]
    paths: tuple[Path, ...] = ()
    path_mappings: tuple[str, ...] | None = None
    """Patterns by which analytics group calls; kept only."""
    entrypoints: tuple[Entrypoint, ...] = ()
    servers: tuple[str, ...] = ()
    """Ids of the gateway listeners to attach to; empty for all."""
    request_validation: RequestValidation = RequestValidation()
    cors: Cors | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_http(cls, body: object) -> object:
        # Before the fields are: those of another listener would all be unknown.
        if isinstance(body, Mapping) and (kind := other_listener(body)):
            raise refusal([(("type",), f"{kind} listeners are not supported yet")])
        return body


def other_listener(body: Mapping[str, object]) -> str | None:
    """Name the type of a listener that Gravitee knows and we do not."""
    kind = body.get("type")
    if isinstance(kind, str) and kind.upper() in ("SUBSCRIPTION", "TCP", "KAFKA"):
        return kind.upper()
    return None
