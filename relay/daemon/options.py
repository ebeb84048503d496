"""The command line of ``twistd relay``."""

from __future__ import annotations

import os

import twisted
from twisted.python import usage

from relay import __version__
from relay.daemon.check import check_files
from relay.daemon.errors import CannotStart
from relay.settings.demo import demo_settings
from relay.settings.origins import Sources
from relay.settings.source import SettingsError


class Options(usage.Options):
    """The options of ``twistd relay``."""

    synopsis = "[options]"
    longdesc = (
        "Event relay and API gateway for Server-Sent Events. Each setting is taken "
        "from the first of these that has it: the option, the environment "
        "(RELAY__SECTION__NAME), the file, the default."
    )
    optParameters = [
        ["config", "c", None, "TOML file with the settings."],
        [
            "data-dir",
            "d",
            "./var",
            "Data directory: store, logs, first password.",
        ],
        [
            "management",
            None,
            None,
            "Address of the management API [default: tcp:8083:interface=127.0.0.1]",
        ],
        [
            "technical",
            None,
            None,
            "Address of the technical API, or an empty text for none [default: "
            "tcp:18082:interface=127.0.0.1]",
        ],
        [
            "workers",
            "w",
            None,
            "How many processes serve clients: a number, or auto for one for each "
            "processor [default: 1, no other process]",
        ],
    ]
    optFlags = [
        ["demo", None, "Also run a demo source, and create an API for it."],
        [
            "check",
            None,
            "Check the settings and the files that they name, print OK or the "
            "mistakes, and exit.",
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["gateways"] = []

    def opt_gateway(self, endpoint: str) -> None:
        """Address for clients; may repeat [default: tcp:8082:backlog=4096]"""
        self["gateways"].append(endpoint)

    opt_g = opt_gateway

    def opt_version(self) -> None:
        """Display the version of Relay, and exit."""
        print(f"Relay {__version__} (Twisted {twisted.__version__})")
        raise SystemExit(0)

    def postOptions(self) -> None:
        """
        Read the settings, so that a mistake in them ends the command at once.

        :raises CannotStart: with one line that names the setting.
        """
        given: dict[str, object] = {}
        # Chosen once: a reload must not find its own ports taken.
        given["demo"] = self["demo"] = demo_settings() if self["demo"] else None
        if self["gateways"]:
            given["gateway"] = self["gateways"]
        if self["management"] is not None:
            given["management"] = self["management"]
        if self["technical"] is not None:
            given["technical"] = self["technical"]
        if self["workers"] is not None:
            given["workers"] = self["workers"]
        # twistd may change its directory afterwards.
        config = self["config"] and os.path.abspath(self["config"])
        data_dir = os.path.abspath(self["data-dir"])
        sources = self["sources"] = Sources(config, data_dir, os.environ, given)
        try:
            self["settings"] = sources.read()
            if self["check"]:
                check_files(self["settings"])
        except SettingsError as error:
            raise CannotStart(*error.mistakes) from None
        if self["check"]:
            print("OK")
            raise SystemExit(0)
        sources.confirm()
