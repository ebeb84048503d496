"""The kinds of connectors, plans and policies that a catalog holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from relay.model.schema.base import Value

Mode = Literal["REQUEST_RESPONSE", "SUBSCRIBE", "PUBLISH"]
"""What a connector does: passes calls on, gives events out, or takes them in."""
ListenerType = Literal["HTTP", "SUBSCRIPTION"]
"""Whether clients call, or are called."""


BUILT_IN = frozenset({"http-proxy", "webhook"})
"""Ids of the endpoints and entrypoints that are no plugins."""


def never(configuration: Mapping[str, Any]) -> bool:
    """Say that an entrypoint takes no events in, whatever its configuration."""
    return False


def always(configuration: Mapping[str, Any]) -> bool:
    """Say that an entrypoint takes events in, whatever its configuration."""
    return True


@dataclass(frozen=True, slots=True)
class EndpointType:
    """A kind of endpoint."""

    id: str
    """As in ``"type": "http-proxy"``."""
    name: str
    """For people."""
    api_type: str
    """``PROXY`` or ``MESSAGE``."""
    configuration: type[Value]
    """Of one endpoint."""
    shared_configuration: type[Value] | None
    """Of a group; ``None`` if the type has none."""
    published: bool = False
    """Whether the events come from publishers, not from a source."""
    alone: bool = False
    """Whether a group has one endpoint and no more."""
    version: str = ""
    """Of the distribution that brings it; Relay's own unless given."""

    @property
    def modes(self) -> list[Mode]:
        """What endpoints of this kind do."""
        return _modes(self.api_type, self.published, True)


@dataclass(frozen=True, slots=True)
class EntrypointType:
    """A kind of entrypoint."""

    id: str
    name: str
    api_type: str
    configuration: type[Value]
    publishes: Callable[[Mapping[str, Any]], bool] = never
    """Whether an entrypoint takes events in, by its configuration as it came, which
    may be wrong in any way."""
    subscribes: bool = True
    """Whether such entrypoints may give events out."""
    version: str = ""
    """As above."""
    listener: ListenerType = "HTTP"
    """Where such entrypoints belong."""
    subscription: type[Value] | None = None
    """The ``entrypointConfiguration`` of a subscription, where consumers have one."""

    @property
    def modes(self) -> list[Mode]:
        """What entrypoints of this kind do, or can be configured to do."""
        return _modes(self.api_type, self.publishes is not never, self.subscribes)


@dataclass(frozen=True, slots=True)
class PlanType:
    """A kind of plan security."""

    id: str
    """As in ``"type": "KEY_LESS"``."""
    name: str
    configuration: type[Value]


Phase = Literal["request", "response", "subscribe", "publish"]
"""When a policy acts: on a call, on the head of its answer, or on each event that goes
out to a client or comes in from one."""


def fits(configuration: Any, phase: Phase) -> str | None:
    """Say that a configuration can be used in every phase that its policy has."""
    return None


@dataclass(frozen=True, slots=True)
class PolicyType:
    """A kind of policy."""

    id: str
    """As in ``"policy": "transform-headers"``."""
    name: str
    configuration: type[Value]
    proxy: tuple[Phase, ...] = ()
    """The phases of PROXY APIs in which it can be used."""
    message: tuple[Phase, ...] = ()
    """The same of MESSAGE APIs."""
    problem: Callable[[Any, Phase], str | None] = fits
    """What keeps a configuration, as it was read, from being used in a phase."""

    def phases(self, api_type: str) -> tuple[Phase, ...]:
        """Give the phases of one type of API in which it can be used."""
        return self.message if api_type == "MESSAGE" else self.proxy


def _modes(api_type: str, publish: bool, subscribe: bool) -> list[Mode]:
    if api_type != "MESSAGE":
        return ["REQUEST_RESPONSE"]
    modes: list[Mode] = []
    if publish:
        modes.append("PUBLISH")
    if subscribe:
        modes.append("SUBSCRIBE")
    return modes
