"""Where a daemon listens, and what accepts the connections there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.internet.interfaces import IProtocolFactory

from relay.daemon.listener import Place
from relay.daemon.listeners import MakeSite
from relay.http.client_stream import Application
from relay.http.http2.site import gateway_site
from relay.settings.schema import Settings

MANAGEMENT = "management"
TECHNICAL = "technical"
DEMO = "demo source"
"""The names of listeners that are not for clients of published APIs."""


def places(settings: Settings, demo_source: str | None) -> list[Place]:
    """
    Return all places where a daemon listens, in the order of its log.

    :param demo_source: the endpoint of the demo source; None without one.
    """
    management, technical = settings.management, settings.technical
    found = [
        Place(MANAGEMENT, management.endpoint, management.tls, option="--management")
    ]
    if technical.endpoint:
        found.append(
            Place(TECHNICAL, technical.endpoint, technical.tls, option="--technical")
        )
    for one in settings.gateway.listeners:
        name = f"listener {one.id}"
        found.append(Place(name, one.endpoint, one.tls, one, option="--gateway"))
    if demo_source is not None:
        found.append(Place(DEMO, demo_source))
    return found


def client_places(settings: Settings) -> list[Place]:
    """Return the places where clients of published APIs connect."""
    return [one for one in places(settings, None) if one.for_clients]


class SiteMaker:
    """
    Makes the sites of places.

    :param application: receives the requests of clients.
    :param fixed: the sites of all other places, by name.
    """

    def __init__(
        self,
        application: Application,
        fixed: Mapping[str, IProtocolFactory],
        reactor: Any,
    ) -> None:
        self._application = application
        self._fixed = fixed
        self._reactor = reactor

    def under(self, settings: Settings) -> MakeSite:
        """
        Return what makes the site of a place.

        :param settings: of the connections of clients.
        """

        def make(place: Place) -> IProtocolFactory:
            if place.client is None:
                return self._fixed[place.name]
            return gateway_site(
                self._application,
                place.client,
                settings.gateway,
                settings.limits,
                self._reactor,
            )

        return make
