"""The connectors of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from twisted.logger import Logger
from twisted.plugin import IPlugin, getPlugins
from zope.interface import Invalid
from zope.interface.verify import verifyObject

from relay import connectors
from relay.connectors.interfaces import IEndpoint, IEntrypoint
from relay.model.kinds import EndpointType, EntrypointType
from relay.model.message_kinds import ENDPOINTS, ENTRYPOINTS

_I = TypeVar("_I", IEndpoint, IEntrypoint)

log = Logger()


@dataclass(frozen=True)
class Connectors:
    """
    All connectors that can be used.

    :param endpoints: by the id of their kind.
    :param entrypoints: by the id of their kind.
    """

    endpoints: dict[str, IEndpoint]
    entrypoints: dict[str, IEntrypoint]

    @property
    def kinds(self) -> tuple[list[EndpointType], list[EntrypointType]]:
        """What a catalog is to know: kinds of endpoints, and kinds of entrypoints."""
        return (
            [one.kind for one in self.endpoints.values()],
            [one.kind for one in self.entrypoints.values()],
        )


def find_connectors() -> Connectors:
    """
    Look for connectors, Relay's own among them.

    Where Twisted cannot keep its list of plugins (``dropin.cache``) it loads every
    module anew: once a start, which is why everything is looked for at once.
    """
    return sort_out(getPlugins(IPlugin, connectors))


def sort_out(plugins: Iterable[object]) -> Connectors:
    """
    Take those that can be used, and tell the others in the log.

    One that is broken does not keep the daemon from serving what does not need it, and
    none takes the place of another: Relay's own are first, then they go by their names.

    :param plugins: what was found.
    """
    found = sorted(plugins, key=_name)
    return Connectors(
        _usable(IEndpoint, EndpointType, ENDPOINTS, found),
        _usable(IEntrypoint, EntrypointType, ENTRYPOINTS, found),
    )


def _usable(
    interface: type[_I], kind: type[Any], own: tuple[Any, ...], found: list[object]
) -> dict[str, _I]:
    usable: dict[str, _I] = {}
    provided = [one for one in found if interface.providedBy(one)]
    provided.sort(key=lambda one: getattr(one, "kind", None) not in own)
    for one in provided:
        problem = _problem(interface, kind, one)
        if problem is None and one.kind.id in usable:
            problem = f"[{one.kind.id}] is {_name(usable[one.kind.id])}"
        if problem is None:
            usable[one.kind.id] = one
        else:
            log.error(
                "the connector {connector} is left out: {problem}",
                connector=_name(one),
                problem=problem,
            )
    return usable


def _problem(interface: type[_I], kind: type[Any], plugin: Any) -> str | None:
    try:
        verifyObject(interface, plugin)
    except Invalid as error:
        return " ".join(str(error).split())
    if not isinstance(plugin.kind, kind):
        return f"its kind is no {kind.__name__}"
    if plugin.kind.api_type != "MESSAGE":
        return "it is not for MESSAGE APIs"
    return None


def _name(plugin: object) -> str:
    return f"{type(plugin).__module__}.{type(plugin).__qualname__}"
