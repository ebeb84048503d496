"""``twistd relay --demo``: the demo source, and an API for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.demo.setup import DemoError, demo_lines, setup_demo
from relay.demo.site import source_site
from relay.demo.source import DEMO_KEY, DemoSource

DEMO_SOURCE = "tcp:8090:interface=127.0.0.1"
DEMO_SOURCE_URL = "http://127.0.0.1:8090"
DEMO_HEARTBEAT_MS = 5000
PASSWORD_VARIABLE = "RELAY_ADMIN_PASSWORD"


class Demo(Service):
    """
    The demo of one daemon.

    :param data_dir: holds the file of the administrator's password.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    log = Logger()

    def __init__(self, reactor: Any, data_dir: str, wall_ms: Callable[[], int]) -> None:
        self._reactor = reactor
        self._data_dir = data_dir
        self._source = DemoSource(
            reactor, DEMO_HEARTBEAT_MS, [DEMO_KEY], wall_ms=wall_ms
        )

    def site(self) -> IProtocolFactory:
        """Return the factory that listens on :data:`DEMO_SOURCE`."""
        site: IProtocolFactory = source_site(self._source)
        return site

    def begin(self, management_url: str, gateway_url: str) -> None:
        """
        Create the API when the reactor runs, and print how to use it.

        :param management_url: of the management API, which accepts by then.
        :param gateway_url: of the gateway.
        """
        self._reactor.callWhenRunning(
            lambda: Deferred.fromCoroutine(
                self._set_up(management_url, gateway_url)
            ).addErrback(self._failed)
        )

    def stopService(self) -> None:
        """End the streams of the demo source."""
        super().stopService()
        self._source.end_all()

    async def _set_up(self, management_url: str, gateway_url: str) -> None:
        password = os.environ.get(PASSWORD_VARIABLE) or self._read_password()
        api = await setup_demo(
            management_url,
            "admin",
            password,
            self._reactor,
            f"{DEMO_SOURCE_URL}/sse?channel=ssechannel&v=1.1",
        )
        lines = demo_lines(gateway_url, DEMO_SOURCE_URL, api.context_path)
        subscribe, publish = lines.splitlines()
        shown = [
            "",
            f"Relay serves {api.name!r}. Subscribe, then publish in a second terminal:",
            "",
            f"  {subscribe}",
            "",
            f"  {publish}",
            "",
            f"Management API: {management_url}/management/v2 (user admin)",
        ]
        if sys.__stdout__ is not None and sys.__stdout__.isatty():
            shown.append(f"Password: {password}")
        _say("\n".join([*shown, ""]))

    def _failed(self, failure: Failure) -> None:
        if failure.check(DemoError):
            _say(f"relay: {failure.value}")
        else:
            self.log.failure("the demo could not be set up", failure)

    def _read_password(self) -> str:
        path = os.path.join(self._data_dir, "admin-password")
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
        except OSError:
            raise DemoError(
                f"demo: {path} cannot be read: set {PASSWORD_VARIABLE} to the password "
                "of the user admin"
            ) from None


def _say(text: str) -> None:
    """Write to the terminal, past twistd's log."""
    out = sys.__stdout__
    if out is not None:
        out.write(text + "\n")
        out.flush()
