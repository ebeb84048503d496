"""The connectors of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from relay import connectors
from relay.connectors.interfaces import IEndpoint, IEntrypoint
from relay.model.api.kinds import EndpointType, EntrypointType
from relay.model.api.message_kinds import ENDPOINTS, ENTRYPOINTS, PUSH_ENTRYPOINTS
from relay.plugins import found_in, usable


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
    """Look for connectors, Relay's own among them, once a start."""
    return sort_out(found_in(connectors))


def sort_out(found: Iterable[object]) -> Connectors:
    """
    Take those that can be used; see :func:`relay.plugins.usable`.

    :param found: plugins.
    """
    found = list(found)
    return Connectors(
        usable(IEndpoint, EndpointType, ENDPOINTS, found, _objection),
        usable(IEntrypoint, EntrypointType, ENTRYPOINTS, found, _objection),
    )


def _objection(kind: EndpointType | EntrypointType) -> str | None:
    if kind.api_type != "MESSAGE":
        return "it is not for MESSAGE APIs"
    if not isinstance(kind, EntrypointType):
        return None
    if kind.id in {one.id for one in PUSH_ENTRYPOINTS}:
        return f"[{kind.id}] is Relay's own"
    return None if kind.listener == "HTTP" else "it is not for HTTP listeners"
