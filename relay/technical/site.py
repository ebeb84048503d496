"""The protocol factory of the technical API."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import IResource

from relay.management.http.guard import Guard
from relay.management.http.root import Authentication, Root
from relay.management.http.routing import Families
from relay.management.http.site import RestSite
from relay.settings.schema import Settings
from relay.technical.access import TokenOrUser

PREFIX = "_node"
MAX_BODY_BYTES = 65_536


class TechnicalRoot(Root):
    """
    The root of the technical API.

    :param node: serves the paths below ``/_node``.
    """

    def __init__(
        self, guard: Guard, authentication: Authentication, node: IResource
    ) -> None:
        super().__init__(PREFIX, guard, authentication)
        self._node = node

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """Find the router of a path: there is one."""
        return 1, self._node


class TechnicalSite(RestSite):
    """
    A factory of connections to the technical API.

    :param settings: ``technical``, and the head timeout of the gateway.
    :param users: authenticates the users of the management API.
    :param reactor: for the timeouts.
    :param families: the resources.
    """

    def __init__(
        self,
        settings: Settings,
        users: Authentication,
        reactor: IReactorTime,
        families: Families,
    ) -> None:
        technical = settings.technical
        super().__init__(
            TechnicalRoot(
                Guard(technical.hosts, "technical.hosts"),
                TokenOrUser(technical.token, users),
                families.resource(),
            ),
            reactor,
            settings.gateway.head_timeout_ms,
            MAX_BODY_BYTES,
        )
