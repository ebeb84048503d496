"""``event-limit``: limits how many events of a channel pass in a window of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Annotated, Any, Literal

from pydantic import Field, Strict
from zope.interface import implementer

from relay.expression.nodes import Scope
from relay.model.api.kinds import PolicyType
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Integral, Upper
from relay.policies.call import Interrupted
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext

MOST_WINDOWS = 10_000
"""How many channels have a window at once."""
MOST_PLACES = 10_000
"""How many events of one window are remembered: an event that has passed is read again
for a client that reconnects, and passes again."""


class EventLimit(Options):
    """How many, in which time. Time is that at which events come."""

    limit: Annotated[int, Strict(), Field(ge=1, le=10**9), Integral]
    """The number of events in the period."""
    period_time: Annotated[int, Strict(), Field(ge=1, le=86_400), Integral] = 1
    """The length of the period."""
    period_time_unit: Annotated[Literal["SECONDS", "MINUTES"], Upper] = "SECONDS"
    """The unit of the period."""
    on_excess: Annotated[Literal["DROP", "REFUSE"], Upper] = "DROP"
    """What becomes of an event that is one too many: it is withheld, or (in the phase
    ``publish``) its publisher is told so with a 429."""


def _problem(configuration: EventLimit, phase: str) -> str | None:
    if configuration.on_excess == "REFUSE" and phase != "publish":
        return "onExcess REFUSE is for the phase publish"
    return None


EVENT_LIMIT = PolicyType(
    "event-limit",
    "Event limit",
    EventLimit,
    message=("subscribe", "publish"),
    problem=_problem,
    description="Withholds or refuses events beyond a number in a period.",
)


@implementer(IPolicy)
class EventLimitType:
    """Makes ``event-limit`` steps."""

    kind = EVENT_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return EventsLimited(EventLimit.read(configuration))


class _Window:
    """The events that have passed in one window of time."""

    __slots__ = ("_count", "_places")

    def __init__(self) -> None:
        self._count = 0
        self._places: dict[int, None] = {}

    def admits(self, place: int | None, limit: int) -> bool:
        """Count an event, unless it has passed before."""
        if place in self._places:
            return True
        if self._count >= limit:
            return False
        self._count += 1
        if place is not None:
            self._places[place] = None
            if len(self._places) > MOST_PLACES:
                del self._places[next(iter(self._places))]
        return True


class EventsLimited(Policy):
    """
    A configured ``event-limit`` step. It counts for all clients together: all receive
    the same events.
    """

    def __init__(self, options: EventLimit) -> None:
        unit_ms = 60_000 if options.period_time_unit == "MINUTES" else 1000
        self._period_ms = options.period_time * unit_ms
        self._limit = options.limit
        self._refuses = options.on_excess == "REFUSE"
        self._windows: OrderedDict[tuple[str, int], _Window] = OrderedDict()
        self.key: Hashable = None

    def for_events(self, scope: Scope) -> EventStep:
        """Return the step: it is the same for all clients."""
        return self

    def apply(self, event: Event) -> Event | None:
        """Return the event, unless its window is full."""
        name = (event.line, event.at_ms // self._period_ms)
        window = self._windows.pop(name, None) or _Window()
        self._windows[name] = window
        if len(self._windows) > MOST_WINDOWS:
            self._windows.popitem(last=False)
        if window.admits(event.place, self._limit):
            return event
        if self._refuses:
            left_ms = self._period_ms - event.at_ms % self._period_ms
            raise Interrupted(
                429,
                "The channel has as many events as it may for now",
                "EVENT_LIMIT_TOO_MANY_EVENTS",
                retry_after_s=-(-left_ms // 1000),
                outcome=Outcome.LIMIT_REACHED,
            )
        return None


event_limit = EventLimitType()
