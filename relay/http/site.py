"""What the connections of one listener of the gateway share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import ServerFactory
from twisted.web.http import Request

from relay.http.headers import Networks
from relay.http.refusals import Refusal
from relay.settings.schema import GatewaySettings, LimitSettings, ListenerSettings


class Application(Protocol):
    """What the requests of clients go to."""

    when_closing: list[Callable[[], None]]
    """Called when it stops to accept requests."""

    def render(self, request: Any) -> object:
        """Begin an exchange for a request whose head has come."""

    def refuse(self, request: Any, refusal: Refusal) -> None:
        """
        Refuse a request whose head could not be understood.

        :param request: the request, as far as it is known.
        :param refusal: the answer.
        """


class ClientSite(ServerFactory):
    """
    One listener of the gateway.

    :param application: what every request goes to.
    :param listener: the listener's settings.
    :param settings: the gateway's settings.
    :param limits: how much a request head may hold.
    :param reactor: what tells the time.
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
        self.listener_id = listener.id
        self.trusted_proxies: Networks = tuple(listener.trusted_proxies)
        header = listener.client_certificate_header
        self.certificate_header = None if header is None else header.encode("ascii")
        self.settings = settings
        self.limits = limits
        self.reactor = reactor

    def log(self, request: Request) -> None:
        """Write no line here: exchanges write their own, whatever ends them."""
