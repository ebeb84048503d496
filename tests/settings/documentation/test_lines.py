"""Where the keys of a TOML document are."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.settings.documentation.lines import Lines

DOCUMENT = '''\
top = 1
[gateway]   # a comment with [brackets] and = signs
via = true
"api_key_header" = 'X = #'
not_found_message = """
a = 1
[b]
\\""" ] """

[[gateway.listeners]]
id = "one"
trusted_proxies = [
  "10.0.0.0/8", # [
  "unix",
]
[gateway.listeners.tls]
hosts = [
  {names = ["a"], key = "k"},
  # {
  {names = ["b"], key.inner = 2}]

[[gateway.listeners]]
id = "two"
[[gateway.listeners.tls.hosts]]
since = 2026-01-01 10:00:00
[store]
url = "x"
'''
LINES = {
    "top": 1,
    "gateway": 2,
    "gateway.via": 3,
    "gateway.api_key_header": 4,
    "gateway.not_found_message": 5,
    "gateway.listeners[0]": 10,
    "gateway.listeners[0].id": 11,
    "gateway.listeners[0].trusted_proxies": 12,
    "gateway.listeners[0].tls": 16,
    "gateway.listeners[0].tls.hosts[0].key": 18,
    "gateway.listeners[0].tls.hosts[1].names": 20,
    "gateway.listeners[0].tls.hosts[1].key.inner": 20,
    "gateway.listeners[1]": 22,
    "gateway.listeners[1].id": 23,
    "gateway.listeners[1].tls.hosts[0]": 24,
    "gateway.listeners[1].tls.hosts[0].since": 25,
    "store.url": 27,
}


class LineTests(SynchronousTestCase):
    """The line of each key."""

    def test_each_key(self) -> None:
        """In tables, lists of tables, inline tables, and behind any kind of value."""
        tomllib.loads(DOCUMENT)
        lines = Lines(DOCUMENT)
        self.assertEqual({name: lines.of(name) for name in LINES}, LINES)

    def test_a_missing_key(self) -> None:
        """The table that lacks it has the line."""
        lines = Lines(DOCUMENT)
        self.assertEqual(lines.of("store.threads"), 26)
        self.assertEqual(lines.of("gateway.listeners[1].tls.hosts[0].names"), 24)
        self.assertEqual(lines.of("gateway.listeners[0].tls.ca"), 16)
        self.assertIsNone(lines.of("process.share_data_dir"))

    def test_what_is_no_toml(self) -> None:
        """Keys before the mistake are known."""
        lines = Lines("a = 1\nb = [\nc")
        self.assertEqual(lines.of("a"), 1)

    @given(st.text(alphabet="ab=[]{}\"'.,#\\\n 1", max_size=60))
    def test_any_text(self, text: str) -> None:
        """Every text is read to its end, and the keys of a valid one are found."""
        lines = Lines(text)
        try:
            read = tomllib.loads(text)
        except ValueError:
            return
        for name in names(read):
            self.assertIsNotNone(lines.of(name), name)


def names(table: dict[str, Any], prefix: str = "") -> list[str]:
    """Return the names of all plain keys of a document."""
    found: list[str] = []
    for key, value in table.items():
        if not key.isalnum():
            continue
        found.append(f"{prefix}{key}" if not isinstance(value, list) else prefix + key)
        if isinstance(value, dict):
            found += names(value, f"{prefix}{key}.")
    return found
