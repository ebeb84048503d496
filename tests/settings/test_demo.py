"""The settings of the demo."""

from __future__ import annotations

import socket

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.demo import PORTS, DemoSettings, demo_settings, is_free, is_local
from relay.settings.schema import Settings, load
from relay.settings.source import SettingsError


class ChoiceTests(SynchronousTestCase):
    """The ports."""

    def test_the_usual_ports(self) -> None:
        """They are taken if they are free."""
        chosen = demo_settings(lambda port: True)
        self.assertEqual(chosen.taken, {})
        self.assertEqual(chosen.endpoints["gateway"], "tcp:8082:interface=127.0.0.1")
        self.assertEqual(
            chosen.endpoints["demo source"], "tcp:8090:interface=127.0.0.1"
        )

    def test_ports_of_others(self) -> None:
        """The system chooses another port for each that is taken."""
        chosen = demo_settings(lambda port: port not in (8083, 8090))
        self.assertEqual(chosen.taken, {"management": 8083, "demo source": 8090})
        for name in PORTS:
            port = 0 if name in chosen.taken else PORTS[name]
            self.assertEqual(chosen.endpoints[name], f"tcp:{port}:interface=127.0.0.1")

    def test_a_port_of_this_machine(self) -> None:
        """A port on which another program listens, on any address, is not free."""
        for address in ("127.0.0.1", "0.0.0.0"):
            with socket.create_server((address, 0)) as server:
                self.assertFalse(is_free(server.getsockname()[1]))
        self.assertTrue(is_free(0))


class LocalTests(SynchronousTestCase):
    """Addresses that only this machine can connect to."""

    def test_local(self) -> None:
        """Loopback addresses and Unix sockets."""
        for endpoint in (
            "tcp:8082:interface=127.0.0.1",
            "tcp:interface=127.0.0.2:port=0",
            "tcp:0:127.0.0.1",
            "haproxy:tcp:8082:interface=127.0.0.1:backlog=3",
            "tcp6:8082:interface=\\:\\:1",
            "unix:/run/a.sock",
        ):
            self.assertTrue(is_local(endpoint), endpoint)

    def test_beyond(self) -> None:
        """All addresses, others, and sockets that are passed on."""
        for endpoint in (
            "tcp:8082",
            "tcp:8082:backlog=3",
            "tcp:8082:interface=0.0.0.0",
            "tcp:8082:interface=192.0.2.1",
            "tcp6:8082",
            "tcp6:8082:interface=\\:\\:",
            "systemd:domain=INET:name=relay",
        ):
            self.assertFalse(is_local(endpoint), endpoint)


class LoadTests(SynchronousTestCase):
    """The settings of a daemon with the demo."""

    def load(
        self, environ: dict[str, str] | None = None, **options: object
    ) -> Settings:
        """Load settings."""
        chosen = demo_settings(lambda port: port != 8082)
        return load(None, "/srv", environ or {}, {"demo": chosen, **options})

    def test_defaults(self) -> None:
        """Every listener is on a loopback address, and the log is quiet."""
        settings = self.load()
        (listener,) = settings.gateway.listeners
        self.assertEqual(listener.endpoint, "tcp:0:interface=127.0.0.1")
        self.assertEqual(settings.technical.endpoint, "tcp:18082:interface=127.0.0.1")
        self.assertEqual(settings.log.level, "warn")

    def test_options_come_first(self) -> None:
        """What an option, a variable or the file sets is used."""
        settings = self.load(
            {"RELAY__LOG__LEVEL": "info"}, gateway=["tcp:9000:interface=127.0.0.1"]
        )
        (listener,) = settings.gateway.listeners
        self.assertEqual(listener.endpoint, "tcp:9000:interface=127.0.0.1")
        self.assertEqual(settings.log.level, "info")

    def test_other_machines_cannot_connect(self) -> None:
        """An address beyond this machine is refused, each in a line."""
        with self.assertRaises(SettingsError) as caught:
            self.load(
                {"RELAY__MANAGEMENT__ENDPOINT": "tcp:9001"},
                gateway=["tcp:9000:interface=127.0.0.1", "tcp:9000"],
            )
        advice = (
            "with --demo it must be a loopback address, such as "
            "tcp:8082:interface=127.0.0.1"
        )
        self.assertEqual(
            caught.exception.mistakes,
            (
                f"management.endpoint (RELAY__MANAGEMENT__ENDPOINT): {advice}",
                f"gateway.listeners[1].endpoint (--gateway): {advice}",
            ),
        )

    def test_an_api_that_is_off(self) -> None:
        """No technical API is no address."""
        self.assertEqual(self.load(technical="").technical.endpoint, "")

    def test_without_the_demo(self) -> None:
        """The defaults of the demo are its own."""
        plain = load(None, "/srv", {}, {})
        self.assertEqual(plain.gateway.listeners[0].endpoint, "tcp:8082:backlog=4096")
        self.assertIsInstance(demo_settings(), DemoSettings)
