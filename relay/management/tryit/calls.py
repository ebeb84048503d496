"""What a call to the own gateway is, and who makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from relay.management.http.live_body import LiveBody
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.settled import Soon


@dataclass(frozen=True, slots=True)
class OwnListener:
    """A listener for clients of this process."""

    id: str
    authority: str
    """Host and port, as a client on this machine writes them."""
    secure: bool
    """Whether it speaks TLS."""
    of_proxies: frozenset[str] = frozenset()
    """The headers that it takes from trusted proxies only."""

    @property
    def scheme(self) -> str:
        """The scheme of its URLs."""
        return "https" if self.secure else "http"


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One call."""

    listener_id: str
    authority: str
    """The value of ``Host``."""
    method: str
    target: str = field(repr=False)
    """The request-target: the path with its query."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """All but ``Host`` and the framing."""
    body: bytes | None = field(repr=False)
    max_seconds: int
    """After which the call is ended."""
    max_bytes: int
    """Of the body of the response, after which the call is ended."""
    described: dict[str, str] = field(repr=False)
    """What the first event says of the call, without secrets."""


class CallWatcher(Protocol):
    """What is told of the states of a call."""

    def begun(self) -> None:
        """The call begins."""

    def answered(self, request_id: str) -> None:
        """
        The head of the response has come.

        :param request_id: of the exchange in the gateway.
        """

    def over(self) -> None:
        """A call that began is over; called once."""


class OwnGateway(Protocol):
    """The gateway of this process, as its own client sees it."""

    def listeners(self) -> list[OwnListener]:
        """Return the listeners for clients, in the order of the settings."""

    def api_at(
        self, host: str, target: RequestTarget, listener_id: str
    ) -> Soon[str | None]:
        """
        Find the API that answers a request, by its id.

        :param host: in its normal form, without its port.
        :param listener_id: where the request comes in.
        """

    def call(self, call: OwnCall, watcher: CallWatcher) -> LiveBody:
        """Prepare a call, which begins with the body that reports it."""

    def end(self, request_id: str) -> Soon[bool]:
        """
        End an exchange as an operator does.

        :return: whether it was under way.
        """


class NoGateway:
    """A process without a gateway."""

    def listeners(self) -> list[OwnListener]:
        """Return none."""
        return []

    def api_at(self, host: str, target: RequestTarget, listener_id: str) -> str | None:
        """Find none."""
        return None

    def call(self, call: OwnCall, watcher: CallWatcher) -> LiveBody:
        """Never called: there is no listener to call."""
        raise NotImplementedError

    def end(self, request_id: str) -> bool:
        """End nothing."""
        return False
