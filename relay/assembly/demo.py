"""The demo of a daemon, at the addresses that it was given."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolFactory

from relay.assembly.places import DEMO, MANAGEMENT, TECHNICAL
from relay.daemon.listeners import Listeners
from relay.demo import Demo
from relay.reactor.clock import wall_ms
from relay.settings.demo import DemoSettings

PLACES = {
    "gateway": "listener default",
    "management": MANAGEMENT,
    "technical": TECHNICAL,
    DEMO: DEMO,
}
"""The names of the listeners of the demo, by those of its settings."""


class DaemonDemo:
    """
    Runs the demo source, and creates the API of the demo.

    :param data_dir: holds the file of the administrator's password.
    :param settings: the addresses of the demo.
    """

    def __init__(self, reactor: Any, data_dir: str, settings: DemoSettings) -> None:
        self._settings = settings
        self._demo = Demo(reactor, data_dir, wall_ms)
        self.source = settings.endpoints[DEMO]
        """The endpoint of the demo source."""

    def site(self) -> IProtocolFactory:
        """Return the factory of the demo source."""
        return self._demo.site()

    def begin(self, listeners: Listeners, gateway_url: str) -> None:
        """
        Create the API when the reactor runs, and print how to use it.

        :param listeners: about to accept.
        :param gateway_url: of the gateway, for clients.
        """
        self._demo.begin(
            listeners.named(MANAGEMENT).url,
            gateway_url,
            listeners.named(DEMO).url,
            moved(self._settings, listeners),
        )

    def stopService(self) -> None:
        """End the streams of the demo source."""
        self._demo.stopService()


def moved(settings: DemoSettings, listeners: Listeners) -> list[str]:
    """
    Describe the listeners of the demo whose usual ports another program has.

    :param listeners: open.
    """
    return [
        f"Port {port} is taken: the {name} listens on {listener.address}."
        for name, port in settings.taken.items()
        for listener in listeners.all
        if (listener.place.name, listener.place.endpoint)
        == (PLACES[name], settings.endpoints[name])
    ]
