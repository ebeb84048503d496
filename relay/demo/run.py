"""``twistd relay --demo``: the demo source, and an API for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.demo.setup import CONTEXT_PATH, DemoError, demo_lines, setup_demo
from relay.demo.site import source_site
from relay.demo.source import DEMO_KEY, DemoSource

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
        """Return the factory of the demo source."""
        site: IProtocolFactory = source_site(self._source)
        return site

    def begin(
        self,
        management_url: str,
        gateway_url: str,
        source_url: str,
        moved: Sequence[str] = (),
    ) -> None:
        """
        Create the API when the reactor runs, and print how to use it.

        :param management_url: of the management API, which accepts by then.
        :param gateway_url: of the gateway.
        :param source_url: of the demo source.
        :param moved: sentences about listeners that are not at their usual ports.
        """
        self._reactor.callWhenRunning(
            lambda: Deferred.fromCoroutine(
                self._set_up(management_url, gateway_url, source_url, moved)
            ).addErrback(self._failed)
        )

    def stopService(self) -> None:
        """End the streams of the demo source."""
        super().stopService()
        self._source.end_all()

    async def _set_up(
        self,
        management_url: str,
        gateway_url: str,
        source_url: str,
        moved: Sequence[str],
    ) -> None:
        password = os.environ.get(PASSWORD_VARIABLE) or self._read_password()
        path, notes = CONTEXT_PATH, list(moved)
        if password is None:
            # An earlier run of this directory has made the API.
            notes.append(
                f"The API was not checked: {self._password_path} cannot be read. Set "
                f"{PASSWORD_VARIABLE} to the password of the user admin."
            )
        else:
            target = f"{source_url}/sse?channel=ssechannel&v=1.1"
            api = await setup_demo(
                management_url, "admin", password, self._reactor, target, path
            )
            path = api.context_path
        subscribe, publish = demo_lines(gateway_url, source_url, path).splitlines()
        shown = [
            "",
            *notes,
            "Relay serves the demo. Subscribe, then publish in a second terminal:",
            "",
            f"  {subscribe}",
            "",
            f"  {publish}",
            "",
            f"Management API: {management_url}/management/v2",
            f"Console: {management_url}/console/ (user admin)",
        ]
        terminal = sys.__stdout__ is not None and sys.__stdout__.isatty()
        if password is not None:
            shown.append(f"Password: {password if terminal else self._password_place}")
        _say("\n".join([*shown, ""]))

    def _failed(self, failure: Failure) -> None:
        if failure.check(DemoError):
            _say(f"relay: {failure.value}")
        else:
            self.log.failure("the demo could not be set up", failure)

    @property
    def _password_path(self) -> str:
        return os.path.join(self._data_dir, "admin-password")

    @property
    def _password_place(self) -> str:
        """Where the password is, for logs and pipes, which are not given it."""
        if os.environ.get(PASSWORD_VARIABLE):
            return f"in the environment variable {PASSWORD_VARIABLE}"
        return f"in {self._password_path}"

    def _read_password(self) -> str | None:
        try:
            with open(self._password_path, encoding="utf-8") as file:
                return file.read().strip()
        except OSError:
            return None


def _say(text: str) -> None:
    """Write to the terminal, past twistd's log."""
    out = sys.__stdout__
    if out is not None:
        out.write(text + "\n")
        out.flush()
