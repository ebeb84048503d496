"""The state that the connections of one listener of the gateway share."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import ServerFactory
from twisted.web.http import Request

from relay.http.client_stream import Application, ListenerFacts
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings


class ClientSite(ServerFactory):
    """
    One listener of the gateway.

    :param application: what every request goes to.
    :param limits: how much a request head may hold.
    """

    noisy = False

    def __init__(
        self,
        application: Application,
        listener: ListenerSettings,
        settings: GatewaySettings,
        limits: LimitSettings,
        reactor: IReactorTime,
    ) -> None:
        self.application = application
        header = listener.client_certificate_header
        self.listener = ListenerFacts(
            listener.id,
            tuple(listener.trusted_proxies),
            None if header is None else header.encode("ascii"),
        )
        self.settings = settings
        self.limits = limits
        self.reactor = reactor
        self.closing = False
        """Whether connections end with the response that is made next."""
        application.when_closing.append(self.retire)

    def take(self, settings: GatewaySettings, limits: LimitSettings) -> None:
        """
        Take other settings, for the next heads and connections.

        :param limits: how much a request head may hold.
        """
        self.settings, self.limits = settings, limits

    def retire(self) -> None:
        """End each connection with the response that is made next."""
        self.closing = True

    def startFactory(self) -> None:
        """Keep connections open: the port is open, for the first time or again."""
        self.closing = False
        if self.retire not in self.application.when_closing:
            self.application.when_closing.append(self.retire)

    def stopFactory(self) -> None:
        """Retire: the port is closed, or has another site."""
        self.application.when_closing.remove(self.retire)
        self.retire()

    def log(self, request: Request) -> None:
        """Write no line here: each exchange writes its own at its end."""
