"""Where each setting is from."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.origins import HIDDEN, Sources, is_secret
from relay.settings.schema import Settings
from relay.settings.types import item_section, section_of

FILE = """
[gateway]
via = false
request_timeout_ms = 1

[[gateway.listeners]]
id = "one"
trusted_proxies = ["10.0.0.0/8"]

[gateway.listeners.tls]
certificate = "/c.pem"
key = "/k.pem"

[technical]
token = "0123456789abcdef0123"
"""
SPELLED_LIKE_A_SECRET = re.compile(r"token|password|secret|headers\b|credential")
SHOWN = {
    "technical.token_file": "the path of a file",
    "cluster.password_file": "the path of a file",
    "admin.credential_cache_ms": "a duration",
    "gateway.forwarded_headers": "a switch",
    "limits.max_headers": "a number",
}
"""Settings that are named like secrets, and why their values are none."""


class SourcesTests(SynchronousTestCase):
    """A file, an environment and a command line."""

    def setUp(self) -> None:
        """Write the file."""
        self.path = os.path.abspath(self.mktemp())
        Path(self.path).write_text(FILE)
        self.sources = Sources(
            self.path,
            "/srv",
            {"RELAY__GATEWAY__VIA": "true", "RELAY__MANAGEMENT__HOSTS": "a.example"},
            {"management": "tcp:9000:interface=127.0.0.1"},
        )

    def describe(self, settings: Settings | None = None) -> dict[str, Any]:
        """Describe the settings."""
        return self.sources.describe(settings or self.read(self.sources))

    def read(self, sources: Sources) -> Settings:
        """Read settings, and put them in force."""
        settings = sources.read()
        sources.confirm()
        return settings

    def test_where_they_are_from(self) -> None:
        """An option, a variable, the file or the default, with the value in force."""
        found = self.describe()
        for name, expected in {
            "data_dir": ("/srv", "option", "--data-dir"),
            "management.endpoint": (
                "tcp:9000:interface=127.0.0.1",
                "option",
                "--management",
            ),
            "gateway.via": (True, "environment", "RELAY__GATEWAY__VIA"),
            "management.hosts": (
                ["a.example"],
                "environment",
                "RELAY__MANAGEMENT__HOSTS",
            ),
            "gateway.request_timeout_ms": (1, "file", self.path),
            "gateway.stall_timeout_ms": (60_000, "default", None),
            "gateway.tenant": (None, "default", None),
            "store.url": ("sqlite:////srv/relay.db", "default", None),
        }.items():
            one = found[name]
            self.assertEqual(
                (one["value"], one["origin"], one.get("source")), expected, name
            )
            self.assertNotIn("next", one)

    def test_defaults(self) -> None:
        """Each setting has the value beside it that no source would leave it."""
        found = self.describe()
        defaults: dict[str, object] = {
            "gateway.via": True,
            "gateway.request_timeout_ms": 30_000,
            "gateway.stall_timeout_ms": 60_000,
            "gateway.tenant": None,
            "gateway.listeners[0].endpoint": "tcp:8082:backlog=4096",
            "gateway.listeners[0].trusted_proxies": [],
            "technical.token": None,
            "store.url": "sqlite:///{data_dir}/relay.db",
        }
        for name, expected in defaults.items():
            self.assertEqual(found[name]["default"], expected, name)
        self.assertNotIn("default", found["data_dir"])

    def test_members_of_a_listener(self) -> None:
        """Each member of a table in a list has an origin of its own."""
        found = self.describe()
        place = "gateway.listeners[0]"
        for name, value, origin in (
            ("id", "one", "file"),
            ("endpoint", "tcp:8082:backlog=4096", "default"),
            ("trusted_proxies", ["10.0.0.0/8"], "file"),
            ("tls.key", "/k.pem", "file"),
            ("tls.http2", False, "default"),
        ):
            one = found[f"{place}.{name}"]
            self.assertEqual((one["value"], one["origin"]), (value, origin), name)
        options = Sources(None, "/srv", {}, {"gateway": ["tcp:1", "tcp:2"]})
        found = options.describe(self.read(options))
        self.assertEqual(
            found["gateway.listeners[1].endpoint"],
            {
                "value": "tcp:2",
                "origin": "option",
                "source": "--gateway",
                "default": "tcp:8082:backlog=4096",
            },
        )

    def test_what_was_only_read(self) -> None:
        """Settings that are not in force, such as those of a trial, are not shown."""
        settings = self.read(self.sources)
        before = self.sources.describe(settings)
        Path(self.path).write_text("[gateway]\nrequest_timeout_ms = 2\n")
        self.assertEqual(self.sources.read().gateway.request_timeout_ms, 2)
        self.assertEqual(self.sources.describe(settings), before)

    def test_every_setting_is_there(self) -> None:
        """All defaults are described, too, and can be sent as JSON."""
        plain = Sources(None, "/srv", {}, {})
        found = plain.describe(self.read(plain))
        self.assertGreater(len(found), 60)
        self.assertEqual(
            [name for name, one in found.items() if one["origin"] != "default"],
            ["data_dir"],
        )
        self.assertEqual(json.loads(json.dumps(found)), found)

    def test_secrets_are_hidden(self) -> None:
        """The value of a secret is hidden, whether it is set or is to come."""
        found = self.describe()
        self.assertEqual(found["technical.token"]["value"], HIDDEN)
        self.assertEqual(found["technical.token"]["origin"], "file")
        self.assertNotIn("0123456789abcdef", repr(found))

    def test_credentials_in_urls_are_hidden(self) -> None:
        """The user of a URL is hidden, and its query."""
        settings = self.read(self.sources)
        gateway = replace(
            settings.gateway, public_url="https://user:hunter2@a.example/b?key=hunter2"
        )
        found = self.describe(replace(settings, gateway=gateway))
        self.assertEqual(
            found["gateway.public_url"]["value"],
            f"https://{HIDDEN}@a.example/b?{HIDDEN}",
        )

    def test_every_secret_is_marked(self) -> None:
        """A setting that is named like a secret is marked as one, or listed here."""
        plain = Sources(None, "/srv", {}, {})
        named = {
            name: hint
            for name, hint in _leaves(Settings)
            if SPELLED_LIKE_A_SECRET.search(name) and name not in SHOWN
        }
        self.assertIn("technical.token", named)
        self.assertEqual([n for n, hint in named.items() if not is_secret(hint)], [])
        self.assertEqual(set(SHOWN) - set(plain.describe(self.read(plain))), set())

    def test_a_value_for_the_next_start(self) -> None:
        """A setting that a reload has left has the value in force, and the new one."""
        before = self.read(self.sources)
        Path(self.path).write_text("[store]\nthreads = 9\n")
        self.read(self.sources)
        found = self.describe(before)
        self.assertEqual(
            found["store.threads"],
            {
                "value": 4,
                "origin": "file",
                "source": self.path,
                "default": 4,
                "next": 9,
            },
        )
        self.assertEqual(found["technical.token"]["next"], None)
        self.assertEqual(found["technical.token"]["value"], HIDDEN)


def _leaves(section: type[Any], prefix: str = "") -> list[tuple[str, object]]:
    hints = get_type_hints(section, include_extras=True)
    found: list[tuple[str, object]] = []
    for field in fields(section):
        hint = hints[field.name]
        table = section_of(hint) or item_section(hint)
        name = f"{prefix}{field.name}"
        found += _leaves(table, f"{name}.") if table else [(name, hint)]
    return found
