"""The kinds of connectors, plans and policies that a catalog holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from relay.model.schema.base import Value

Mode = Literal["REQUEST_RESPONSE", "SUBSCRIBE", "PUBLISH"]
"""What a connector does: forwards calls, delivers events, or accepts published ones."""
ListenerType = Literal["HTTP", "SUBSCRIPTION"]
"""Whether clients call the gateway, or the gateway calls consumers."""


BUILT_IN = frozenset({"http-proxy", "webhook"})
"""The ids of the endpoints and entrypoints that are not plugins."""


def never(configuration: Mapping[str, Any]) -> bool:
    """The ``publishes`` of an entrypoint that never accepts events."""
    return False


def always(configuration: Mapping[str, Any]) -> bool:
    """The ``publishes`` of an entrypoint that always accepts events."""
    return True


@dataclass(frozen=True, slots=True)
class EndpointType:
    """A kind of endpoint."""

    id: str
    """As in ``"type": "http-proxy"``."""
    name: str
    """The name in the console and the management API."""
    api_type: str
    """``PROXY`` or ``MESSAGE``."""
    configuration: type[Value]
    """The options of one endpoint."""
    shared_configuration: type[Value] | None
    """The options of a group; ``None`` if the type has none."""
    published: bool = False
    """Whether events come from publishers, not from a source."""
    takes_publications: bool = False
    """Whether publications are accepted although events come from a source."""
    alone: bool = False
    """Whether a group has exactly one endpoint."""
    version: str = ""
    """The version of the distribution; Relay's own if empty."""
    description: str = ""
    """One sentence for lists; if empty, the docstring of the configuration."""

    @property
    def modes(self) -> list[Mode]:
        """The modes of endpoints of this kind."""
        return _modes(self.api_type, self.published or self.takes_publications, True)


@dataclass(frozen=True, slots=True)
class EntrypointType:
    """A kind of entrypoint."""

    id: str
    name: str
    api_type: str
    configuration: type[Value]
    publishes: Callable[[Mapping[str, Any]], bool] = never
    """Whether an entrypoint accepts events, by its configuration, which is not checked
    yet."""
    subscribes: bool = True
    """Whether such entrypoints can deliver events."""
    version: str = ""
    """As of :class:`EndpointType`."""
    listener: ListenerType = "HTTP"
    """The type of the listeners that such entrypoints belong to."""
    subscription: type[Value] | None = None
    """The ``entrypointConfiguration`` of subscriptions; ``None`` if they have none."""
    description: str = ""
    """As of :class:`EndpointType`."""

    @property
    def modes(self) -> list[Mode]:
        """The modes that entrypoints of this kind have or can be configured to have."""
        return _modes(self.api_type, self.publishes is not never, self.subscribes)


@dataclass(frozen=True, slots=True)
class PlanType:
    """A kind of plan security."""

    id: str
    """As in ``"type": "KEY_LESS"``."""
    name: str
    configuration: type[Value]
    version: str = ""
    """As of :class:`EndpointType`."""
    description: str = ""
    """As of :class:`EndpointType`."""


Phase = Literal["request", "response", "subscribe", "publish"]
"""When a policy acts: on a request, on the head of a response, on each event that is
delivered, or on each event that is published."""


def fits(configuration: Any, phase: Phase) -> str | None:
    """The ``problem`` of a policy that is usable in all of its phases."""
    return None


@dataclass(frozen=True, slots=True)
class Need:
    """A resource of the API that a configuration names."""

    where: tuple[str | int, ...]
    """The location within the configuration."""
    types: frozenset[str]
    """The types that the resource may have."""
    name: str

    @property
    def missing(self) -> str:
        """The problem of an API without the resource."""
        named = " or ".join(sorted(self.types))
        return f"the API has no {named} resource [{self.name}] that is enabled"


def needs_nothing(configuration: Any) -> Iterable[Need]:
    """The ``needs`` of a policy that uses no resources."""
    return ()


def reads_nothing(configuration: Any) -> bool:
    """The ``reads_body`` of a policy that never reads it."""
    return False


@dataclass(frozen=True, slots=True)
class PolicyType:
    """A kind of policy."""

    id: str
    """As in ``"policy": "transform-headers"``."""
    name: str
    configuration: type[Value]
    proxy: tuple[Phase, ...] = ()
    """The phases of PROXY APIs in which the policy can be used."""
    message: tuple[Phase, ...] = ()
    """The phases of MESSAGE APIs in which the policy can be used."""
    problem: Callable[[Any, Phase], str | None] = fits
    """Returns why a configuration cannot be used in a phase; None when it can."""
    needs: Callable[[Any], Iterable[Need]] = needs_nothing
    """Returns the resources that a configuration names."""
    reads_body: Callable[[Any], bool] = reads_nothing
    """Whether a configuration reads the body of the request, which PROXY APIs can
    hold."""
    version: str = ""
    """As of :class:`EndpointType`."""
    description: str = ""
    """As of :class:`EndpointType`."""

    def phases(self, api_type: str) -> tuple[Phase, ...]:
        """Return the phases of a type of API in which the policy can be used."""
        return self.message if api_type == "MESSAGE" else self.proxy


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource of an API."""

    id: str
    """As in ``"type": "oauth2"``."""
    name: str
    configuration: type[Value]
    synonym: str = ""
    """Another id that definitions use; empty for none."""
    description: str = ""
    """As of :class:`EndpointType`."""

    @property
    def ids(self) -> frozenset[str]:
        """The id, and the other one."""
        return frozenset(filter(None, (self.id, self.synonym)))


def _modes(api_type: str, publish: bool, subscribe: bool) -> list[Mode]:
    if api_type != "MESSAGE":
        return ["REQUEST_RESPONSE"]
    modes: list[Mode] = []
    if publish:
        modes.append("PUBLISH")
    if subscribe:
        modes.append("SUBSCRIBE")
    return modes
