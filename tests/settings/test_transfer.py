"""Settings that go to another process come out as they were."""

from __future__ import annotations

import json
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.schema import Settings, load
from relay.settings.transfer import from_json, to_json

TOML = """
[[gateway.listeners]]
id = "tls"
endpoint = "haproxy:tcp:8443:interface=127.0.0.1"
trusted_proxies = ["10.0.0.0/8", "unix"]
tls = {certificate = "a.pem", key = "a.key", hosts = [{names = ["a.example.com"]}]}
[outbound]
allow = ["internal.example.com", "192.168.0.0/16", "fd00::/8"]
[technical]
token = "0123456789abcdef"
"""


class TransferTests(SynchronousTestCase):
    """There and back, through JSON."""

    def moved(self, settings: Settings) -> Settings:
        """Return what arrives."""
        return from_json(Settings, json.loads(json.dumps(to_json(settings))))

    def test_defaults(self) -> None:
        """Nothing is set."""
        settings = load(None, "/srv", {}, {})
        self.assertEqual(self.moved(settings), settings)

    def test_values_of_every_kind(self) -> None:
        """Tables, lists of tables, networks and secrets."""
        path = Path(self.mktemp())
        path.write_text(TOML)
        settings = load(str(path), "/srv", {}, {})
        self.assertEqual(self.moved(settings), settings)
