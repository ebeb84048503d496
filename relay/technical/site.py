"""The protocol factory of the technical API."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import IResource

from relay.management.access.identity import ANYBODY, Identity
from relay.management.http.guard import Guard
from relay.management.http.root import NODE, Authentication, Root
from relay.management.http.routing import Families
from relay.management.http.site import RestSite
from relay.settings.schema import Settings
from relay.technical.access import TokenOrUser, Tokens, Users

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
        super().__init__((NODE,), guard, authentication)
        self._node = node
        self.open_probes = open_probes

    def find(self, segments: list[str]) -> tuple[int, IResource]:
        """Find the router of a path: there is one."""
        return 1, self._node

    def open_to(self, segments: list[str]) -> Identity | None:
        """Return the user of the probes of an orchestrator, which sends no
        credentials."""
        is_open = self.open_probes and segments[1:] in (["health"], ["ready"])
        return ANYBODY if is_open else None


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
        users: Users,
        reactor: IReactorTime,
        families: Families,
    ) -> None:
        self._users = users
        technical = settings.technical
        self._root = TechnicalRoot(
            _guard(settings),
            TokenOrUser(tokens, users),
            families.resource(),
            technical.open_probes,
        )
        super().__init__(
            self._root,
            reactor,
            settings.gateway.head_timeout_ms,
            MAX_BODY_BYTES,
        )

    def take(self, settings: Settings, tokens: Tokens) -> None:
        """
        Take other settings, for the next requests.

        :param tokens: as above.
        """
        self._root.guard = _guard(settings)
        self._root.authentication = TokenOrUser(tokens, self._users)
        self._root.open_probes = settings.technical.open_probes
        self.head_timeout_ms = settings.gateway.head_timeout_ms


def _guard(settings: Settings) -> Guard:
    return Guard(settings.technical.hosts, "technical.hosts")
