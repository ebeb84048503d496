"""Tests of ``relay.model.api.cors``: options of entrypoints."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.cors import CorsOptions
from tests.model.api.messages.test_channel_options import refused


class CorsOptionsTests(SynchronousTestCase):
    """Whom a publisher may let read the answers of an entrypoint."""

    def test_origins(self) -> None:
        """Origins must have the form that browsers send."""
        good = [
            "*",
            "https://app.example",
            "http://localhost:3000",
            "http://[::1]:8080",
            "http://127.0.0.1",
            "chrome-extension://abcdefgh",
            "https://x.example:80",
        ]
        self.assertEqual(refused(CorsOptions, {"allowOrigin": good}), [])
        for bad, message in (
            ("https://app.example/", "must be * or an origin"),
            ("https://App.example", "must be * or an origin"),
            ("https://*.example", "must be * or an origin"),
            ("app.example", "must be * or an origin"),
            ("null", "must be * or an origin"),
            ("", "must be * or an origin"),
            ("https://app.example:443", "must not name the default port"),
        ):
            (issue,) = refused(CorsOptions, {"allowOrigin": [bad]})
            self.assertEqual(issue.location, "allowOrigin[0]")
            self.assertTrue(issue.message.startswith(message), bad)

    def test_credentials_for_any_origin(self) -> None:
        """Any page could read what its visitor may."""
        for origins in ({}, {"allowOrigin": ["*", "https://app.example"]}):
            body = {**origins, "allowCredentials": True}
            (issue,) = refused(CorsOptions, body)
            self.assertTrue(issue.message.startswith("allowCredentials needs"), body)
