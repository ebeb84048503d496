"""``event-transform``: changes type, id and content of events."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import model_validator
from zope.interface import implementer

from relay.channel.message import Message
from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.expression.values import Lookup, Value
from relay.model.api.kinds import Phase, PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.keywords import MULTILINE
from relay.model.schema.types.scalars import Upper
from relay.model.schema.types.texts import Text
from relay.policies.event import Event, compact
from relay.policies.events.json_fields import (
    REMOVED,
    FieldPath,
    change,
    parse_object,
    read_path,
)
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext


class Field(Options):
    """A field of the data and its new value."""

    path: FieldPath
    """The path of the field."""
    value: Text = ""
    """One expression alone keeps its kind: a number stays one."""


class EventTransform(Options):
    """The changes of an event. The texts see the event as it came to the step."""

    type: Text = ""
    """Empty to leave it."""
    id: Text = ""
    """Empty to leave it. In the phase ``publish`` only: what goes out has the id by
    which clients come back."""
    content: Annotated[Text, MULTILINE] = ""
    """All of the data; empty to leave it."""
    set_fields: tuple[Field, ...] = ()
    """Fields of JSON data to set, made if they are not there."""
    remove_fields: tuple[FieldPath, ...] = ()
    """Fields of JSON data to remove."""
    non_json: Annotated[Literal["WITHHOLD", "PASS"], Upper] = "WITHHOLD"
    """What becomes of an event without JSON fields when some are to be changed."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.content and (self.set_fields or self.remove_fields):
            raise refusal(
                [(("content",), "replaces the data: there are no fields to change")]
            )
        return self


def _problem(configuration: EventTransform, phase: Phase) -> str | None:
    if configuration.id and phase == "subscribe":
        return "id cannot be changed in the phase subscribe: clients come back by it"
    return None


EVENT_TRANSFORM = PolicyType(
    "event-transform",
    "Event transform",
    EventTransform,
    message=("subscribe", "publish"),
    problem=_problem,
    description="Changes the type, id, content and JSON fields of events.",
)
LONGEST_NAME = 256
_NAMED: dict[str, Callable[[Message, str], Message]] = {
    "type": lambda message, name: replace(message, type=name),
    "id": lambda message, name: replace(message, id=name),
}


@implementer(IPolicy)
class EventTransformType:
    """Makes ``event-transform`` steps."""

    kind = EVENT_TRANSFORM

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return EventsTransformed(EventTransform.read(configuration))


class EventsTransformed(Policy):
    """A configured ``event-transform`` step."""

    def __init__(self, options: EventTransform) -> None:
        self._options = options
        self._texts = {
            name: Template.read(text)
            for name in ("type", "id", "content")
            if (text := getattr(options, name))
        }
        self._fields = [
            (read_path(one.path), Template.read(one.value))
            for one in options.set_fields
        ]
        self._removed = [read_path(path) for path in options.remove_fields]

    def for_events(self, scope: Scope) -> EventStep:
        """Evaluate the templates that depend on the client only."""
        return _Transform(
            {name: text.reduced(scope) for name, text in self._texts.items()},
            [(path, text.reduced(scope)) for path, text in self._fields],
            self._removed,
            self._options.non_json == "PASS",
        )


class _Transform:
    """The step for all clients with the same templates."""

    def __init__(
        self,
        texts: dict[str, Template],
        fields: list[tuple[tuple[str, ...], Template]],
        removed: list[tuple[str, ...]],
        passes: bool,
    ) -> None:
        self._texts = texts
        self._fields = fields
        self._removed = removed
        self._passes = passes
        self.key: Hashable = (
            tuple(text.key for text in texts.values()),
            tuple(text.key for _, text in fields),
        )

    def apply(self, event: Event) -> Event | None:
        """Change the event."""
        scope = {"message": event}
        message = event.message
        if self._fields or self._removed:
            document = parse_object(message)
            if document is None:
                return event if self._passes else None
            for path, text in self._fields:
                value = _plain(text.evaluate(scope))
                change(document, path, partial(_become, value), create=True)
            for path in self._removed:
                change(document, path, _nothing)
            message = replace(message, data=compact(document))
        for name, text in self._texts.items():
            value = text.render(scope) or ""
            if name == "content":
                message = replace(message, data=value, binary=False)
            else:
                message = _NAMED[name](message, _one_line(value))
        return event.having(message)


def _become(value: Any, before: Any) -> Any:
    return value


def _nothing(before: Any) -> Any:
    return REMOVED


def _plain(value: Value) -> Value:
    if isinstance(value, Lookup):
        raise EvaluationFailed("an object of the gateway is no JSON")
    return list(value) if isinstance(value, tuple) else value


def _one_line(text: str) -> str:
    if len(text) > LONGEST_NAME or set(text) & set("\r\n\0"):
        raise EvaluationFailed(
            f"a type or an id must be one line of at most {LONGEST_NAME} characters"
        )
    return text


event_transform = EventTransformType()
