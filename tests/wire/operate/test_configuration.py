"""``/_node/configuration`` of a real daemon."""

from __future__ import annotations

import signal
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon, until
from tests.wire.operate.technical import technical

TOKEN = "0123456789abcdef-configuration"
TOML = f'[technical]\ntoken = "{TOKEN}"\n[gateway]\nvia = false\n'
PATH = "/_node/configuration"


class ConfigurationTests(WireCase):
    """A daemon with settings of every origin."""

    def setUp(self) -> None:
        """Start it."""
        self.daemon = self.start_daemon(
            toml=TOML, environment={"RELAY__GATEWAY__STALL_TIMEOUT_MS": "5000"}
        )

    def ask(self, path: str = PATH) -> dict[str, Any]:
        """Ask with the token, whose role is the lowest."""
        answer = technical(self.daemon, "GET", path, authorization=f"Bearer {TOKEN}")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertNotIn(TOKEN.encode(), answer.body)
        found: dict[str, Any] = answer.json()
        return found

    def test_every_setting_with_its_origin(self) -> None:
        """Values, origins and sources are right, and the token is hidden."""
        found = self.ask()
        file = str(self.daemon.data_dir / "relay.toml")
        self.assertEqual(
            found["gateway.via"],
            {"value": False, "origin": "file", "source": file, "default": True},
        )
        self.assertEqual(
            found["gateway.stall_timeout_ms"],
            {
                "value": 5000,
                "origin": "environment",
                "source": "RELAY__GATEWAY__STALL_TIMEOUT_MS",
                "default": 60_000,
            },
        )
        self.assertEqual(found["management.endpoint"]["source"], "--management")
        self.assertEqual(
            found["gateway.forwarded_headers"],
            {"value": True, "origin": "default", "default": True},
        )
        self.assertEqual(found["technical.token"]["value"], "********")

    def test_only_changed(self) -> None:
        """Settings at their default are left out; another word is refused."""
        found = self.ask(f"{PATH}?only=changed")
        self.assertEqual(
            set(found),
            {
                "data_dir",
                "gateway.listeners[0].id",
                "gateway.listeners[0].endpoint",
                "gateway.stall_timeout_ms",
                "gateway.via",
                "management.endpoint",
                "technical.endpoint",
                "technical.token",
            },
        )
        answer = technical(self.daemon, "GET", f"{PATH}?only=all")
        self.assertEqual(answer.status, 400)

    def test_after_a_reload(self) -> None:
        """What changed shows its new value; what is left, that of the next start."""
        self.change(self.daemon, f"{TOML}tenant = 'x'\nstall_timeout_ms = 1\n")
        found = self.ask()
        self.assertEqual(found["gateway.tenant"]["value"], None)
        self.assertEqual(found["gateway.tenant"]["next"], "x")
        self.assertEqual(found["gateway.stall_timeout_ms"]["value"], 5000)
        self.change(self.daemon, TOML.replace("false", "true"))
        until(lambda: self.ask()["gateway.via"]["value"] is True, "via has changed")

    def change(self, daemon: Daemon, toml: str) -> None:
        """Write the file, and have it read again."""
        (daemon.data_dir / "relay.toml").write_text(toml)
        before = daemon.log().count("SIGHUP")
        assert daemon.process is not None
        daemon.process.send_signal(signal.SIGHUP)
        until(
            lambda: daemon.log().count("SIGHUP") > before,
            "the file was read again",
            failed=daemon.log,
        )
