"""The site as a whole."""

from __future__ import annotations

from typing import cast

from twisted.logger import (
    ILogObserver,
    LogEvent,
    formatEvent,
    globalLogPublisher,
)

from tests.management.harness import ADMIN, PREFIX, ManagementCase, head


class LogTests(ManagementCase):
    """The log lines of requests."""

    async def test_log(self) -> None:
        """
        Each answer is one line, which holds no query and no credentials. One to a
        request that reads is at the level ``debug``.
        """
        events: list[LogEvent] = []
        keep = cast(ILogObserver, events.append)
        globalLogPublisher.addObserver(keep)
        self.addCleanup(globalLogPublisher.removeObserver, keep)
        await self.raw(head("GET", f"{PREFIX}/apis?page=7777", "Connection: close"))
        body = b"x" * (self.management.max_body_bytes + 1)
        await self.raw(head("POST", "/", f"Content-Length: {len(body)}") + body)
        lines = [
            (event["log_level"].name, formatEvent(event))
            for event in events
            if event["log_namespace"].startswith("relay.management.site")
        ]
        self.assertEqual(
            lines,
            [
                ("debug", f"127.0.0.1 GET '{PREFIX}/apis' 200"),
                ("info", "127.0.0.1 - '-' 413"),
            ],
        )
        told = repr(events)
        self.assertNotIn("7777", told)
        self.assertNotIn(ADMIN["Authorization"].partition(" ")[2], told)


class ProtocolTests(ManagementCase):
    """The protocols of the listener."""

    async def test_http_1_only(self) -> None:
        """Over TLS nothing but HTTP/1.1 is offered."""
        self.assertEqual(self.site.acceptableProtocols(), [b"http/1.1"])
