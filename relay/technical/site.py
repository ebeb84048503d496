"""The protocol factory of the technical API."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import IResource

from relay.management.access.identity import Identity
from relay.management.http.guard import Guard
from relay.management.http.root import Authentication, Root
from relay.management.http.routing import Families
from relay.management.http.site import RestSite
from relay.settings.schema import Settings
from relay.technical.access import ANYBODY, TokenOrUser, Tokens

PREFIX = "_node"
MAX_BODY_BYTES = 65_536


class TechnicalRoot(Root):
    """
    The root of the technical API.

    :param node: serves the paths below ``/_node``.
    :param open_probes: whether health and readiness are shown without credentials.
    """

    def __init__(
        self,
        guard: Guard,
        authentication: Authentication,
        node: IResource,
        open_probes: bool,
    ) -> None:
        super().__init__(PREFIX, guard, authentication)
        self._node = node
        self._open = (["health"], ["ready"]) if open_probes else ()

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """Find the router of a path: there is one."""
        return 1, self._node

    def open_to(self, segments: list[str]) -> Identity | None:
        """Return the user of the probes of an orchestrator, which sends no
        credentials."""
        return ANYBODY if segments[1:] in self._open else None


class TechnicalSite(RestSite):
    """
    A factory of connections to the technical API.

    :param settings: ``technical``, and the head timeout of the gateway.
    :param tokens: returns the tokens of clients that only read.
    :param users: authenticates the users of the management API.
    :param reactor: for the timeouts.
    :param families: the resources.
    """

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens,
        users: Authentication,
        reactor: IReactorTime,
        families: Families,
    ) -> None:
        technical = settings.technical
        super().__init__(
            TechnicalRoot(
                Guard(technical.hosts, "technical.hosts"),
                TokenOrUser(tokens, users),
                families.resource(),
                technical.open_probes,
            ),
            reactor,
            settings.gateway.head_timeout_ms,
            MAX_BODY_BYTES,
        )
