"""``twistd relay-source``: the demo source as a daemon of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn, Protocol, cast

import twisted
from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import MultiService
from twisted.application.strports import service as listening_service
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorCore, IReactorTime
from twisted.python import usage

from relay import __version__
from relay.captures.format import CaptureError
from relay.captures.playback import MAX_SPEED, beginning
from relay.demo.keyring import Keyring
from relay.demo.replay import ReplaySource, replay_site
from relay.demo.site import source_site
from relay.demo.source import DEMO_KEY, DemoSource
from relay.reactor.clock import use_monotonic_clock, wall_ms

_HEARTBEAT_MS = 5_000
_MAX_HEARTBEAT_MS = 24 * 60 * 60 * 1000


class Options(usage.Options):
    """The command line of ``twistd relay-source``."""

    synopsis = "[options]"
    longdesc = (
        "An event-stream server with the URLs of Ably, for trying Relay without a "
        "network. It keeps messages in memory for two minutes. With --replay it "
        "serves a capture of relay record at every path, to each client from the "
        "beginning or from its Last-Event-ID."
    )
    optParameters = [
        [
            "listen",
            "l",
            "tcp:8090:interface=127.0.0.1",
            "Twisted endpoint string of the listener.",
        ],
        [
            "heartbeat-ms",
            None,
            None,
            "Milliseconds between two heartbeats on a stream; 0 sends none. "
            f"[default: {_HEARTBEAT_MS}]",
        ],
        ["replay", None, None, "A capture that is served as it was recorded."],
        [
            "speed",
            None,
            None,
            "How many times as fast the capture is served as it was recorded; 0 for as "
            "fast as clients read. [default: 1]",
        ],
    ]
    optFlags = [["loop", None, "The capture begins again at its end."]]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self["keys"] = []

    def opt_key(self, key: str) -> None:
        """Credentials of a client, NAME:SECRET; may repeat [default: demo:relay]"""
        self["keys"].append(key)

    opt_k = opt_key

    def opt_version(self) -> None:
        """Display the version of Relay, and exit."""
        print(f"Relay {__version__} (Twisted {twisted.__version__})")
        raise SystemExit(0)

    def postOptions(self) -> None:
        """
        Check every option before anything is opened.

        :raises usage.UsageError: naming the option at fault.
        """
        self._check_replay()
        self["keys"] = self["keys"] or [DEMO_KEY]
        try:
            Keyring(self["keys"])
        except ValueError as error:
            raise usage.UsageError(f"--key: {error}") from None
        if self["heartbeat-ms"] is None:
            self["heartbeat-ms"] = str(_HEARTBEAT_MS)
        self["heartbeat-ms"] = _heartbeat_ms(self["heartbeat-ms"])
        try:
            # Parsing opens nothing and asks nothing of the reactor.
            serverFromString(  # type: ignore[no-untyped-call]
                cast(IReactorCore, None), self["listen"]
            )
        except Exception as error:
            # A parser found as a plugin may raise anything at all.
            why = f"is not a Twisted endpoint string such as tcp:8090 ({error})"
            raise usage.UsageError(f"--listen: {self['listen']} {why}") from None

    def _check_replay(self) -> None:
        """Refuse options that would have no effect."""
        if self["replay"] is None:
            for name in ("speed", "loop"):
                if self[name]:
                    raise usage.UsageError(f"--{name}: is for --replay")
        elif self["keys"]:
            raise usage.UsageError("--key: a capture is served without credentials")
        elif self["heartbeat-ms"] is not None:
            why = "a capture is served with the heartbeats that it has"
            raise usage.UsageError(f"--heartbeat-ms: {why}")
        else:
            self["replay"] = _capture_path(self["replay"])
        self["speed"] = _speed(self["speed"] or "1")


class CannotListen(SystemExit, Exception):
    """
    Ends the daemon with one line and status 1.

    It is an ``Exception`` too, for twistd to pass it on to the process that waits for
    the daemon to detach.
    """


class Source(Protocol):
    """What is served."""

    def end_all(self) -> None:
        """Finish every stream properly."""


class SourceService(MultiService):
    """
    Listens for as long as it runs, and ends the open streams properly.

    :param source: the event source that is served.
    :param listener: serves the source's site; made by Twisted's ``strports``.
    :param description: the endpoint, for the message when it cannot be listened on.
    """

    def __init__(
        self,
        source: Source,
        listener: StreamServerEndpointService,
        description: str,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.source = source
        self._description = description
        listener.setServiceParent(self)  # type: ignore[no-untyped-call]

    def privilegedStartService(self) -> None:
        """
        Listen.

        :raises CannotListen: with one line.
        """
        self._or_exit(super().privilegedStartService)

    def startService(self) -> None:
        """
        Listen, where nothing called :meth:`privilegedStartService` before.

        :raises CannotListen: with one line.
        """
        self._or_exit(super().startService)

    def stopService(self) -> Deferred[Any]:
        """Stop listening and end every stream."""
        self.source.end_all()
        return super().stopService()  # type: ignore[no-any-return,no-untyped-call]

    def _or_exit(self, start: Callable[[], None]) -> None:
        try:
            start()
        except CannotListenError as error:
            self._exit(error.socketError.strerror or str(error.socketError))
        except OSError as error:
            self._exit(error.strerror or str(error))
        except OverflowError as error:
            self._exit(str(error))

    def _exit(self, reason: str) -> NoReturn:
        where = self._description
        raise CannotListen(f"relay-source: cannot listen on {where}: {reason}")


def makeService(options: Options) -> SourceService:
    """Build the service; no port is opened before it starts."""
    # The daemon chooses the reactor after this module is imported.
    from twisted.internet import reactor  # noqa: TID251  # an entry point, like tap

    use_monotonic_clock(reactor)
    if options["replay"] is not None:
        return _replay_service(cast(IReactorTime, reactor), options)
    source = DemoSource(
        cast(IReactorTime, reactor),
        options["heartbeat-ms"],
        options["keys"],
        wall_ms=wall_ms,
    )
    description = options["listen"]
    listener = listening_service(description, source_site(source))
    return SourceService(source, listener, description)


def _replay_service(clock: IReactorTime, options: Options) -> SourceService:
    source = ReplaySource(
        clock, options["replay"], options["speed"], bool(options["loop"])
    )
    description = options["listen"]
    listener = listening_service(description, replay_site(source))
    return SourceService(source, listener, description)


def _capture_path(path: str) -> str:
    # The daemon may change its directory before a client comes.
    path = os.path.abspath(path)
    try:
        with open(path, "rb") as file:
            beginning(file)
    except OSError as error:
        raise usage.UsageError(f"--replay: {path}: {error.strerror}") from None
    except CaptureError as error:
        raise usage.UsageError(f"--replay: {path}: {error}") from None
    return path


def _speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not isfinite(value) or not 0 <= value <= MAX_SPEED:
        raise usage.UsageError(f"--speed: must be a number from 0 to {MAX_SPEED:.0f}")
    return value


def _heartbeat_ms(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        value = int(text)
        if value <= _MAX_HEARTBEAT_MS:
            return value
    why = f"must be a whole number from 0 to {_MAX_HEARTBEAT_MS}"
    raise usage.UsageError(f"--heartbeat-ms: {why}")
