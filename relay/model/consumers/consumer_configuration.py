"""The ``consumerConfiguration`` of a subscription to a PUSH plan."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from relay.model.schema.base import Options
from relay.model.schema.types.request_target import NO_FAULT, RequestTarget
from relay.model.schema.types.scalars import Configuration, Literally, Name

_CHANNEL = re.compile(
    r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?"
)
"""RFC 3986, 3.3 and 3.4."""


def _channel(text: str) -> str:
    if text and text[0] not in "/?":
        text = f"/{text}"
    if not _CHANNEL.fullmatch(text) or _target(text).faults != NO_FAULT:
        raise ValueError(
            "must be a path, with or without a query, in ASCII and without dot"
            " segments, backslashes, encoded slashes and control characters"
        )
    return text


def _target(text: str) -> RequestTarget:
    path, mark, query = text.encode("ascii").partition(b"?")
    return RequestTarget.parse(path, query if mark else None)


class ConsumerConfiguration(Options):
    """The ``consumerConfiguration`` of a subscription."""

    entrypoint_id: Name
    channel: Annotated[Literally, AfterValidator(_channel)] = ""
    """What a client would write behind the context-path: ``/topic``, and where the
    source is to see one a query."""
    entrypoint_configuration: Annotated[Configuration, Field(repr=False)] = {}

    @property
    def target(self) -> RequestTarget:
        """The path and query of the channel."""
        return _target(self.channel)
