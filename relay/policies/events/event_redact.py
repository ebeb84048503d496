"""``event-redact``: hides parts of events."""

from __future__ import annotations

import base64
from collections.abc import Hashable
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, model_validator
from zope.interface import implementer

from relay.expression.nodes import Scope
from relay.expression.patterns import BadPattern, Pattern
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Upper
from relay.policies.event import Event, compact
from relay.policies.events.json_fields import (
    REMOVED,
    FieldPath,
    change,
    parse_object,
    read_path,
)
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext


def _pattern(value: str) -> str:
    try:
        Pattern(value)
    except BadPattern as error:
        raise ValueError(str(error)) from None
    return value


class EventRedact(Options):
    """The fields that are hidden."""

    fields: tuple[FieldPath, ...] = ()
    """Of JSON data."""
    patterns: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()
    """Regular expressions: what they match in the data is replaced, whatever it is; in
    binary data, what they match in the bytes."""
    mode: Annotated[Literal["MASK", "REMOVE"], Upper] = "MASK"
    """Whether fields keep their place."""
    mask: str = "***"
    """What stands in the place of what is hidden."""
    non_json: Annotated[Literal["WITHHOLD", "PASS"], Upper] = "WITHHOLD"
    """What becomes of an event without JSON fields when there are fields to hide."""

    @model_validator(mode="after")
    def _hides_something(self) -> Self:
        if not self.fields and not self.patterns:
            raise refusal([(("fields",), "or patterns must say what to hide")])
        return self


EVENT_REDACT = PolicyType(
    "event-redact",
    "Event redact",
    EventRedact,
    message=("subscribe", "publish"),
    description="Hides fields and patterns in the data of events.",
)


@implementer(IPolicy)
class EventRedactType:
    """Makes ``event-redact`` steps."""

    kind = EVENT_REDACT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Redacted(EventRedact.read(configuration))


class Redacted(Policy):
    """A configured ``event-redact`` step, the same for all clients."""

    def __init__(self, options: EventRedact) -> None:
        self._fields = [read_path(path) for path in options.fields]
        self._patterns = [Pattern(text) for text in options.patterns]
        self._mask = options.mask
        self._removes = options.mode == "REMOVE"
        self._passes = options.non_json == "PASS"
        self.key: Hashable = None

    def for_events(self, scope: Scope) -> EventStep:
        """Return the step: it is the same for all clients."""
        return self

    def apply(self, event: Event) -> Event | None:
        """Redact the data of the event."""
        message = event.message
        if self._fields:
            document = parse_object(message)
            if document is not None:
                for path in self._fields:
                    change(document, path, self._hidden)
                message = replace(message, data=compact(document))
            elif not self._passes:
                return None
        if self._patterns:
            redact = self._redact_bytes if message.binary else self._redact
            data = redact(message.data, self._mask)
            if data != message.data:
                message = replace(message, data=data)
        return event.having(message)

    def _redact(self, text: str, mask: str) -> str:
        for pattern in self._patterns:
            text = pattern.replace(text, mask, literally=True)
        return text

    def _redact_bytes(self, encoded: str, mask: str) -> str:
        """
        Redact the decoded data.

        Bytes that are not UTF-8 are matched one by one, as characters up to U+00FF.
        """
        data = base64.b64decode(encoded)
        try:
            data = self._redact(data.decode(), mask).encode()
        except UnicodeDecodeError:
            of_bytes = mask.encode().decode("latin-1")
            data = self._redact(data.decode("latin-1"), of_bytes).encode("latin-1")
        return base64.b64encode(data).decode()

    def _hidden(self, before: Any) -> Any:
        return REMOVED if self._removes else self._mask


event_redact = EventRedactType()
