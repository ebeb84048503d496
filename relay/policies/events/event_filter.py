"""``event-filter``: withholds events that do not match a condition."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, Literal

from zope.interface import implementer

from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Upper
from relay.model.schema.types.texts import ConditionText
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext


class EventFilter(Options):
    """Selects events by their types and a condition."""

    types: tuple[str, ...] = ()
    """The types of events; empty for all."""
    condition: ConditionText = ""
    """An expression that must hold; empty for none."""
    action: Annotated[Literal["KEEP", "DROP"], Upper] = "KEEP"
    """Whether these events are delivered, or all others."""


EVENT_FILTER = PolicyType(
    "event-filter",
    "Event filter",
    EventFilter,
    message=("subscribe", "publish"),
    description="Keeps or drops events by their types and a condition.",
)


@implementer(IPolicy)
class EventFilterType:
    """Makes ``event-filter`` steps."""

    kind = EVENT_FILTER

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return EventsFiltered(EventFilter.read(configuration))


class EventsFiltered(Policy):
    """A configured ``event-filter`` step."""

    def __init__(self, options: EventFilter) -> None:
        self._types = frozenset(options.types)
        self._condition = Condition.read(options.condition or "true")
        self._keeps = options.action == "KEEP"

    def for_events(self, scope: Scope) -> EventStep:
        """Bind the condition to the client's variables."""
        return _Filter(self._types, self._condition.reduced(scope), self._keeps)


class _Filter:
    """The step for all clients with the same condition."""

    def __init__(
        self, types: frozenset[str], condition: Condition, keeps: bool
    ) -> None:
        self._types = types
        self._condition = condition
        self._keeps = keeps
        self.key: Hashable = condition.key

    def apply(self, event: Event) -> Event | None:
        """Return the event if the condition holds."""
        meant = not self._types or event.message.type in self._types
        meant = meant and self._condition.holds({"message": event})
        return event if meant is self._keeps else None


event_filter = EventFilterType()
