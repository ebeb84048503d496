"""Tests of :mod:`relay.cluster.local.process`; it runs in tests/wire/cluster."""

from __future__ import annotations

import os

from twisted.logger import LogEvent, LogLevel
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.local.process import HubSettings, log_lines, read_settings

SETTINGS = HubSettings("/data/hub", "sqlite:////data/relay.db", "a-node", 5_000)


class SettingsTests(SynchronousTestCase):
    """Settings in a pipe."""

    def _pipe(self, data: bytes) -> int:
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, data)
        os.close(writing)
        return reading

    def test_settings(self) -> None:
        """They are read as they were written, and nothing after them."""
        pipe = self._pipe(SETTINGS.written() + b"more")
        self.assertEqual(read_settings(pipe), SETTINGS)
        self.assertEqual(os.read(pipe, 10), b"more")

    def test_a_parent_that_ended(self) -> None:
        """Settings that are not complete are refused."""
        with self.assertRaises(ValueError):
            read_settings(self._pipe(SETTINGS.written()[:-1]))


class LogTests(SynchronousTestCase):
    """Lines for the parent."""

    def lines(self, namespace: str, level: LogLevel) -> bytes:
        """Return the lines of a message."""
        event: LogEvent = {
            "log_level": level,
            "log_namespace": namespace,
            "log_format": "one\ntwo {name}",
            "name": "\udc80",
        }
        return log_lines(event)

    def test_lines(self) -> None:
        """Each has its origin and level."""
        expected = b"[relay.x#warn] one\n[relay.x#warn] two \\udc80\n"
        self.assertEqual(self.lines("relay.x", LogLevel.warn), expected)

    def test_what_is_left_out(self) -> None:
        """Debug messages, and what Twisted tells of its sockets."""
        self.assertEqual(self.lines("relay.cluster", LogLevel.debug), b"")
        self.assertEqual(self.lines("twisted.internet", LogLevel.info), b"")
        self.assertNotEqual(self.lines("twisted.internet", LogLevel.error), b"")
