"""The command line of ``twistd relay``."""

from __future__ import annotations

import os

from twisted.python import usage

from relay.daemon.errors import CannotStart
from relay.settings.schema import SettingsError, load


class Options(usage.Options):
    """What the command line accepts."""

    synopsis = "[options]"
    longdesc = (
        "Event relay and API gateway for Server-Sent Events. A setting is taken from "
        "its option, the environment (RELAY__SECTION__NAME) or the file, whichever has "
        "it first; otherwise it has its default."
    )
    optParameters = [
        ["config", "c", None, "TOML file with the settings."],
        ["data-dir", "d", "./var", "Directory of the store and the admin password."],
        [
            "management",
            None,
            None,
            "Endpoint of the management API [default: tcp:8083:interface=127.0.0.1]",
        ],
    ]
    optFlags = [["demo", None, "Run the demo source, and an API that leads to it."]]

    def __init__(self) -> None:
        super().__init__()
        self["gateways"] = []

    def opt_gateway(self, endpoint: str) -> None:
        """Endpoint for clients; may repeat [default: tcp:8082:backlog=4096]"""
        self["gateways"].append(endpoint)

    opt_g = opt_gateway

    def postOptions(self) -> None:
        """
        Read the settings, so that a mistake in them ends the command at once.

        :raises CannotStart: with one line that names the setting.
        """
        given: dict[str, object] = {}
        if self["gateways"]:
            given["gateway"] = self["gateways"]
        if self["management"] is not None:
            given["management"] = self["management"]
        try:
            self["settings"] = load(self["config"], self["data-dir"], os.environ, given)
        except SettingsError as error:
            raise CannotStart(*str(error).splitlines()) from None
